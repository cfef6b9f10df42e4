from decimal import Decimal

import pytest
from harbour import COLUMNS
from hypothesis import given
from hypothesis import strategies as st

from clean_room.expressions import ColumnValue, Constant, Kind, Part
from clean_room.operators import Arithmetic
from clean_room.ranges import interval
from data_products.errors import UseError

NAMED = {column.name: ColumnValue(column) for column in COLUMNS}
FRAUD, CORRECTION = NAMED["fraud"], NAMED["correction"]


def number(value):
    """The constant of a whole number."""
    return Constant(value, Kind.INTEGER)


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        (NAMED["item_value"], 0, 1_000_000),
        (CORRECTION, -1_000, 1_000),
        (number(-5), -5, -5),
        (Constant(Decimal("0.5"), Kind.DECIMAL), Decimal("0.5"), Decimal("0.5")),
        (Arithmetic("+", FRAUD, CORRECTION), -1_000, 1_001),
        (Arithmetic("-", FRAUD, CORRECTION), -1_000, 1_001),
        (Arithmetic("*", CORRECTION, number(-3)), -3_000, 3_000),
        (Arithmetic("*", number(0), CORRECTION), 0, 0),
    ],
)
def test_interval_follows_bounds(expression, low, high):
    assert interval(expression) == (low, high)


@given(st.integers(0, 1), st.integers(-1_000, 1_000), st.integers(-50, 50), st.sampled_from("+-*"))
def test_interval_holds_every_value(fraud, correction, factor, sign):
    scaled = Arithmetic("*", number(factor), CORRECTION)
    expression = Arithmetic(sign, FRAUD, scaled)
    low, high = interval(expression)
    assert low <= expression.evaluate({"fraud": fraud, "correction": correction}) <= high


@pytest.mark.parametrize("expression", [NAMED["hs2"], Part("year", NAMED["date"])])
def test_unbounded_value_is_refused(expression):
    with pytest.raises(UseError, match=r"no bounds|without a range"):
        interval(expression)
