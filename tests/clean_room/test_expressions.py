from datetime import date, datetime
from decimal import Decimal

import pytest
from cargo import by_duckdb
from harbour import COLUMNS
from hypothesis import given
from hypothesis import strategies as st

from clean_room.expressions import (
    EXACT,
    PARTS,
    ColumnValue,
    Constant,
    Kind,
    Part,
    Reference,
    Truncated,
    as_datetime,
    columns,
    has_gap,
    walk,
    withheld_or_null,
)
from clean_room.operators import Arithmetic
from clean_room.results import Mark
from data_products.time_grid import Step

NAMED = {column.name: column for column in COLUMNS}
MOMENT = datetime.fromisoformat("2021-02-28 23:59:59.999999")
DAY = date(2020, 12, 31)


def column(name):
    return ColumnValue(NAMED[name])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hs2", Kind.STRING),
        ("channel", Kind.INTEGER),
        ("item_value", Kind.DECIMAL),
        ("inspected", Kind.BOOLEAN),
        ("date", Kind.DATE),
        ("arrived_at", Kind.TIMESTAMP),
    ],
)
def test_column_has_contract_type(name, kind):
    assert column(name).kind is kind


def test_column_is_quoted():
    assert column("date").sql().sql("duckdb") == '"date"'


@pytest.mark.parametrize("leaf", [column("hs2"), Reference("k0", Kind.STRING)])
def test_leaf_reads_row(leaf):
    name = leaf.column.name if isinstance(leaf, ColumnValue) else leaf.name
    assert (leaf.evaluate({name: "85"}), leaf.parts) == ("85", ())


def test_reference_is_quoted():
    assert Reference("m0", Kind.INTEGER).sql().sql("duckdb") == '"m0"'


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, Kind.STRING, "NULL"),
        (True, Kind.BOOLEAN, "TRUE"),
        (-5, Kind.INTEGER, "-5"),
        (10**18, Kind.INTEGER, "1" + "0" * 18),
        (Decimal("1.50"), Kind.DECIMAL, "1.50"),
        (Decimal("1E-18"), Kind.DECIMAL, "0." + "0" * 17 + "1"),
        (1e-7, Kind.FLOAT, "0.0000001"),
        ("it's", Kind.STRING, "'it''s'"),
        (DAY, Kind.DATE, "CAST('2020-12-31' AS DATE)"),
        (MOMENT, Kind.TIMESTAMP, "CAST('2021-02-28T23:59:59.999999' AS TIMESTAMP)"),
    ],
)
def test_constant_is_typed_literal(value, kind, text):
    assert Constant(value, kind).sql().sql("duckdb") == text


def test_constant_is_itself():
    assert Constant("x", Kind.STRING).evaluate({}) == "x"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_text_cannot_leave_its_quotes(text):
    assert by_duckdb(Constant(text, Kind.STRING), {}) == text


@pytest.mark.parametrize("step", Step)
def test_truncation_is_duckdbs(step):
    truncated = Truncated(step, column("arrived_at"))
    row = {"arrived_at": MOMENT}
    assert truncated.evaluate(row) == by_duckdb(truncated, row)


@pytest.mark.parametrize("step", sorted(set(Step) - {Step.HOUR}))
def test_date_truncation_is_duckdbs(step):
    truncated = Truncated(step, column("date"))
    assert truncated.evaluate({"date": DAY}) == by_duckdb(truncated, {"date": DAY})


@pytest.mark.parametrize("part", PARTS)
@given(moment=st.datetimes(as_datetime(date(1900, 1, 1)), as_datetime(date(2200, 1, 1))))
def test_part_is_duckdbs(part, moment):
    told = Part(part, column("arrived_at"))
    assert told.evaluate({"arrived_at": moment}) == by_duckdb(told, {"arrived_at": moment})


@pytest.mark.parametrize(
    ("step", "kind"), [(Step.HOUR, Kind.TIMESTAMP), (Step.DAY, Kind.DATE), (Step.YEAR, Kind.DATE)]
)
def test_truncation_is_date_or_time(step, kind):
    assert Truncated(step, column("arrived_at")).kind is kind


def test_part_is_a_number():
    told = Part("isodow", column("date"))
    assert (told.kind, told.step) == (Kind.INTEGER, Step.DAY)


@pytest.mark.parametrize(
    "told", [Truncated(Step.MONTH, column("date")), Part("month", column("date"))]
)
@pytest.mark.parametrize("gap", [None, Mark.WITHHELD])
def test_gap_in_time_stays(told, gap):
    assert told.evaluate({"date": gap}) is gap


def test_walk_goes_outside_in():
    truncated = Truncated(Step.MONTH, column("date"))
    assert list(walk(truncated)) == [truncated, column("date")]


def test_columns_are_all_named():
    total = Arithmetic("+", column("item_value"), Part("year", column("date")))
    assert columns(total) == {"item_value", "date"}


def test_day_begins_at_midnight():
    assert as_datetime(DAY) == datetime.fromisoformat("2020-12-31")


def test_moment_is_left_alone():
    assert as_datetime(MOMENT) is MOMENT


@pytest.mark.parametrize(
    ("values", "gap", "outcome"),
    [
        ((1, 2), False, None),
        ((1, None), True, None),
        ((None, Mark.WITHHELD), True, Mark.WITHHELD),
        ((), False, None),
    ],
)
def test_withheld_outweighs_null(values, gap, outcome):
    assert (has_gap(values), withheld_or_null(values)) == (gap, outcome)


def test_arithmetic_never_raises():
    assert not EXACT.multiply(Decimal("1e70"), Decimal("1e70")).is_finite()
