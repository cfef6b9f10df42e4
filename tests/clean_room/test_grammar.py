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
    assert set(grammar.AGGREGATES) == {exp.Avg, exp.Count, exp.Sum}


def test_functions_are_listed_ones_only():
    functions = {node for node in grammar.NODES if issubclass(node, exp.Func)}
    logic = {exp.And, exp.Or, exp.Cast}
    listed = grammar.AGGREGATES | grammar.TIME_FUNCTIONS | grammar.SCALARS
    assert functions - logic == set(listed)


@pytest.mark.parametrize("part", ["joins", "with_", "laterals", "windows", "qualify", "offset"])
def test_other_clauses_are_unlisted(part):
    assert part in exp.Select.arg_types
    assert part not in grammar.NODES[exp.Select].split()


@pytest.mark.parametrize(
    ("node", "part"),
    [
        (exp.Between, "symmetric"),
        (exp.TimestampTrunc, "zone"),
        (exp.Group, "totals"),
        (exp.Ordered, "nulls_first"),
        (exp.Star, "except_"),
        (exp.In, "query"),
        (exp.Limit, "expressions"),
        (exp.Count, "expressions"),
        (exp.Round, "truncate"),
        (exp.Cast, "format"),
    ],
)
def test_modifiers_are_unlisted(node, part):
    assert part in node.arg_types
    assert part not in grammar.NODES[node].split()


@pytest.mark.parametrize("node", grammar.NODES)
def test_parts_are_those_of_the_node(node):
    assert set(grammar.NODES[node].split()) <= set(node.arg_types)


def test_openers_are_upper_case():
    assert all(word == word.upper() for word in grammar.OPENERS)
