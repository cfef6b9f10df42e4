import pytest
from sqlglot import exp

from clean_room import grammar


@pytest.mark.parametrize(
    "node",
    [
        exp.Anonymous,
        exp.AnonymousAggFunc,
        exp.ArrayAgg,
        exp.Case,
        exp.Command,
        exp.Except,
        exp.Filter,
        exp.Join,
        exp.Lambda,
        exp.Max,
        exp.Min,
        exp.Parameter,
        exp.Placeholder,
        exp.ReadCSV,
        exp.Subquery,
        exp.TableSample,
        exp.TryCast,
        exp.Union,
        exp.Unnest,
        exp.Values,
        exp.Window,
        exp.With,
    ],
)
def test_dangerous_node_is_unlisted(node):
    assert node not in grammar.NODES


def test_every_aggregate_is_rebuilt():
    assert {exp.Avg, exp.Count, exp.Sum} == grammar.AGGREGATES


def test_functions_are_listed_ones_only():
    functions = {node for node in grammar.NODES if issubclass(node, exp.Func)}
    logic = {exp.And, exp.Or, exp.Cast}
    listed = grammar.AGGREGATES | grammar.TIME_FUNCTIONS | grammar.SCALARS
    assert functions - logic == listed


@pytest.mark.parametrize("part", ["joins", "with_", "laterals", "windows", "qualify", "offset"])
def test_other_clauses_are_unlisted(part):
    assert part not in grammar.PARTS


@pytest.mark.parametrize("part", ["symmetric", "zone", "totals", "nulls_first", "except_", "query"])
def test_modifiers_are_unlisted(part):
    assert part not in grammar.PARTS


def test_openers_are_upper_case():
    assert all(word == word.upper() for word in grammar.OPENERS)
