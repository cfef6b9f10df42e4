from dataclasses import FrozenInstanceError, replace

import pytest

from data_products.column import Column, ColumnType, Use
from data_products.contract import Contract
from data_products.errors import BindingError, ContractError
from data_products.purpose import Purpose
from tests.data_products.examples import (
    ARRIVED,
    BERTH,
    CARRIER,
    COLUMNS,
    FLAG,
    GROSS,
    contract,
    terms,
    unit,
)

HIDDEN = Column("remarks", ColumnType.STRING, Use.NEVER)


def test_contract_iterates_its_columns():
    assert tuple(contract()) == COLUMNS


def test_contract_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        contract().version = "2.0.0"


def test_column_is_found_by_name():
    assert contract().column("flag") is FLAG


@pytest.mark.parametrize("name", ["Flag", "Flag State", "", "x" * 500])
def test_unknown_column_is_refused(name):
    with pytest.raises(BindingError, match=r"^beanr\.port_calls has no column ") as caught:
        contract().column(name)
    assert len(str(caught.value)) < 120


def test_hint_keeps_hidden_columns_hidden():
    with pytest.raises(BindingError) as caught:
        contract(columns=(*COLUMNS, HIDDEN)).column("x")
    assert caught.value.hint == "columns: carrier, flag, berth, arrived, gross_kg"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"product": "Beanr.port_calls"}, "tenant"),
        ({"product": "port_calls"}, "tenant"),
        ({"product": "beanr.port-calls"}, "tenant"),
        ({"version": "1.0"}, "version"),
        ({"version": "01.0.0"}, "version"),
        ({"version": "1.0.0\n"}, "version"),
        ({"version": "\u0661.0.0"}, "version"),
        ({"title": ""}, "name"),
        ({"title": "a\nb"}, "name"),
        ({"title": "x" * 201}, "name"),
        ({"description": "x" * 4001}, "description.purpose"),
        ({"columns": ()}, "schema[0].properties"),
        ({"columns": (*COLUMNS, FLAG)}, "schema[0].properties"),
        (
            {"columns": (*COLUMNS, replace(HIDDEN, physical_name="FLAG state"))},
            "schema[0].properties",
        ),
        ({"columns": (FLAG, BERTH, ARRIVED, GROSS)}, "schema[0].properties"),
        (
            {"columns": (*COLUMNS, Column("agent", ColumnType.STRING, Use.UNIT))},
            "schema[0].properties",
        ),
        ({"unit": unit(column="flag")}, "customProperties.privacyTerms.unit.column"),
        ({"terms": terms(suggested=("gross_kg",))}, "customProperties.privacyTerms.suggested"),
        ({"terms": terms(suggested=("flag", "flag"))}, "customProperties.privacyTerms.suggested"),
    ],
)
def test_rule_broken_names_its_path(changes, path):
    with pytest.raises(ContractError) as caught:
        contract(**changes)
    assert caught.value.where == path
    assert caught.value.hint


@pytest.mark.parametrize("coarser", ["carrier", "gross_kg", "nothing", "berth"])
def test_coarser_must_be_another_dimension(coarser):
    columns = (CARRIER, FLAG, replace(BERTH, coarser=coarser), ARRIVED, GROSS)
    with pytest.raises(ContractError) as caught:
        contract(columns=columns)
    assert caught.value.where == "schema[0].properties[2].customProperties.privacyCoarser"


def test_coarser_must_not_lead_in_circles():
    columns = (CARRIER, replace(FLAG, coarser="berth"), BERTH, ARRIVED, GROSS)
    with pytest.raises(ContractError, match="leads back to itself"):
        contract(columns=columns)


def test_coarser_may_lead_on():
    port = Column("port", ColumnType.STRING, Use.DIMENSION)
    made = contract(columns=(*COLUMNS[:1], replace(FLAG, coarser="port"), *COLUMNS[2:], port))
    assert made.column(made.column("flag").coarser) == port


@pytest.mark.parametrize("version", ["0.0.1", "10.20.30", "1.0.0-rc.1"])
def test_semantic_versions_are_accepted(version):
    assert contract(version=version).version == version


@pytest.mark.parametrize(
    ("purpose", "offered", "prohibited"),
    [
        ("ent:TradeStatistics", True, False),
        ("dpv:ProvideOfficialStatistics", False, False),
        ("dpv:DirectMarketing", False, True),
        ("ent:BerthPlanning", False, False),
    ],
)
def test_purposes_are_judged_by_the_tree(purpose, offered, prohibited):
    made: Contract = contract()
    assert made.offers(Purpose(purpose)) is offered
    assert made.prohibits(Purpose(purpose)) is prohibited
