import math
from datetime import date
from decimal import Decimal

import pytest
from cargo import by_duckdb
from harbour import COLUMNS
from hypothesis import given
from hypothesis import strategies as st

from clean_room.expressions import NUMERIC, ColumnValue, Constant, Kind, Reference
from clean_room.operators import (
    COMPARES,
    Arithmetic,
    Comparison,
    Inverse,
    Junction,
    Membership,
    Missing,
)
from clean_room.results import Mark

NAMED = {column.name: ColumnValue(column) for column in COLUMNS}
HIDDEN = Mark.WITHHELD


def number(value):
    """The constant of a number."""
    kinds = {int: Kind.INTEGER, float: Kind.FLOAT, Decimal: Kind.DECIMAL}
    return Constant(value, kinds.get(type(value), Kind.INTEGER))


def truth(value):
    """The constant of a truth value."""
    return Constant(value, Kind.BOOLEAN)


def computed(sign, left, right):
    """What the two numbers give."""
    return Arithmetic(sign, number(left), number(right)).evaluate({})


@pytest.mark.parametrize(
    ("sign", "left", "right", "outcome"),
    [
        ("+", 1, 2, 3),
        ("-", 1, 2, -1),
        ("*", 3, Decimal("0.5"), Decimal("1.5")),
        ("+", 10**37, 1, 10**37 + 1),
        ("*", 10**37, 10**37, 10**74),
        ("/", 1, 8, 0.125),
        ("/", 1, 3, 1 / 3),
        ("+", 0.1, Decimal("0.2"), 0.3),
        ("/", 0, 5, 0.0),
    ],
)
def test_arithmetic_is_exact(sign, left, right, outcome):
    assert computed(sign, left, right) == outcome


@pytest.mark.parametrize(
    ("sign", "left", "right"),
    [
        ("/", 1, 0),
        ("/", 0, 0),
        ("/", Decimal("1.5"), Decimal("0.0")),
        ("*", 10**38, 10**39),
        ("+", 1e300, 1),
        ("/", 10**38, Decimal("1E-40")),
    ],
)
def test_impossible_number_is_null(sign, left, right):
    assert computed(sign, left, right) is None


@pytest.mark.parametrize("left", [Decimal("0.0"), Decimal("1E-90")])
def test_zero_has_no_sign(left):
    assert not computed("*", left, Decimal("-1E-90")).is_signed()


def test_float_zero_has_no_sign():
    assert math.copysign(1, computed("/", Decimal("-0.0"), 5)) == 1


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
@pytest.mark.parametrize("gap", [None, HIDDEN])
def test_gap_makes_a_gap(sign, gap):
    row = {"m0": gap, "m1": 5}
    sides = Reference("m0", Kind.INTEGER), Reference("m1", Kind.INTEGER)
    outcomes = {Arithmetic(sign, *pair).evaluate(row) for pair in (sides, sides[::-1])}
    assert outcomes == {gap}


@given(
    st.sampled_from([*COMPARES, "+", "-", "*"]),
    st.decimals(-(10**6), 10**6, places=2),
    st.integers(-(10**6), 10**6),
)
def test_numbers_compute_as_in_duckdb(sign, left, right):
    kind = Comparison if sign in COMPARES else Arithmetic
    expression = kind(sign, NAMED["item_value"], NAMED["correction"])
    row = {"item_value": left, "correction": right}
    assert expression.evaluate(row) == by_duckdb(expression, row)


def test_whole_numbers_cannot_overflow():
    product = Arithmetic("*", NAMED["correction"], number(999_999_999_999))
    row = {"correction": 2**63 - 1}
    assert by_duckdb(product, row) == product.evaluate(row) == (2**63 - 1) * 999_999_999_999


@pytest.mark.parametrize(
    ("sign", "left", "right", "kind"),
    [
        ("+", 1, 2, Kind.INTEGER),
        ("*", 1, Decimal("0.5"), Kind.DECIMAL),
        ("-", 0.5, Decimal("0.5"), Kind.FLOAT),
        ("/", 1, 2, Kind.FLOAT),
    ],
)
def test_arithmetic_is_of_widest_kind(sign, left, right, kind):
    assert Arithmetic(sign, number(left), number(right)).kind is kind


@pytest.mark.parametrize(
    ("left", "right", "sign"),
    [
        (0.1, Decimal("0.1"), "="),
        (0.1, Decimal("0.2"), "<"),
        (5, Decimal("5.0"), ">="),
        (5, 5.0, "<="),
        (2.5, 2, ">"),
        (2.5, 2, "<>"),
    ],
)
def test_numbers_compare_as_read(left, right, sign):
    assert Comparison(sign, number(left), number(right)).evaluate({}) is True


@pytest.mark.parametrize("gap", [None, HIDDEN])
@pytest.mark.parametrize("sign", sorted(COMPARES))
def test_comparison_with_gap_is_the_gap(gap, sign):
    comparison = Comparison(sign, Reference("m0", Kind.INTEGER), number(1))
    assert comparison.evaluate({"m0": gap}) is gap


@pytest.mark.parametrize(
    ("value", "outcome"),
    [("84", True), ("01", False), (None, None), (HIDDEN, HIDDEN)],
)
def test_membership_of_text(value, outcome):
    listed = tuple(Constant(text, Kind.STRING) for text in ("84", "85"))
    assert Membership(NAMED["hs2"], listed).evaluate({"hs2": value}) is outcome


@pytest.mark.parametrize("value", [0.1, Decimal("0.10")])
def test_membership_of_numbers(value):
    listed = (number(Decimal("0.1")), number(5))
    assert Membership(Reference("m0", Kind.FLOAT), listed).evaluate({"m0": value}) is True


@pytest.mark.parametrize(("value", "outcome"), [(None, True), (0, False), (HIDDEN, HIDDEN)])
def test_missing_is_null_only(value, outcome):
    assert Missing(Reference("m0", Kind.INTEGER)).evaluate({"m0": value}) is outcome


@pytest.mark.parametrize(
    ("value", "outcome"), [(True, False), (False, True), (None, None), (HIDDEN, HIDDEN)]
)
def test_inverse_of_a_gap_is_the_gap(value, outcome):
    assert Inverse(Reference("m0", Kind.BOOLEAN)).evaluate({"m0": value}) is outcome


@pytest.mark.parametrize("every", [True, False])
@given(st.lists(st.sampled_from([True, False, None]), min_size=2, max_size=5))
def test_junction_is_duckdbs(every, values):
    junction = Junction(every, tuple(truth(value) for value in values))
    assert junction.evaluate({}) is by_duckdb(junction, {})


@pytest.mark.parametrize(
    ("every", "others", "outcome"),
    [
        (True, (True,), HIDDEN),
        (True, (False,), False),
        (True, (None,), HIDDEN),
        (False, (False,), HIDDEN),
        (False, (True, None), True),
    ],
)
def test_withheld_term_may_not_decide(every, others, outcome):
    hidden = Reference("m0", Kind.BOOLEAN)
    junction = Junction(every, (hidden, *(truth(value) for value in others)))
    assert junction.evaluate({"m0": HIDDEN}) is outcome


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Comparison("<", NAMED["channel"], number(2)), '("channel" < 2)'),
        (Missing(NAMED["hs2"]), '("hs2" IS NULL)'),
        (Inverse(Missing(NAMED["hs2"])), 'NOT (("hs2" IS NULL))'),
        (Arithmetic("*", NAMED["item_value"], number(2)), '("item_value" * 2)'),
        (Arithmetic("*", NAMED["fraud"], number(2)), '(CAST("fraud" AS INT128) * 2)'),
        (Membership(NAMED["fraud"], (number(1), number(2))), '"fraud" IN (1, 2)'),
        (Junction(False, (NAMED["inspected"], truth(True))), '("inspected" OR TRUE)'),
    ],
)
def test_operator_writes_itself(expression, text):
    assert expression.sql().sql("duckdb") == text


@pytest.mark.parametrize(
    "expression",
    [
        Comparison("=", number(1), number(2)),
        Membership(number(1), (number(2),)),
        Junction(True, (number(1), number(2))),
        Arithmetic("+", number(1), number(2)),
    ],
)
def test_parts_are_both_sides(expression):
    assert expression.parts == (number(1), number(2))


@pytest.mark.parametrize("expression", [Missing(number(1)), Inverse(number(1))])
def test_parts_are_the_item(expression):
    assert expression.parts == (number(1),)


@pytest.mark.parametrize(
    "expression",
    [
        Comparison("=", number(1), number(2)),
        Membership(number(1), ()),
        Missing(number(1)),
        Inverse(truth(True)),
        Junction(True, ()),
    ],
)
def test_predicates_are_truth_values(expression):
    assert expression.kind is Kind.BOOLEAN


@given(st.sampled_from(["+", "-", "*", "/"]), st.lists(st.floats(allow_nan=False), min_size=9))
def test_float_is_finite_or_null(sign, values):
    chain = number(1)
    for value in values:
        chain = Arithmetic(sign, chain, Constant(value, Kind.FLOAT))
    outcome = chain.evaluate({})
    assert outcome is None or math.isfinite(outcome)


def test_dates_compare():
    assert Comparison("<", NAMED["date"], Constant(date(2020, 2, 1), Kind.DATE)).evaluate(
        {"date": date(2020, 1, 31)}
    )


def test_only_numbers_are_numeric():
    assert {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT} == NUMERIC
