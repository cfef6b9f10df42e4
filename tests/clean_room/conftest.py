"""An engine for all tests of the clean room that do not harm it."""

from collections.abc import Iterator

import pytest

from clean_room.engines.isolated import IsolatedDuckDB


@pytest.fixture(scope="session")
def engine() -> Iterator[IsolatedDuckDB]:
    """Real worker processes, from one warm parent."""
    with IsolatedDuckDB(memory=512, seconds=60) as engine:
        yield engine
