from dataclasses import replace

import pytest

from data_products.column import Column, ColumnType, Filter, Use
from data_products.errors import ContractError
from data_products.grid import Bounds, Grid
from data_products.time_grid import Step
from tests.data_products.examples import ARRIVED, BERTH, CARRIER, FLAG, GROSS

DATE = Column("day", ColumnType.DATE, Use.DIMENSION, grid=Grid(step=Step.DAY))


def test_physical_name_defaults_to_name():
    assert (CARRIER.physical_name, FLAG.physical_name) == ("carrier", "Flag State")


@pytest.mark.parametrize("name", ["", "Flag", "1st", "a-b", "a b", "é", "a" * 41, "a\n"])
def test_name_must_be_plain(name):
    with pytest.raises(ContractError, match=r"^name: found"):
        replace(FLAG, name=name)


@pytest.mark.parametrize("name", ["a\0", "a\nb", "\x85", "\u2028", "\ud800", "x" * 201])
def test_physical_name_must_be_showable(name):
    with pytest.raises(ContractError, match=r"^physicalName: "):
        replace(FLAG, physical_name=name)


def test_physical_name_may_have_odd_spaces():
    assert replace(FLAG, physical_name="Net\u00a0Mass").physical_name == "Net\u00a0Mass"


def test_description_has_an_end():
    with pytest.raises(ContractError, match="4001 characters"):
        replace(FLAG, description="x" * 4001)


@pytest.mark.parametrize(
    ("column", "changes", "path"),
    [
        (FLAG, {"use": Use.MEASURE, "grid": Grid()}, "privacyUse"),
        (GROSS, {"bounds": None}, "privacyBounds"),
        (FLAG, {"bounds": Bounds(0, 1)}, "privacyBounds"),
        (GROSS, {"bounds": Bounds(0, 10**16)}, "privacyBounds"),
        (GROSS, {"bounds": Bounds(-(10**16), 1)}, "privacyBounds"),
        (GROSS, {"scale": 10}, "privacyScale"),
        (GROSS, {"scale": -1}, "privacyScale"),
        (GROSS, {"type": ColumnType.INTEGER}, "privacyScale"),
        (CARRIER, {"type": ColumnType.BOOLEAN}, "privacyUse"),
        (CARRIER, {"type": ColumnType.TIMESTAMP}, "privacyUse"),
        (CARRIER, {"filter": Filter.EQUALS}, "privacyFilter"),
        (BERTH, {"use": Use.NEVER, "filter": Filter.EQUALS}, "privacyFilter"),
        (BERTH, {"use": Use.JOIN, "filter": Filter.EQUALS}, "privacyFilter"),
        (BERTH, {"filter": Filter.RANGE}, "privacyFilter"),
        (ARRIVED, {"grid": Grid()}, "privacyStep"),
        (BERTH, {"grid": Grid(step=Step.DAY)}, "privacyStep"),
        (ARRIVED, {"use": Use.NEVER, "filter": Filter.NONE}, "privacyStep"),
        (DATE, {"grid": Grid(step=Step.HOUR)}, "privacyStep"),
        (FLAG, {"use": Use.NEVER, "filter": Filter.NONE}, "privacyDomain"),
        (FLAG, {"type": ColumnType.NUMBER, "grid": Grid(values=("1",))}, "privacyDomain"),
        (FLAG, {"type": ColumnType.INTEGER, "grid": Grid(values=("01",))}, "privacyDomain"),
        (FLAG, {"type": ColumnType.BOOLEAN, "grid": Grid(values=("yes",))}, "privacyDomain"),
    ],
)
def test_rule_broken_names_its_word(column, changes, path):
    with pytest.raises(ContractError) as caught:
        replace(column, **changes)
    assert caught.value.where == f"customProperties.{path}"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("column", "changes"),
    [
        (FLAG, {"type": ColumnType.INTEGER, "grid": Grid(values=("0", "-7", "12"))}),
        (FLAG, {"type": ColumnType.BOOLEAN, "grid": Grid(values=("true", "false"))}),
        (GROSS, {"filter": Filter.RANGE}),
        (GROSS, {"type": ColumnType.INTEGER, "scale": 0}),
        (GROSS, {"bounds": Bounds(-5, 10**16 - 1)}),
        (CARRIER, {"type": ColumnType.INTEGER}),
        (DATE, {"grid": Grid(step=Step.WEEK)}),
        (ARRIVED, {"use": Use.NEVER, "filter": Filter.NONE, "grid": Grid()}),
    ],
)
def test_rule_kept_is_accepted(column, changes):
    made = replace(column, **changes)
    assert all(getattr(made, word) == value for word, value in changes.items())
