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
    visits,
)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The providers' data: each in the folder of its organisation."""
    root = tmp_path_factory.mktemp("data")
    write_deltalake(root / "customs-be" / "declarations", declarations())
    (root / "beanr").mkdir()
    ships = {"ship_id": [f"s{i}" for i in range(40)], "terminal": ["T1", "T2"] * 20}
    pq.write_table(pa.table(ships), root / "beanr" / "visits.parquet")
    return root


@pytest.fixture
def settings(tmp_path, data):
    return Settings(data_directory=tmp_path / "hub", data_roots=(data,), worker_memory_mb=512)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def empty(settings, clock):
    """A marketplace in which nothing is published."""
    made = assemble(settings, clock)
    yield made
    made.close()


@pytest.fixture
def house(empty):
    """The marketplace with both products."""
    empty.publish(CUSTOMS, contract(), "delta:customs-be/declarations")
    empty.publish(PORT, visits(), "parquet:beanr/visits.parquet")
    return empty


@pytest.fixture
def open_house(house):
    """The marketplace, where the statistics office holds a grant for each product."""
    granted(house)
    granted(house, VISITS, steward=PORT)
    return house
