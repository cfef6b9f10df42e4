"""What a consumer may write: data, no code.

A node of sqlglot's tree that is not listed here is refused, whatever it means; so is any part of a
node but those that stand behind it. A part that was read over would make it another question.
Functions are known to sqlglot by nodes of their own: one that is unknown to it is not listed.
"""

from sqlglot import exp

MAX_BYTES = 64 * 1024
MAX_TOKENS = 10_000
MAX_BRACKETS = 20
MAX_DEPTH = 60
"""Brackets within one another, and nodes: deeper ones could exhaust the stack of who reads them."""
MAX_NODES = 500
"""Nodes in all, literals left out: each may be computed for every key of a grid."""

OPENERS = frozenset(
    {"AND", "BETWEEN", "BY", "DISTINCT", "HAVING", "IN", "NOT", "OR", "SELECT", "WHERE"}
    | {"AVG", "CAST", "COALESCE", "COUNT", "IFNULL", "NULLIF", "ROUND", "SUM"}
    | {"DATE_TRUNC", "DAYOFWEEK", "EXTRACT", "HOUR", "ISODOW", "MONTH", "QUARTER", "YEAR"}
)
"""The words that a bracket may follow, looked at before sqlglot reads anything.

It reads the brackets of some other words twice, and of those that are nested twice at each level:
twenty of them would take minutes.
"""

Parts = dict[type[exp.Expr], str]
"""Nodes, each with the names of its parts."""

STRUCTURE: Parts = {
    exp.Alias: "this alias",
    exp.Column: "this table db",
    exp.Distinct: "expressions",
    exp.From: "this",
    exp.Group: "expressions all",
    exp.Having: "this",
    exp.Identifier: "this quoted",
    exp.Limit: "expression",
    exp.Order: "expressions",
    exp.Ordered: "this desc",
    exp.Paren: "this",
    exp.Select: "expressions from_ where group having order limit",
    exp.Star: "",
    exp.Table: "this db alias",
    exp.TableAlias: "this",
    exp.Var: "this",
    exp.Where: "this",
}

LITERALS: Parts = {
    exp.Boolean: "this",
    exp.Cast: "this to",
    exp.DataType: "this",
    exp.Literal: "this is_string",
    exp.Null: "",
}

OPERATORS: Parts = {
    exp.Add: "this expression",
    exp.And: "this expression",
    exp.Between: "this low high",
    exp.Div: "this expression",
    exp.EQ: "this expression",
    exp.GT: "this expression",
    exp.GTE: "this expression",
    exp.In: "this expressions",
    exp.Is: "this expression",
    exp.LT: "this expression",
    exp.LTE: "this expression",
    exp.Mul: "this expression",
    exp.NEQ: "this expression",
    exp.Neg: "this",
    exp.Not: "this",
    exp.Or: "this expression",
    exp.Sub: "this expression",
}

# What COUNT's big_int says of its result, sqlglot adds by itself.
AGGREGATES: Parts = {exp.Avg: "this", exp.Count: "this big_int", exp.Sum: "this"}

TIME_FUNCTIONS: Parts = {
    exp.DateTrunc: "this unit",
    exp.DayOfWeek: "this",
    exp.DayOfWeekIso: "this",
    exp.Extract: "this expression",
    exp.Hour: "this",
    exp.Month: "this",
    exp.Quarter: "this",
    exp.TimestampTrunc: "this unit",
    exp.Year: "this",
}

SCALARS: Parts = {
    exp.Coalesce: "this expressions",
    exp.Nullif: "this expression",
    exp.Round: "this decimals",
}

NODES: Parts = STRUCTURE | LITERALS | OPERATORS | AGGREGATES | TIME_FUNCTIONS | SCALARS
