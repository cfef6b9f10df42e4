from decimal import Decimal

import pytest
from harbour import COLUMNS
from hypothesis import given
from hypothesis import strategies as st

from clean_room.expressions import ColumnValue, Constant, Kind, Reference
from clean_room.functions import Coalesced, Mean, Nullified, Rounded
from clean_room.results import Mark

NAMED = {column.name: ColumnValue(column) for column in COLUMNS}
HIDDEN = Mark.WITHHELD
TOTAL, COUNT = Reference("m0", Kind.DECIMAL), Reference("m1", Kind.INTEGER)


def number(value):
    """The constant of a number."""
    kinds = {int: Kind.INTEGER, float: Kind.FLOAT, Decimal: Kind.DECIMAL}
    return Constant(value, kinds.get(type(value), Kind.INTEGER))


def mean(total, count, bounds=None):
    """What a sum over a count gives."""
    return Mean(TOTAL, COUNT, bounds).evaluate({"m0": total, "m1": count})


@pytest.mark.parametrize(
    ("total", "count", "outcome"),
    [
        (10, 4, 2.5),
        (Decimal("0.3"), 3, 0.1),
        (0, 3, 0.0),
        (5, 0, None),
        (None, 3, None),
        (HIDDEN, 3, HIDDEN),
        (5, HIDDEN, HIDDEN),
        (None, HIDDEN, HIDDEN),
    ],
)
def test_mean_is_sum_over_count(total, count, outcome):
    assert mean(total, count) == outcome


@given(st.integers(-(10**9), 10**9), st.integers(-(10**6), 10**6))
def test_noisy_mean_is_within_bounds(total, count):
    assert -5 <= mean(total, count, (Decimal(-5), Decimal("0.5"))) <= 0.5


@pytest.mark.parametrize(("count", "outcome"), [(-3, 4.0), (0, 4.0), (1, 4.0), (2, 2.0)])
def test_noisy_count_is_one_at_least(count, outcome):
    assert mean(4, count, (Decimal(0), Decimal(9))) == outcome


@pytest.mark.parametrize(
    ("value", "digits", "outcome"),
    [
        (Decimal("2.345"), 2, Decimal("2.35")),
        (Decimal("-2.5"), 0, Decimal(-3)),
        (2.675, 2, 2.68),
        (7, 2, 7),
        (1e75, 2, None),
        (None, 2, None),
        (HIDDEN, 2, HIDDEN),
        (Decimal("-0.4"), 0, Decimal(0)),
    ],
)
def test_rounding_is_half_away(value, digits, outcome):
    kind = {float: Kind.FLOAT, int: Kind.INTEGER}.get(type(value), Kind.DECIMAL)
    assert Rounded(Reference("m0", kind), digits).evaluate({"m0": value}) == outcome


def test_rounded_zero_has_no_sign():
    assert str(Rounded(number(Decimal("-0.4")), 0).evaluate({})) == "0"


@pytest.mark.parametrize(
    ("first", "outcome"), [(5, Decimal(5)), (None, Decimal("0.5")), (HIDDEN, HIDDEN)]
)
def test_coalesce_leaves_withheld(first, outcome):
    found = Coalesced((Reference("m0", Kind.INTEGER), number(Decimal("0.5"))))
    value = found.evaluate({"m0": first})
    assert (value, type(value), found.kind) == (outcome, type(outcome), Kind.DECIMAL)


def test_coalesce_of_nothing_is_null():
    assert Coalesced((number(None), number(None))).evaluate({}) is None


def test_coalesce_of_text_is_text():
    found = Coalesced((Reference("k0", Kind.STRING), Constant("none", Kind.STRING)))
    assert (found.kind, found.evaluate({"k0": None})) == (Kind.STRING, "none")


@pytest.mark.parametrize(
    ("value", "other", "outcome"),
    [
        (5, 5, None),
        (5, 4, 5),
        (0.1, Decimal("0.1"), None),
        (None, 5, None),
        (5, None, 5),
        (HIDDEN, 5, HIDDEN),
        (5, HIDDEN, HIDDEN),
    ],
)
def test_nullif_leaves_withheld(value, other, outcome):
    found = Nullified(Reference("m0", Kind.FLOAT), Reference("m1", Kind.FLOAT))
    assert found.evaluate({"m0": value, "m1": other}) == outcome


def test_nullif_keeps_its_kind():
    assert Nullified(number(0.5), number(1)).kind is Rounded(number(0.5), 1).kind is Kind.FLOAT


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Mean(TOTAL, COUNT), '("m0" / "m1")'),
        (Rounded(NAMED["item_value"], 2), 'ROUND("item_value", 2)'),
        (Coalesced((NAMED["fraud"], number(0))), 'COALESCE("fraud", 0)'),
        (Nullified(NAMED["fraud"], number(0)), 'NULLIF("fraud", 0)'),
    ],
)
def test_function_writes_itself(expression, text):
    assert expression.sql().sql("duckdb") == text


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        (Mean(TOTAL, COUNT), (TOTAL, COUNT)),
        (Rounded(TOTAL, 2), (TOTAL,)),
        (Coalesced((TOTAL, COUNT)), (TOTAL, COUNT)),
        (Nullified(TOTAL, COUNT), (TOTAL, COUNT)),
    ],
)
def test_parts_are_the_arguments(expression, parts):
    assert expression.parts == parts


def test_mean_is_a_float():
    assert Mean(TOTAL, COUNT).kind is Kind.FLOAT
