from decimal import Decimal

import pytest
from harbour import COLUMNS, NOISY, relation, select

from clean_room.expressions import ColumnValue, Constant, Kind, Reference
from clean_room.functions import Coalesced, Mean, Nullified, Rounded
from clean_room.operators import Arithmetic
from clean_room.parsing import parse
from clean_room.relation import UNITS, Function, Measure
from clean_room.released_scope import ReleasedScope, scale_of
from clean_room.scopes import Scope
from data_products.errors import BindingError, GrammarError

VALUE, MASS = (
    ColumnValue(column) for column in COLUMNS if column.name in ("item_value", "net_mass_kg")
)


def bound(text, keys="hs2", rest=""):
    """The relation of one output by some keys."""
    return relation(select(f"{text} AS x, COUNT(*) AS n", f"GROUP BY {keys} {rest}"))


def output(text, **more):
    """The expression of that output."""
    return bound(text, **more).presentation.outputs[0].expression


@pytest.mark.parametrize(
    ("text", "function", "argument"),
    [
        ("COUNT(*)", Function.COUNT, None),
        ("COUNT(item_value)", Function.COUNT, VALUE),
        ("SUM(item_value)", Function.SUM, VALUE),
    ],
)
def test_aggregate_becomes_a_measure(text, function, argument):
    found = bound(text)
    assert isinstance(output(text), Reference)
    assert (found.measures[0].function, found.measures[0].argument) == (function, argument)


@pytest.mark.parametrize("text", ["COUNT(DISTINCT importer_id)", "COUNT(DISTINCT (importer_id))"])
def test_distinct_units_have_their_name(text):
    assert Measure(UNITS, Function.UNITS) in bound(text).measures


def test_measure_is_met_once():
    found = bound("SUM(item_value) / COUNT(*) + SUM(item_value)", rest="HAVING COUNT(*) > 5")
    assert [(m.name, m.function) for m in found.measures] == [("m0", "sum"), ("m1", "count")]


def test_average_is_sum_over_count():
    total, count = Reference("m0", Kind.DECIMAL), Reference("m1", Kind.INTEGER)
    assert output("AVG(item_value)") == Mean(total, count)


@pytest.mark.parametrize(
    ("argument", "low", "high"),
    [("correction", -1_000, 1_000), ("fraud * -2", -2, 0), ("item_value - fraud", -1, 1_000_000)],
)
def test_noisy_average_has_bounds(argument, low, high):
    bound = relation(select(f"AVG({argument}) AS x"), NOISY)
    assert bound.presentation.outputs[0].expression.bounds == (low, high)


def test_constant_is_in_every_row():
    assert bound("COUNT(1)").measures == bound("COUNT(*)").measures


@pytest.mark.parametrize(
    "text",
    [
        "COUNT(DISTINCT hs2)",
        "COUNT(DISTINCT importer_id, hs2)",
        "COUNT(DISTINCT declarant_id)",
        "COUNT(DISTINCT item_value)",
    ],
)
def test_other_distinct_is_refused(text):
    with pytest.raises(GrammarError, match="privacy unit"):
        bound(text)


@pytest.mark.parametrize(
    "text", ["COUNT()", "COUNT(hs2, origin)", "COUNT(DISTINCT *)", "SUM(DISTINCT item_value)"]
)
def test_strange_argument_is_refused(text):
    with pytest.raises(GrammarError):
        bound(text)


@pytest.mark.parametrize("text", ["SUM(hs2)", "AVG(inspected)", "SUM(date)", "SUM(hs2 = '85')"])
def test_sum_is_over_numbers(text):
    with pytest.raises(GrammarError, match="is over a"):
        bound(text)


@pytest.mark.parametrize("text", ["SUM(COUNT(*))", "SUM(SUM(item_value))", "COUNT(ROUND(fraud))"])
def test_aggregate_within_aggregate_is_refused(text):
    with pytest.raises(GrammarError, match="is not answered here"):
        bound(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("COUNT(*)", Kind.INTEGER),
        ("COUNT(DISTINCT importer_id)", Kind.INTEGER),
        ("SUM(fraud)", Kind.INTEGER),
        ("SUM(item_value)", Kind.DECIMAL),
        ("AVG(fraud)", Kind.FLOAT),
        ("hs2", Kind.STRING),
        ("COUNT(*) > 5", Kind.BOOLEAN),
        ("COALESCE(SUM(fraud), 0.5)", Kind.DECIMAL),
    ],
)
def test_output_kind_is_told(text, kind):
    assert output(text).kind is kind


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("p.hs2", "hs2"),
        ("hs2", "p.hs2"),
        ("DATE_TRUNC('month', date)", "DATE_TRUNC('MONTH', p.date)"),
        ("YEAR(date)", "EXTRACT(YEAR FROM date)"),
    ],
)
def test_key_is_known_however_written(text, keys):
    table = "customs_be.import_declarations AS p"
    found = relation(select(f"{text} AS x, COUNT(*)", f"GROUP BY {keys}", table))
    assert found.presentation.outputs[0].expression == Reference(
        "k0", found.keys[0].expression.kind
    )


@pytest.mark.parametrize(
    "text", ["origin", "item_value", "DATE_TRUNC('month', date)", "channel + 1", "hs2 = origin"]
)
def test_loose_column_is_refused(text):
    with pytest.raises(GrammarError, match="neither grouped by nor aggregated"):
        output(text)


@pytest.mark.parametrize("text", ["nothing", "goods_name", "SUM(nothing)", "x"])
def test_unknown_name_is_refused(text):
    with pytest.raises(BindingError):
        output(text)


@pytest.mark.parametrize("text", ["hs2", "COUNT(*)", "SUM(fraud)", "AVG(fraud)"])
def test_other_scope_has_no_groups(text):
    class Bare(Scope):
        """The table of released groups, without them."""

        handlers = ReleasedScope.handlers

    with pytest.raises(GrammarError, match="is not answered"):
        Bare().bind(parse(select(text)).select.expressions[0])


@pytest.mark.parametrize("clause", ["HAVING n > 5", "HAVING N > 5", "HAVING COUNT(*) > 5"])
def test_having_may_use_alias(clause):
    shown = bound("hs2", rest=clause).presentation
    assert shown.having.parts[0] == Reference("m0", Kind.INTEGER)


@pytest.mark.parametrize("order", ["item_value", "2", "SUM(item_value)", "-item_value"])
def test_alias_wins_over_loose_column(order):
    sql = select("hs2, SUM(item_value) AS item_value", f"GROUP BY hs2 ORDER BY {order}")
    (ordering,) = relation(sql).presentation.ordering
    assert Reference("m0", Kind.DECIMAL) in (ordering.expression, *ordering.expression.parts)


def test_order_takes_alias_before_key():
    sql = select("hs2 AS origin, origin AS o, COUNT(*)", "GROUP BY hs2, 2 ORDER BY origin")
    (ordering,) = relation(sql).presentation.ordering
    assert ordering.expression == Reference("k0", Kind.STRING)


def test_having_takes_key_before_alias():
    rest = "GROUP BY hs2, 2 HAVING origin = 'CN'"
    found = relation(
        select("hs2 AS origin, p.origin AS o, COUNT(*)", rest, "customs_be.import_declarations p")
    )
    assert found.presentation.having.item == Reference("k1", Kind.STRING)


def test_qualified_name_is_no_alias():
    with pytest.raises(GrammarError):
        relation(
            select("SUM(item_value) AS item_value", "HAVING import_declarations.item_value > 1")
        )


@pytest.mark.parametrize("clause", ["COUNT(*)", "n + 1", "'x'", "hs2"])
def test_having_is_a_truth_value(clause):
    with pytest.raises(GrammarError, match="HAVING is a"):
        bound("hs2", rest=f"HAVING {clause}")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("ROUND(SUM(fraud))", 0),
        ("ROUND(SUM(fraud), 2)", 2),
        ("ROUND(AVG(fraud), 12)", 12),
    ],
)
def test_rounding_keeps_digits(text, digits):
    found = output(text)
    assert (type(found), found.digits) == (Rounded, digits)


@pytest.mark.parametrize(
    "digits", ["-2", "13", "1 + 1", "'2'", "1.5", "COUNT(*)", "hs2", "9" * 5_000, "TRUE"]
)
def test_other_rounding_is_refused(digits):
    with pytest.raises(GrammarError):
        output(f"ROUND(SUM(fraud), {digits})")


@pytest.mark.parametrize("text", ["ROUND(hs2)", "NULLIF(hs2, 'x')", "NULLIF(COUNT(*), 'x')"])
def test_number_function_is_over_numbers(text):
    with pytest.raises(GrammarError, match="but o"):
        output(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("COALESCE(hs2, 'none')", Coalesced),
        ("IFNULL(SUM(fraud), 0)", Coalesced),
        ("COALESCE(SUM(fraud), SUM(item_value), 0.5)", Coalesced),
        ("NULLIF(COUNT(*), 0)", Nullified),
    ],
)
def test_gap_functions_are_bound(text, form):
    assert isinstance(output(text), form)


def test_coalesce_is_of_one_kind():
    with pytest.raises(GrammarError, match="different kinds"):
        output("COALESCE(hs2, 0)")


@pytest.mark.parametrize(
    ("argument", "scale"),
    [
        (None, 0),
        (VALUE, 2),
        (Constant(Decimal("0.125"), Kind.DECIMAL), 3),
        (Constant(Decimal("1E-18"), Kind.DECIMAL), 18),
        (Constant(100, Kind.INTEGER), 0),
        (Arithmetic("*", VALUE, Constant(Decimal("0.5"), Kind.DECIMAL)), 3),
        (Arithmetic("+", VALUE, MASS), 2),
        (Arithmetic("-", MASS, Constant(1, Kind.INTEGER)), 1),
    ],
)
def test_scale_is_what_digits_need(argument, scale):
    assert scale_of(argument) == scale
