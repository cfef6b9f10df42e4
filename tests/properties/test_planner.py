"""Generated queries: legal ones are planned and mean one thing, and all others are refused."""

import re
from decimal import Decimal

import pytest
import sqlglot
from cargo import complete, compute, database, declare, recompute
from harbour import DECLARATIONS, HS2, MODES, NOISY, ORIGINS, plan, select
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from clean_room.expressions import columns
from clean_room.regeneration import regenerate
from clean_room.results import Mark
from data_products.errors import LimitError, QueryRejectedError

settings.register_profile("planner", deadline=None, max_examples=60)
RELAXED = settings.get_profile("planner")

ROWS = declare(400)

MEASURES = st.sampled_from(["item_value", "net_mass_kg", "correction", "fraud"])
NUMBERS = st.sampled_from(["0", "1", "2.5", "1000", "0.001", "-3"])
MONTHS = st.sampled_from(["2020-01-01", "2020-07-01", "2021-03-01", "2021-07-01"])

KEYS = st.sampled_from(
    [
        "hs2",
        "origin",
        "mode",
        "channel",
        "inspected",
        "DATE_TRUNC('month', date)",
        "DATE_TRUNC('quarter', date)",
        "YEAR(date)",
        "EXTRACT(MONTH FROM date)",
        "HOUR(arrived_at)",
        "ISODOW(arrived_at)",
        "DATE_TRUNC('week', arrived_at)",
    ]
)

AGGREGATES = st.one_of(
    st.just("COUNT(*)"),
    st.just("COUNT(DISTINCT importer_id)"),
    st.sampled_from(["hs2", "origin", "item_value"]).map("COUNT({})".format),
    MEASURES.map("SUM({})".format),
    MEASURES.map("AVG({})".format),
    st.builds("SUM({} * {})".format, MEASURES, NUMBERS),
    st.builds("AVG({1} * {0})".format, MEASURES, NUMBERS),
)


def compose(inner):
    """Expressions over released values, out of smaller ones."""
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner),
        st.builds("ROUND({}, {})".format, inner, st.integers(0, 12)),
        st.builds("COALESCE({}, {})".format, inner, NUMBERS),
        st.builds("NULLIF({}, {})".format, inner, inner),
        st.builds("-({})".format, inner),
    )


VALUES = st.recursive(st.one_of(AGGREGATES, AGGREGATES, NUMBERS), compose, max_leaves=4)

# An atom is every way of writing one comparison.
ATOMS = st.one_of(
    st.builds(
        lambda text: (f"hs2 = '{text}'", f"'{text}' = hs2", f"hs2 IN ('{text}')", f"hs2=='{text}'"),
        st.sampled_from(HS2[:8]),
    ),
    st.builds(
        lambda text: (f"origin <> '{text}'", f"NOT origin = '{text}'", f"origin NOT IN ('{text}')"),
        st.sampled_from(ORIGINS),
    ),
    st.builds(
        lambda a, b: (f"mode IN ('{a}', '{b}')", f"mode IN ('{b}', '{a}', '{b}')"),
        st.sampled_from(MODES),
        st.sampled_from(MODES),
    ),
    st.builds(
        lambda day: (f"date < '{day}'", f"'{day}' > date", f"date < DATE '{day}'"),
        MONTHS,
    ),
    st.builds(
        lambda day: (f"arrived_at >= '{day}'", f"TIMESTAMP '{day} 00:00:00' <= arrived_at"), MONTHS
    ),
    st.builds(
        lambda n: (f"channel = {n}", f"{n}.0 = channel", f"channel IN ({n})"), st.integers(0, 4)
    ),
    st.sampled_from(
        [
            ("inspected", "(inspected)", "NOT NOT inspected"),
            ("hs2 IS NOT NULL", "NOT hs2 IS NULL"),
            ("YEAR(date) = 2020", "2020 = EXTRACT(YEAR FROM date)"),
            ("DATE_TRUNC('month', date) = '2020-02-01'",),
            (
                "date BETWEEN '2020-02-01' AND '2020-02-29'",
                "date >= '2020-02-01' AND date <= '2020-02-29'",
            ),
        ]
    ),
)

PREDICATES = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=4))
        | st.tuples(st.just("NOT"), inner)
    ),
    max_leaves=6,
)


def write(predicate, draw=None):
    """The predicate as text: plain, or as a consumer might write it, who draws at each turn."""
    first = predicate[0]
    if first == "NOT":
        text = f"NOT ({write(predicate[1], draw)})"
        return text if draw is None else draw(st.sampled_from([text, f"NOT NOT {text}"]))
    if first in ("AND", "OR"):
        return join(first, predicate[1], draw)
    return f"({first})" if draw is None else f"({draw(st.sampled_from(predicate))})"


def join(word, parts, draw):
    """The parts joined: in their order, or in any, with some of them twice and brackets about."""
    if draw is None:
        return "(" + f" {word} ".join(write(part) for part in parts) + ")"
    again = draw(st.lists(st.sampled_from(parts), max_size=2))
    texts = [write(part, draw) for part in draw(st.permutations([*parts, *again]))]
    half = draw(st.integers(1, len(texts)))
    bracketed = f"({f' {word} '.join(texts[:half])})"
    return f"({f' {word} '.join([*texts[half:], bracketed])})"


@st.composite
def queries(draw):
    """The text of a query within the grammar and the contract."""
    keys = draw(st.lists(KEYS, max_size=3, unique=True))
    outputs = [f"{draw(VALUES)} AS v{n}" for n in range(draw(st.integers(0, 3)))]
    what = ", ".join([*keys, *outputs, "COUNT(*) AS n"])
    rest = [f"WHERE {write(draw(PREDICATES))}"] if draw(st.booleans()) else []
    if keys:
        rest.append(f"GROUP BY {draw(st.sampled_from([', '.join(keys), 'ALL']))}")
    if draw(st.booleans()):
        rest.append(f"HAVING {draw(VALUES)} > {draw(NUMBERS)} AND n >= 0")
    if draw(st.booleans()):
        rest.append(f"ORDER BY n DESC, {draw(VALUES)} + 0")
    rest += draw(st.sampled_from([[], ["LIMIT 5"]]))
    return select(what, " ".join(rest))


WORDS = st.sampled_from(
    [
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP",
        "BY",
        "HAVING",
        "ORDER",
        "LIMIT",
        "OFFSET",
        "AS",
        "AND",
        "OR",
        "NOT",
        "IN",
        "IS",
        "NULL",
        "BETWEEN",
        "CASE",
        "WHEN",
        "THEN",
        "END",
        "DISTINCT",
        "ALL",
        "UNION",
        "JOIN",
        "WITH",
        "OVER",
        "FILTER",
        "CAST",
        "DATE",
        "TIMESTAMP",
        "INTERVAL",
        "TRUE",
        "COUNT",
        "SUM",
        "MAX",
        "ROUND",
        "COALESCE",
        "EXTRACT",
        "DATE_TRUNC",
        "YEAR",
        "importer_id",
        "goods_name",
        "tariff_line",
        "item_value",
        "date",
        "hs2",
        "n",
        "*",
        "(",
        ")",
        ",",
        ".",
        ";",
        "+",
        "-",
        "/",
        "=",
        "<",
        ">",
        "<>",
        "::",
        "||",
        "->",
        "[",
        "]",
        "{",
        "}",
        "?",
        "$1",
        "@",
        "#",
        "~",
        "%",
        "^",
        "&",
        "!",
        "'",
        '"',
        "--",
        "/*",
        "0",
        "1",
        "-1",
        "1e99",
        "1e400",
        "9999999999999999999",
        "'x'",
        "'2020-01-15'",
        "'9999-12-31'",
        "'²'",
        "²",
    ]
)


@st.composite
def mutants(draw):
    """A legal text with some words changed, moved, repeated or lost."""
    words = re.findall(r"'[^']*'|\w+|\S", draw(queries()))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(words)))
        length = draw(st.integers(0, 3))
        moved = draw(st.one_of(st.lists(WORDS, max_size=3), st.just(words[-place:][:6])))
        words[place : place + length] = moved
    return draw(st.sampled_from([" ", "\n"])).join(words)


@pytest.fixture(scope="module")
def connection():
    with database(ROWS) as connected:
        yield connected


@settings(RELAXED)
@given(queries())
def test_legal_query_is_planned(sql):
    assert len(plan(sql).question) == 64


@settings(RELAXED)
@given(queries())
def test_noise_only_limits_size(sql):
    try:
        asked = plan(sql, NOISY)
    except LimitError:
        return
    assert 0 < asked.loss.epsilon <= 500_000


@settings(RELAXED)
@given(queries())
def test_engine_reads_what_is_needed(sql):
    relation = plan(sql).relation
    tree = sqlglot.parse_one(regenerate(relation).sql(dialect="duckdb"), read="duckdb")
    rows = next(step.this for step in tree.find_all(exp.CTE) if step.alias == "rows")
    computed = [key.expression for key in relation.keys]
    computed += [m.argument for m in relation.measures if m.argument is not None]
    computed += [relation.where] if relation.where else []
    needed = {"importer_id"}.union(*map(columns, computed))
    assert {column.name for column in rows.find_all(exp.Column)} == needed
    assert {table.name for table in rows.find_all(exp.Table)} == {DECLARATIONS.id}


@settings(RELAXED)
@given(queries())
def test_engine_computes_what_is_meant(connection, sql):
    relation = plan(sql).relation
    assert compute(connection, relation) == recompute(ROWS, relation)


@settings(RELAXED)
@given(queries())
def test_bounds_hold_for_every_unit(connection, sql):
    try:
        relation = plan(sql, NOISY).relation
    except LimitError:
        return
    assert complete(compute(connection, relation)) == complete(recompute(ROWS, relation))


@settings(RELAXED)
@given(queries(), st.data())
def test_released_values_never_raise(sql, data):
    relation = plan(sql).relation
    shown = relation.presentation
    some = st.sampled_from(
        [None, Mark.WITHHELD, 0, -1, 7, 10**38, Decimal("-0.01"), Decimal(10**36)]
    )
    row = {measure.name: data.draw(some) for measure in relation.measures}
    keys = {key.name: None for key in relation.keys}
    computed = [output.expression for output in shown.outputs]
    computed += [ordering.expression for ordering in shown.ordering]
    values = [expression.evaluate(keys | row) for expression in computed]
    assert all(value == value for value in values)  # noqa: PLR0124 - only NaN is not itself


@settings(RELAXED)
@given(queries())
def test_withheld_value_stays_withheld(sql):
    relation = plan(sql).relation
    hidden = {measure.name: Mark.WITHHELD for measure in relation.measures}
    hidden |= {key.name: None for key in relation.keys}
    for output in relation.presentation.outputs:
        if output.names():
            assert output.expression.evaluate(hidden) in (None, Mark.WITHHELD)


@settings(RELAXED, max_examples=300)
@given(mutants())
def test_mutant_is_planned_or_refused(sql):
    try:
        asked = plan(sql)
    except QueryRejectedError:
        return
    assert sqlglot.parse_one(regenerate(asked.relation).sql(dialect="duckdb"), read="duckdb")


@settings(RELAXED)
@given(st.text(max_size=200))
def test_any_text_is_refused(text):
    with pytest.raises(QueryRejectedError):
        plan(text)


@settings(RELAXED, max_examples=150)
@given(PREDICATES, st.data())
def test_variants_are_one_question(predicate, data):
    plain = select("hs2, COUNT(*) AS n", f"WHERE {write(predicate)} GROUP BY hs2")
    varied = select("hs2, COUNT(*) AS n", f"WHERE {write(predicate, data.draw)} GROUP BY hs2")
    assert plan(varied).question == plan(plain).question


@settings(RELAXED)
@given(queries(), st.sampled_from([" ", "\n", "\t ", " /* x */ ", "  \r\n"]))
def test_space_and_case_say_nothing(sql, space):
    words = re.findall(r"'[^']*'|\d+\.\d+|(?:GROUP|ORDER) BY|\w+|<>|>=|<=|==|\S", sql)
    varied = space.join(word if word.startswith("'") else word.swapcase() for word in words)
    assert plan(varied).question == plan(sql).question
