import pytest
from harbour import DECLARATIONS, VISITS, select

from clean_room.expressions import Part, Truncated
from clean_room.parsing import parse
from clean_room.row_scope import RowScope
from clean_room.scopes import Scope
from data_products.errors import BindingError, GrammarError
from data_products.time_grid import Step

ROWS = RowScope(DECLARATIONS.contract, "p")


def node(text):
    """The first output of a query."""
    return parse(select(f"{text}, COUNT(*)")).select.expressions[0]


@pytest.mark.parametrize(
    "text",
    ["hs2", "HS2", '"hs2"', '"HS2"', "p.hs2", "P.hs2", "import_declarations.hs2", 'p."hs2"'],
)
def test_column_is_found_by_name(text):
    assert ROWS.column(node(text)).name == "hs2"


@pytest.mark.parametrize("text", ["date", "mode", "office", "channel", "p.date"])
def test_keyword_may_be_a_column(text):
    assert ROWS.bind(node(text)).column.name == text.removeprefix("p.")


@pytest.mark.parametrize(
    "text",
    ["nothing", "goods_name", "q.hs2", "other.import_declarations.hs2", "driver_id", '"hs2 "'],
)
def test_unknown_and_hidden_look_alike(text):
    with pytest.raises(BindingError, match=r"has no column .* for queries"):
        ROWS.column(node(text))


def test_hint_names_no_hidden_column():
    with pytest.raises(BindingError) as refusal:
        ROWS.column(node("goods_name"))
    assert "hs2" in refusal.value.hint
    assert "goods_name" not in refusal.value.hint


def test_restricted_column_is_known():
    assert ROWS.column(node("tariff_line")).restricted


@pytest.mark.parametrize(("text", "known"), [("hs2", True), ("goods_name", False), ("x", False)])
def test_known_names_are_columns(text, known):
    assert ROWS.knows(node(text)) is known


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("text", ["DATE_TRUNC('{}', date)", "date_trunc({}, p.date)"])
def test_truncation_takes_every_step(step, text):
    told = ROWS.bind(node(text.format(step.upper())))
    assert (type(told), told.step, told.item.column.name) == (Truncated, step, "date")


@pytest.mark.parametrize("step", ["minute", "decade", "isoyear", "x", ""])
def test_other_step_is_refused(step):
    with pytest.raises(GrammarError, match="DATE_TRUNC"):
        ROWS.bind(node(f"DATE_TRUNC('{step}', date)"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("EXTRACT(YEAR FROM date)", "year"),
        ("EXTRACT(day FROM date)", "day"),
        ("EXTRACT('hour' FROM arrived_at)", "hour"),
        ("EXTRACT(DOW FROM date)", "dow"),
        ("YEAR(date)", "year"),
        ("QUARTER(date)", "quarter"),
        ("month(date)", "month"),
        ("HOUR(arrived_at)", "hour"),
        ("DAYOFWEEK(date)", "dow"),
        ("ISODOW(date)", "isodow"),
    ],
)
def test_part_is_taken_from_time(text, part):
    told = ROWS.bind(node(text))
    assert (type(told), told.part) == (Part, part)


@pytest.mark.parametrize("part", ["epoch", "minute", "second", "microseconds", "week", "doy", "x"])
def test_other_part_is_refused(part):
    with pytest.raises(GrammarError, match="EXTRACT"):
        ROWS.bind(node(f"EXTRACT({part} FROM arrived_at)"))


@pytest.mark.parametrize(
    "text",
    [
        "DATE_TRUNC('month', hs2)",
        "YEAR(item_value)",
        "YEAR(DATE_TRUNC('year', date))",
        "EXTRACT(YEAR FROM DATE '2020-01-01')",
        "DATE_TRUNC('month', '2020-01-01')",
    ],
)
def test_time_function_is_over_column(text):
    with pytest.raises(GrammarError, match="a time function"):
        ROWS.bind(node(text))


@pytest.mark.parametrize("text", ["item_value / 2", "COUNT(*)", "ROUND(item_value)", "hs2 IN ()"])
def test_released_only_is_refused(text):
    with pytest.raises(GrammarError):
        ROWS.bind(node(text))


@pytest.mark.parametrize("text", ["hs2", "1", "channel + 1", "DATE_TRUNC('month', date)"])
def test_condition_is_a_truth_value(text):
    with pytest.raises(GrammarError, match="the condition is a"):
        ROWS.predicate(node(text))


def test_boolean_column_is_a_condition():
    assert ROWS.predicate(node("inspected")).column.name == "inspected"


@pytest.mark.parametrize("text", ["hs2", "DATE_TRUNC('month', date)", "YEAR(date)"])
def test_other_scope_has_no_columns(text):
    class Bare(Scope):
        """The table of rows, without their contract."""

        handlers = RowScope.handlers

    with pytest.raises(GrammarError):
        Bare().bind(node(text))


def test_each_contract_has_its_own():
    assert RowScope(VISITS.contract, "v").column(node("driver_id")).name == "driver_id"
