"""Every product of the demo has a contract that keeps to the house's terms."""

import pytest

from data_products.contract import Filter, Mode, UnitKind, Use
from data_products.errors import ContractError
from data_products.parties import ProductId
from data_products.purpose import Purpose
from data_products.time_grid import Step
from marketplace_api.demo import documents
from marketplace_api.demo.world import SIZES, World

PRODUCTS = sorted(World(SIZES["tiny"]).sources)
PROHIBITED = (
    "dpv:DirectMarketing",
    "dpv:SellDataToThirdParties",
    "dpv:Personalisation",
    "dpv:PersonnelPerformanceMonitoring",
)


def columns(product, use):
    """The names of a product's columns of a use."""
    return {column.name for column in documents.contract(ProductId(product)) if column.use is use}


@pytest.mark.parametrize("product", PRODUCTS)
def test_contract_is_of_its_product(product):
    assert documents.contract(product).product == product


@pytest.mark.parametrize("product", PRODUCTS)
def test_dimensions_have_grid(product):
    for column in documents.contract(product):
        if column.use is Use.DIMENSION:
            assert column.grid.keys(), column.name


@pytest.mark.parametrize("product", PRODUCTS)
def test_nobody_may_misuse(product):
    contract = documents.contract(product)

    assert all(contract.prohibits(Purpose(term)) for term in PROHIBITED)


@pytest.mark.parametrize("product", PRODUCTS)
def test_thresholds_are_at_least_ten(product):
    terms = documents.contract(product).terms

    assert terms.min_units >= 10
    assert terms.p_percent >= 15


@pytest.mark.parametrize(
    ("product", "mode"),
    [
        ("beanr.port_calls", Mode.EXACT),
        ("beanr.container_moves", Mode.DP),
        ("beanr.call_emissions", Mode.DP),
        ("beanr.gate_slots", Mode.DP),
        ("customs-be.import_declarations", Mode.EXACT),
    ],
)
def test_mode_is_as_designed(product, mode):
    assert documents.contract(ProductId(product)).terms.mode is mode


def test_direct_identifiers_are_closed():
    closed = columns("beanr.container_moves", Use.NEVER)

    assert closed == {"move_id", "container_no", "seal_no", "truck_plate", "driver_id"}


def test_drivers_are_persons():
    unit = documents.contract(ProductId("pecll.gate_slots")).unit

    assert (unit.column, unit.kind) == ("driver_id", UnitKind.PERSON)


@pytest.mark.parametrize("column", ["stowage", "berth"])
def test_stowage_is_restricted_to_class(column):
    found = documents.contract(ProductId("beanr.dangerous_goods")).column(column)

    assert found.restricted
    assert found.coarser == "imdg_class"


def test_dangerous_goods_are_told_by_week():
    ts = documents.contract(ProductId("beanr.dangerous_goods")).column("ts")

    assert ts.grid.step is Step.WEEK


@pytest.mark.parametrize(("fine", "coarse"), [("hs6", "hs4"), ("hs4", "hs2"), ("hs2", "")])
def test_goods_coarsen_by_level(fine, coarse):
    contract = documents.contract(ProductId("customs-be.import_declarations"))

    assert contract.column(fine).coarser == coarse
    assert contract.column(fine).filter is Filter.EQUALS


def test_carrier_code_meets_no_literal():
    found = documents.contract(ProductId("beanr.port_calls")).column("carrier_scac")

    assert (found.use, found.filter) == (Use.DIMENSION, Filter.NONE)


def test_certificates_are_only_counted():
    assert columns("fito-pe.certificates", Use.MEASURE) == set()
    assert columns("fito-pe.certificates", Use.DIMENSION) == {"kind"}


def test_port_contract_is_filled_in_with_owner():
    contract = documents.contract(ProductId("clvap.manifest_lines"))

    assert contract.column("pod").grid.values == ("CLVAP",)


def test_unknown_domain_is_refused():
    with pytest.raises(KeyError):
        documents.filled("import_declarations_kr", ProductId("customs-kr.x"), {})


def test_strange_owner_has_no_ports():
    with pytest.raises(ContractError):
        documents.contract(ProductId("nowhere!.port_calls"))
