"""The engine that comes with Entrepot, by the suite that every engine passes."""

from collections.abc import Iterator

import pytest

from clean_room.engines.isolated import IsolatedDuckDB
from data_products import plugins
from tests.conformance.engines import EngineConformance


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedDuckDB]:
    """DuckDB, in processes of its own."""
    with IsolatedDuckDB(memory=256, seconds=60) as engine:
        yield engine


class TestDuckDB(EngineConformance):
    """DuckDB."""


def test_engine_is_installed():
    assert plugins.load("engines", "duckdb") is IsolatedDuckDB
