from datetime import date, datetime
from decimal import Decimal

import pytest
from harbour import DECLARATIONS, select
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from clean_room.expressions import Constant, Kind
from clean_room.operators import Comparison, Inverse, Junction, Membership
from clean_room.parsing import parse
from clean_room.row_scope import RowScope
from clean_room.scopes import Scope, conjunction
from data_products.errors import GrammarError

ROWS = RowScope(DECLARATIONS.contract, "p")


def bound(text):
    """The condition over rows that the text states."""
    return ROWS.bind(parse(select("COUNT(*)", f"WHERE {text}")).select.args["where"].this)


def written(text):
    """The condition as an engine reads it."""
    return bound(text).sql().sql("duckdb")


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("5", 5, Kind.INTEGER),
        ("005", 5, Kind.INTEGER),
        ("5.0", 5, Kind.INTEGER),
        ("1e3", 1000, Kind.INTEGER),
        ("1_000", 1000, Kind.INTEGER),
        (".5", Decimal("0.5"), Kind.DECIMAL),
        ("1.50", Decimal("1.5"), Kind.DECIMAL),
        ("1e-18", Decimal("1e-18"), Kind.DECIMAL),
        ("999999999999999999", 10**18 - 1, Kind.INTEGER),
        ("-5", -5, Kind.INTEGER),
        ("- -5", 5, Kind.INTEGER),
        ("-0", 0, Kind.INTEGER),
        ("-0.5", Decimal("-0.5"), Kind.DECIMAL),
        ("'5'", "5", Kind.STRING),
        ("'it''s'", "it's", Kind.STRING),
        ("TRUE", True, Kind.BOOLEAN),
        ("(FALSE)", False, Kind.BOOLEAN),
        ("DATE '2020-02-29'", date(2020, 2, 29), Kind.DATE),
        ("'2020-02-29'::DATE", date(2020, 2, 29), Kind.DATE),
        ("CAST('2020-02-29' AS DATE)", date(2020, 2, 29), Kind.DATE),
    ],
)
def test_literal_has_one_form(text, value, kind):
    assert bound(text) == Constant(value, kind)


@pytest.mark.parametrize("text", ["TIMESTAMP '2020-02-29 13:00'", "'2020-02-29T13'::TIMESTAMP"])
def test_timestamp_literal_is_a_moment(text):
    assert bound(text) == Constant(datetime.fromisoformat("2020-02-29T13"), Kind.TIMESTAMP)


@pytest.mark.parametrize(
    "text",
    [
        "1e400",
        "1e-400",
        "1e19",
        "1e-19",
        "0e999",
        "1" * 19,
        "0." + "1" * 19,
        "9" * 5_000,
        "1e99999999999999999999",
    ],
)
def test_long_number_is_refused(text):
    with pytest.raises(GrammarError, match="more than 18 digits"):
        bound(text)


@pytest.mark.parametrize(
    "text",
    [
        "date < '2020-02-30'",
        "date < '10000-01-01'",
        "date < '0000-01-01'",
        "date < 'today'",
        "date < ''",
        "date < 20200101",
        "date < TRUE",
        "date < '2020-02-01 12:00:00'",
        "date < TIMESTAMP '2020-02-01 12:00:00'",
        "arrived_at < '2020-02-01 12:00:00+02:00'",
        "arrived_at < '2020-02-01T12:00:00Z'",
        "date < DATE 'x'",
    ],
)
def test_other_time_is_refused(text):
    with pytest.raises(GrammarError, match=r"literal stands where a (date|timestamp) is expected"):
        bound(text)


@pytest.mark.parametrize(
    "text",
    [
        "CAST(date AS VARCHAR) = 'x'",
        "CAST('x' AS INTEGER) = 1",
        "CAST(DATE '2020-01-01' AS TIMESTAMP) < arrived_at",
        "CAST('2020-01-01' AS TIMESTAMPTZ) < arrived_at",
        "CAST('2020-01-01' AS DATE[]) < date",
        "CAST('2020-01-01' AS foo) < date",
        "TIME '10:00' < date",
        "hs2::DATE = date",
    ],
)
def test_other_cast_is_refused(text):
    with pytest.raises(GrammarError):
        bound(text)


@pytest.mark.parametrize(
    "text", ["hs2 = 85", "channel = '1'", "inspected = 1", "hs2 IN ('1', 2)", "date = arrived_at"]
)
def test_unlike_kinds_are_refused(text):
    with pytest.raises(GrammarError, match="is compared with"):
        bound(text)


@pytest.mark.parametrize(
    "text",
    [
        "hs2 IN (origin)",
        "hs2 IN ()",
        "hs2 IN ('85', NULL)",
        "hs2 = NULL",
        "(hs2, origin) IN (('85', 'CN'))",
        "hs2 IN ('85', UPPER('a'))",
    ],
)
def test_list_holds_literals_only(text):
    with pytest.raises(GrammarError):
        bound(text)


@pytest.mark.parametrize("text", ["inspected IS TRUE", "hs2 IS '85'", "hs2 IS NOT TRUE"])
def test_is_meets_null_only(text):
    with pytest.raises(GrammarError, match="IS NULL"):
        bound(text)


@pytest.mark.parametrize("text", ["hs2 AND inspected", "NOT hs2", "inspected OR 1", "NOT (1)"])
def test_logic_is_over_truth(text):
    with pytest.raises(GrammarError, match=r"(AND|NOT|OR).* over a (string|integer)"):
        bound(text)


@pytest.mark.parametrize("text", ["hs2 + 1", "date - 1", "inspected * 2", "'a' + 'b'", "-hs2"])
def test_arithmetic_is_over_numbers(text):
    with pytest.raises(GrammarError):
        bound(text)


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["hs2 = '85'", "'85' = hs2", "hs2 IN ('85')", "hs2 == '85'"], Membership),
        (["hs2 <> '85'", "hs2 != '85'", "NOT hs2 = '85'", "hs2 NOT IN ('85')"], Inverse),
        (["hs2 IN ('1', '2')", "hs2 IN ('2', '1', '1')", "(hs2 IN ('2', '1'))"], Membership),
        (["channel < 2", "2 > channel", "NOT NOT channel < 2"], Comparison),
        (["channel IN (1, 2)", "channel IN (2.0, 1e0)"], Membership),
        (["date < '2020-02-01'", "date < DATE '2020-02-01'", "'2020-02-01' > date"], Comparison),
    ],
)
def test_predicate_has_one_form(texts, form):
    found = {bound(text) for text in texts}
    assert [type(predicate) for predicate in found] == [form]


@pytest.mark.parametrize(
    "text",
    [
        "inspected AND hs2 = '85' AND channel = 1",
        "channel = 1 AND (hs2 = '85' AND inspected)",
        "channel = 1 AND hs2 = '85' AND inspected AND channel = 1",
        "((inspected) AND ((hs2 = '85') AND channel = 1))",
    ],
)
def test_order_and_brackets_are_lost(text):
    assert written(text) == '("channel" IN (1) AND "hs2" IN (\'85\') AND "inspected")'


def test_repeated_term_stands_alone():
    assert bound("inspected OR inspected") == bound("inspected")


def test_mixed_junctions_stay_apart():
    assert written("inspected OR (channel = 1 AND hs2 = '85')") == (
        '("inspected" OR ("channel" IN (1) AND "hs2" IN (\'85\')))'
    )


def test_between_is_two_comparisons():
    assert bound("channel BETWEEN 1 AND 2") == bound("channel >= 1 AND channel <= 2")


def test_minus_before_column_is_a_factor():
    assert written("-item_value < 0") == '((-1 * "item_value") < 0)'


@given(st.permutations(["hs2 = '1'", "channel = 2", "inspected", "origin IS NULL"]))
def test_any_order_is_one_question(terms):
    joined = [bound(f" {word} ".join(terms)) for word in ("AND", "OR")]
    assert joined == [
        conjunction([bound(t) for t in sorted(terms)], every=e) for e in (True, False)
    ]


def test_junction_is_flat():
    found = bound("inspected AND (channel = 1 AND (hs2 = '85' AND origin = 'CN'))")
    assert isinstance(found, Junction)
    assert len(found.items) == 4


def test_empty_scope_answers_nothing():
    with pytest.raises(GrammarError, match="COLUMN is not answered here"):
        Scope().bind(exp.column("hs2"))
