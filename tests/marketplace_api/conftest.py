import shutil
import socket

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from marketplace_api.bootstrap import assemble
from marketplace_api.settings import Settings
from tests.marketplace_api.quay import (
    CUSTOMS,
    PORT,
    VISITS,
    Clock,
    contract,
    declarations,
    granted,
    served,
    visits,
)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The providers' data: each in the folder of its organisation."""
    root = tmp_path_factory.mktemp("data")
    write_deltalake(root / "customs-be" / "declarations", declarations())
    (root / "beanr").mkdir()
    # So many that no draw of the noise hides a terminal.
    ships = {"ship_id": [f"s{i}" for i in range(20_000)], "terminal": ["T1", "T2"] * 10_000}
    pq.write_table(pa.table(ships), root / "beanr" / "visits.parquet")
    return root


def configured(folder, data):
    return Settings(data_directory=folder, data_roots=(data,), worker_memory_mb=512)


@pytest.fixture(scope="session")
def records(tmp_path_factory, data):
    """The records of a marketplace as it stands before a test: published, then granted, too."""
    folder = tmp_path_factory.mktemp("records")
    house = assemble(configured(folder / "granted", data), Clock())
    house.publish(CUSTOMS, contract(), "delta:customs-be/declarations")
    house.publish(PORT, visits(), "parquet:beanr/visits.parquet")
    shutil.copytree(folder / "granted", folder / "published")
    granted(house)
    granted(house, VISITS, steward=PORT)
    return folder


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def settings(tmp_path, data):
    return configured(tmp_path / "hub", data)


@pytest.fixture
def clock():
    return Clock()


def assembled(settings, clock):
    """A marketplace that ends its workers with the test."""
    made = assemble(settings, clock)
    yield made
    made.close()


@pytest.fixture
def empty(settings, clock):
    """A marketplace in which nothing is published."""
    yield from assembled(settings, clock)


@pytest.fixture
def house(settings, clock, records):
    """The marketplace with both products."""
    shutil.copytree(records / "published", settings.data_directory)
    yield from assembled(settings, clock)


@pytest.fixture
def open_house(settings, clock, records):
    """The marketplace, where the statistics office holds a grant for each product."""
    shutil.copytree(records / "granted", settings.data_directory)
    yield from assembled(settings, clock)


@pytest.fixture
def web(open_house, settings):
    """The same behind the whole application."""
    return served(open_house, settings)
