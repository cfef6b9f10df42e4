"""The world is the same whenever it is made, and its tables agree with one another."""

from functools import cache

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from data_products.contract import Use
from data_products.errors import ConfigurationError
from data_products.parties import ProductId
from data_products.schema import conform
from marketplace_api.demo import documents
from marketplace_api.demo.world import SIZES, Size, Source, World

TINY = World(SIZES["tiny"])
PRODUCTS = sorted(TINY.sources)
PORT_PRODUCTS = (
    "port_calls",
    "container_moves",
    "manifest_lines",
    "call_emissions",
    "gate_slots",
    "dangerous_goods",
)


@cache
def table(product):
    """A product's first chunk at tiny size."""
    return TINY.sources[ProductId(product)].chunk(0)


def values(product, column):
    """The distinct values of a column that are there."""
    return set(table(product)[column].drop_null().to_pylist())


def test_world_has_every_product():
    expected = {f"{port}.{name}" for port in ("beanr", "pecll", "clvap") for name in PORT_PRODUCTS}
    expected |= {"customs-be.import_declarations", "customs-be.inspection_outcomes"}

    assert set(PRODUCTS) == expected | {"customs-be.aeo_register", "fito-pe.certificates"}


@pytest.mark.parametrize("product", PRODUCTS)
def test_same_seed_makes_same_rows(product):
    again = World(SIZES["tiny"]).sources[product].chunk(0)

    assert again.equals(table(product))
    again.validate(full=True)


@pytest.mark.parametrize("product", PRODUCTS)
def test_other_seed_makes_other_rows(product):
    other = World(SIZES["tiny"], seed=1).sources[product].chunk(0)

    assert not other.equals(table(product))


@pytest.mark.parametrize("product", PRODUCTS)
def test_rows_keep_their_contract(product):
    contract = documents.contract(product)

    conform(table(product).schema, contract)
    assert table(product).column_names == [column.physical_name for column in contract]


@pytest.mark.parametrize("product", PRODUCTS)
def test_dimensions_stay_on_grid(product):
    for column in documents.contract(product):
        if column.use is Use.DIMENSION and column.grid.values:
            assert values(product, column.name) <= set(column.grid.values), column.name


@pytest.mark.parametrize("product", PRODUCTS)
def test_times_stay_in_range(product):
    for column in documents.contract(product):
        if column.grid.step is not None:
            days = [getattr(v, "date", lambda v=v: v)() for v in values(product, column.name)]
            assert column.grid.start <= min(days), column.name
            assert max(days) < column.grid.end, column.name


@pytest.mark.parametrize("product", PRODUCTS)
def test_measures_stay_over_their_lower_bound(product):
    for column in documents.contract(product):
        if column.bounds is not None:
            found = [float(value) for value in values(product, column.name)]
            assert not found or column.bounds.low <= min(found), column.name


@pytest.mark.parametrize(
    ("product", "column"),
    [(p, c.name) for p in PRODUCTS for c in documents.contract(p) if c.required],
)
def test_privacy_units_are_never_null(product, column):
    assert table(product)[column].null_count == 0


REFERENCES = [
    ("customs-be.inspection_outcomes", "declaration_id", "customs-be.import_declarations"),
    ("customs-be.inspection_outcomes", "importer_id", "customs-be.import_declarations"),
    ("beanr.call_emissions", "port_call_id", "beanr.port_calls"),
    ("clvap.call_emissions", "carrier_id", "clvap.port_calls"),
    ("beanr.manifest_lines", "bl_no", "customs-be.import_declarations"),
    ("beanr.dangerous_goods", "consignee_id", "beanr.manifest_lines"),
    ("pecll.dangerous_goods", "un_number", "pecll.manifest_lines"),
]


@pytest.mark.parametrize(("product", "column", "referred"), REFERENCES)
def test_references_are_found(product, column, referred):
    assert values(product, column) <= values(referred, column)


@pytest.mark.parametrize("port", ["beanr", "pecll", "clvap"])
def test_moves_are_for_their_ports_companies(port):
    companies = TINY.flow(port.upper()).importers

    found = values(f"{port}.container_moves", "consignee_id")

    assert {name[:3] for name in found} == {f"{port[:2].upper()}I"}
    assert max(int(name[3:]) for name in found) < companies


def test_consignees_are_the_declarations_importers():
    moves = table("beanr.container_moves").to_pandas().drop_duplicates("bl_no")
    declared = table("customs-be.import_declarations").to_pandas()

    both = moves.merge(declared, on="bl_no")

    assert len(both) > 1000
    assert (both["consignee_id"] == both["importer_id"]).all()


def test_operators_are_importers():
    assert values("customs-be.aeo_register", "operator_id") & values(
        "customs-be.import_declarations", "importer_id"
    )


def test_ships_call_at_several_ports():
    assert values("beanr.port_calls", "imo") & values("clvap.port_calls", "imo")


@pytest.mark.parametrize(("size", "moves"), [("tiny", 15_000), ("demo", 1_500_000)])
def test_sizes_are_as_named(size, moves):
    world = World(SIZES[size])
    yards = [world.sources[f"{port}.container_moves"] for port in ("beanr", "pecll", "clvap")]

    assert SIZES[size].moves == moves
    assert sum(yard.chunk.args[0].moves for yard in yards) == moves


@pytest.mark.parametrize(("declarations", "moves"), [(999, 5_000), (5_000, 0)])
def test_world_too_small_is_refused(declarations, moves):
    with pytest.raises(ConfigurationError, match="1000"):
        Size(declarations, moves)


def test_declarations_are_as_many_as_named():
    assert table("customs-be.import_declarations").num_rows == 2_000


def test_written_table_holds_rows(tmp_path):
    path = TINY.write(ProductId("beanr.gate_slots"), tmp_path)

    assert path == tmp_path / "beanr" / "gate_slots"
    assert pa.table(DeltaTable(path).to_pyarrow_table()).num_rows == 1_200


def test_table_is_not_written_twice(tmp_path):
    TINY.write(ProductId("beanr.gate_slots"), tmp_path)

    with pytest.raises(DeltaError):
        TINY.write(ProductId("beanr.gate_slots"), tmp_path)


def test_chunks_are_drawn_one_by_one():
    drawn = []

    def chunk(number):
        drawn.append(number)
        return pa.table({"n": [number]})

    reader = Source(3, chunk).reader()
    reader.read_next_batch()

    assert drawn == [0]
    assert reader.read_all()["n"].to_pylist() == [1, 2]


def test_moves_of_every_size_come_in_chunks():
    world = World(Size(declarations=300_000, moves=1_100_000))

    assert world.sources[ProductId("beanr.container_moves")].chunks == 3
    assert world.sources[ProductId("customs-be.import_declarations")].chunks == 2
