from dataclasses import replace

import pytest
import sqlglot
from cargo import complete, compute, database, declare, recompute
from harbour import DECLARATIONS, NOISY, plan, select
from sqlglot import exp

from clean_room.regeneration import regenerate

ROWS = declare(1_500)

QUERIES = (
    select("COUNT(*)"),
    select("COUNT(*)", "WHERE hs2 = 'nothing'"),
    select("hs2, COUNT(*), SUM(item_value)", "GROUP BY hs2"),
    select("origin, channel, AVG(net_mass_kg), COUNT(correction)", "GROUP BY origin, channel"),
    select("inspected, SUM(correction), COUNT(DISTINCT importer_id)", "GROUP BY inspected"),
    select("YEAR(date), MONTH(date), SUM(fraud)", "GROUP BY ALL"),
    select("ISODOW(arrived_at), COUNT(*)", "WHERE arrived_at < '2020-06-01' GROUP BY 1"),
    select("SUM(item_value * 0.25), SUM(correction * -3)", "WHERE NOT inspected"),
    select("mode, COUNT(*)", "WHERE hs2 IN ('01', '02') OR origin = 'CN' GROUP BY mode"),
    select(
        "hs2, AVG(item_value * 1000)", "WHERE date BETWEEN '2020-02-01' AND '2020-12-31' GROUP BY 1"
    ),
    select("DATE_TRUNC('quarter', date), SUM(fraud)", "WHERE origin IS NOT NULL GROUP BY 1"),
)


@pytest.fixture(scope="module")
def connection():
    with database(ROWS) as connected:
        yield connected


@pytest.mark.parametrize("sql", QUERIES)
def test_exact_aggregates_are_those_asked(connection, sql):
    relation = plan(sql).relation
    assert compute(connection, relation) == recompute(ROWS, relation)


@pytest.mark.parametrize("sql", QUERIES)
def test_bounded_aggregates_are_those_asked(connection, sql):
    relation = plan(sql, NOISY).relation
    assert complete(compute(connection, relation)) == complete(recompute(ROWS, relation))


@pytest.mark.parametrize(
    "sql",
    [
        select("hs2, SUM(item_value + net_mass_kg * 2 - 1)", "GROUP BY hs2"),
        select("SUM(correction + fraud + 1)"),
        select("SUM(5 - item_value)", "WHERE inspected"),
    ],
)
def test_noisy_sums_are_those_asked(connection, sql):
    relation = plan(sql, NOISY).relation
    assert complete(compute(connection, relation)) == complete(recompute(ROWS, relation))


def test_bound_leaves_out_groups(connection):
    sql = select("hs2, origin, mode, COUNT(*)", "GROUP BY hs2, origin, mode")
    bounded = plan(sql, NOISY).relation
    filled = [
        sum(group["units"] for group in compute(connection, relation).values())
        for relation in (bounded, replace(bounded, contribution=None))
    ]
    assert filled[0] <= 8 * len({row["importer_id"] for row in ROWS}) < filled[1]


def test_nobody_is_left_out_of_exact(connection):
    relation = plan(select("COUNT(*), COUNT(DISTINCT importer_id)")).relation
    named = [row["importer_id"] for row in ROWS if row["importer_id"] is not None]
    assert compute(connection, relation)[()]["m0"] == len(named)
    assert compute(connection, relation)[()]["units"] == len(set(named))


def test_small_groups_stay_inside(connection):
    relation = plan(select("hs4, COUNT(*)", "GROUP BY hs4")).relation
    assert min(group["units"] for group in compute(connection, relation).values()) >= 10


@pytest.mark.parametrize("product", [DECLARATIONS, NOISY])
@pytest.mark.parametrize("sql", QUERIES)
def test_text_reads_back_as_itself(sql, product):
    tree = regenerate(plan(sql, product).relation)
    text = tree.sql(dialect="duckdb")
    assert sqlglot.parse_one(text, read="duckdb").sql(dialect="duckdb") == text


@pytest.mark.parametrize("sql", QUERIES)
def test_only_product_is_read(sql):
    tree = regenerate(plan(sql).relation)
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    assert {table.name for table in tree.find_all(exp.Table)} - steps == {DECLARATIONS.id}


@pytest.mark.parametrize("sql", QUERIES)
def test_every_name_is_quoted(sql):
    tree = regenerate(plan(sql).relation)
    assert all(column.this.quoted for column in tree.find_all(exp.Column) if not column.is_star)


def test_consumers_names_do_not_pass():
    sql = select(
        "COUNT(*) AS exfiltrated, p.hs2 AS secret", "GROUP BY 2", "customs_be.import_declarations p"
    )
    text = regenerate(plan(sql).relation).sql(dialect="duckdb")
    assert not any(word in text for word in ("exfiltrated", "secret", '"p"'))


def test_same_relation_same_text():
    texts = {regenerate(plan(sql).relation).sql() for sql in [QUERIES[2]] * 3}
    assert len(texts) == 1
