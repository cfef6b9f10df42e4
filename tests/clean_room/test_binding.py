import pytest
from harbour import COLUMNS, DECLARATIONS, relation, select

from clean_room.expressions import Kind, Reference, columns
from clean_room.operators import Arithmetic, Inverse
from clean_room.relation import Ordering
from data_products.errors import BindingError, GrammarError, LimitError, RawRowsError


def outputs(text, rest=""):
    """The names of a query's outputs."""
    return [output.name for output in relation(select(text, rest)).presentation.outputs]


def keys(text, groups):
    """The keys of a query as an engine reads them."""
    found = relation(select(text, f"GROUP BY {groups}")).keys
    return [key.expression.sql().sql("duckdb") for key in found]


@pytest.mark.parametrize(
    "text",
    ["*", "p.*", "hs2", "hs2, origin", "1", "item_value + 1", "COUNT(*), *", "importer_id AS n"],
)
def test_rows_are_refused(text):
    with pytest.raises(RawRowsError, match="asks for rows"):
        relation(select(text, table="customs_be.import_declarations p"))


def test_aggregate_must_be_an_output():
    with pytest.raises(RawRowsError):
        relation(select("hs2", "GROUP BY hs2 HAVING COUNT(*) > 10 ORDER BY COUNT(*)"))


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("hs2, COUNT(*)", "hs2"),
        ("hs2, COUNT(*)", "1"),
        ("hs2 AS chapter, COUNT(*)", "chapter"),
        ("hs2 AS chapter, COUNT(*)", '"Chapter"'),
        ("hs2, COUNT(*)", "(hs2)"),
        ("hs2, COUNT(*)", "ALL"),
        ("hs2, COUNT(*)", "hs2, 1, hs2, p.hs2"),
        ("COUNT(*)", "hs2"),
        ("hs2 AS origin, COUNT(*)", "hs2"),
    ],
)
def test_groups_are_what_they_stand_for(text, groups):
    found = relation(select(text, f"GROUP BY {groups}", "customs_be.import_declarations p"))
    assert [key.expression.column.name for key in found.keys] == ["hs2"]


def test_groups_keep_their_order():
    assert keys("COUNT(*)", "origin, hs2") == ['"origin"', '"hs2"']


@pytest.mark.parametrize("groups", ["ALL", "1, 3", "o, YEAR(date)"])
def test_all_groups_are_found(groups):
    text = "origin AS o, SUM(fraud) / COUNT(*), YEAR(date), 5"
    assert keys(text, groups) == ['"origin"', 'EXTRACT(YEAR FROM "date")']


def test_no_groups_is_one_group():
    assert relation(select("COUNT(*)")).keys == ()


def test_group_prefers_column_to_alias():
    sql = select("hs2 AS origin, COUNT(*)", "GROUP BY origin")
    with pytest.raises(GrammarError, match=r"hs2 at .* is neither grouped by"):
        relation(sql)


@pytest.mark.parametrize("groups", ["0", "3", "-1", "1.5", "99999999999", "9" * 5_000])
def test_unknown_number_is_refused(groups):
    with pytest.raises(GrammarError):
        relation(select("hs2, COUNT(*)", f"GROUP BY {groups}"))


@pytest.mark.parametrize("groups", ["2", "COUNT(*)", "n", "()", "(hs2, origin)", "CUBE(hs2)"])
def test_group_of_no_row_is_refused(groups):
    with pytest.raises(GrammarError):
        relation(select("hs2, COUNT(*) AS n", f"GROUP BY {groups}"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("COUNT(*) AS Total", "total"),
        ('COUNT(*) AS "n_1"', "n_1"),
        ("COUNT(*) n", "n"),
        ("COUNT(*)", "count"),
        ("SUM(item_value)", "sum_item_value"),
        ("SUM( ITEM_VALUE ) /* all */", "sum_item_value"),
        ("1 + COUNT(*)", "column_1_count"),
        (
            "ROUND(AVG(item_value) * 100 / COUNT(DISTINCT importer_id), 2)",
            "round_avg_item_value_100_count",
        ),
    ],
)
def test_output_has_plain_name(text, name):
    assert outputs(text) == [name]


def test_name_is_without_qualifier():
    sql = select("p.hs2, COUNT(*)", "GROUP BY 1", "customs_be.import_declarations p")
    assert relation(sql).presentation.outputs[0].name == "hs2"


def test_made_names_are_numbered():
    assert outputs("COUNT(*), COUNT(*), COUNT(*)") == ["count", "count_2", "count_3"]


@pytest.mark.parametrize(
    "alias", ['"a b"', '"1a"', '"_a"', '"a;--"', '"<script>"', f'"{"a" * 41}"', '"a\'"']
)
def test_strange_alias_is_refused(alias):
    with pytest.raises(GrammarError):
        outputs(f"COUNT(*) AS {alias}")


def test_alias_is_used_once():
    with pytest.raises(GrammarError, match="used twice"):
        outputs("COUNT(*) AS n, SUM(fraud) AS N")


def test_many_outputs_are_answered():
    assert len(set(outputs(", ".join(["COUNT(*)"] * 20)))) == 20


def test_outputs_are_capped():
    with pytest.raises(LimitError, match="21 output columns; at most 20"):
        outputs(", ".join(["COUNT(*)"] * 21))


def test_where_is_over_rows():
    where = relation(select("COUNT(*)", "WHERE hs2 <> '85' OR inspected")).where
    assert columns(where) == {"hs2", "inspected"}


def test_where_knows_no_alias():
    with pytest.raises(BindingError):
        relation(select("hs2 AS chapter, COUNT(*)", "WHERE chapter = '85' GROUP BY 1"))


@pytest.mark.parametrize("where", ["COUNT(*) > 5", "SUM(fraud) > 1", "AVG(fraud) > 1"])
def test_where_has_no_aggregates(where):
    with pytest.raises(GrammarError, match="is not answered here"):
        relation(select("COUNT(*)", f"WHERE {where}"))


def test_having_is_over_groups():
    having = relation(select("hs2, COUNT(*)", "GROUP BY 1 HAVING hs2 <> '85'")).presentation.having
    assert having == Inverse(having.item)
    assert having.item.item == Reference("k0", Kind.STRING)


@pytest.mark.parametrize(
    ("order", "expression", "descending"),
    [
        ("hs2", Reference("k0", Kind.STRING), False),
        ("1 ASC", Reference("k0", Kind.STRING), False),
        ("n DESC", Reference("m0", Kind.INTEGER), True),
        ("COUNT(*) DESC NULLS LAST", Reference("m0", Kind.INTEGER), True),
    ],
)
def test_order_is_over_groups(order, expression, descending):
    shown = relation(select("hs2, COUNT(*) AS n", f"GROUP BY 1 ORDER BY {order}")).presentation
    assert shown.ordering == (Ordering(expression, descending),)


def test_order_may_compute():
    shown = relation(
        select("hs2, COUNT(*) AS n", "GROUP BY 1 ORDER BY n / SUM(fraud), 1")
    ).presentation
    assert [type(o.expression) for o in shown.ordering] == [Arithmetic, Reference]


@pytest.mark.parametrize("order", ["0", "3", "'x'", "'\N{SUPERSCRIPT TWO}'", "1.5", "9" * 5_000])
def test_order_number_is_an_output(order):
    with pytest.raises(GrammarError, match="there is no output number"):
        relation(select("hs2, COUNT(*)", f"GROUP BY hs2 ORDER BY {order}"))


@pytest.mark.parametrize(
    "order", ["origin", "item_value", "importer_id", "DATE_TRUNC('day', date)"]
)
def test_order_by_rows_is_refused(order):
    with pytest.raises(GrammarError, match="neither grouped by nor aggregated"):
        relation(select("hs2, COUNT(*)", f"GROUP BY hs2 ORDER BY {order}"))


@pytest.mark.parametrize(("limit", "rows"), [("", None), ("LIMIT 0", 0), ("LIMIT 10000", 10_000)])
def test_limit_is_whole(limit, rows):
    assert relation(select("COUNT(*)", limit)).presentation.limit == rows


@pytest.mark.parametrize(
    "limit",
    ["10001", "-1", "1.5", "'5'", "'\N{SUPERSCRIPT TWO}'", "1 + 1", "ALL", "NULL", "9" * 5_000],
)
def test_other_limit_is_refused(limit):
    with pytest.raises(GrammarError):
        relation(select("COUNT(*)", f"LIMIT {limit}"))


def test_product_is_the_one_resolved():
    assert relation(select("COUNT(*)")).product is DECLARATIONS


@pytest.mark.parametrize("table", ["beanr.gate_visits", "customs_kr.import_declarations"])
def test_statement_is_over_its_product(table):
    with pytest.raises(BindingError, match=r"expected customs-be\.import_declarations"):
        relation(select("COUNT(*)", table=table))


@pytest.mark.parametrize(
    "column", [column.name for column in COLUMNS if column.name != "goods_name"]
)
def test_every_column_can_be_named(column):
    assert relation(select(f"COUNT({column}) AS n")).measures[0].argument.column.name == column
