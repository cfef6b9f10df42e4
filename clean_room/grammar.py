"""What a consumer may write: data, no code.

A node of sqlglot's tree that is not listed here is refused, whatever it means; so is a part of a
node. Functions are known to sqlglot by nodes of their own: one that is unknown to it comes as
`Anonymous`, which is not listed either.
"""

from sqlglot import exp

MAX_BYTES = 64 * 1024
MAX_TOKENS = 10_000
MAX_DEPTH = 100
MAX_NODES = 500
"""Nodes of the tree, literals left out: each may be computed for every key of a grid."""

OPENERS = frozenset(
    {"AND", "BETWEEN", "BY", "DISTINCT", "HAVING", "IN", "NOT", "OR", "SELECT", "WHERE"}
    | {"AVG", "CAST", "COALESCE", "COUNT", "IFNULL", "NULLIF", "ROUND", "SUM"}
    | {"DATE_TRUNC", "DAYOFWEEK", "EXTRACT", "HOUR", "ISODOW", "MONTH", "QUARTER", "YEAR"}
)
"""The words that a bracket may follow, looked at before sqlglot reads anything.

It reads the brackets of some other words twice, and of those that are nested twice at each level:
twenty of them would take minutes.
"""

CLAUSES = frozenset({"expressions", "from_", "where", "group", "having", "order", "limit"})
"""The parts of a SELECT; JOIN, WITH, WINDOW, QUALIFY, SAMPLE and the rest are not among them."""

PARTS = CLAUSES | {
    "alias",
    "all",
    "big_int",  # COUNT's result, which says nothing
    "db",
    "decimals",
    "desc",
    "expression",
    "high",
    "is_string",
    "low",
    "quoted",
    "table",
    "this",
    "to",
    "unit",
}
"""The parts of nodes: any other would be lost on the way, and another question answered."""

STRUCTURE = frozenset(
    {
        exp.Alias,
        exp.Column,
        exp.Distinct,
        exp.From,
        exp.Group,
        exp.Having,
        exp.Identifier,
        exp.Limit,
        exp.Order,
        exp.Ordered,
        exp.Paren,
        exp.Select,
        exp.Star,
        exp.Table,
        exp.TableAlias,
        exp.Tuple,
        exp.Var,
        exp.Where,
    }
)

LITERALS = frozenset({exp.Boolean, exp.Cast, exp.DataType, exp.Literal, exp.Null})

OPERATORS = frozenset(
    {
        exp.Add,
        exp.And,
        exp.Between,
        exp.Div,
        exp.EQ,
        exp.GT,
        exp.GTE,
        exp.In,
        exp.Is,
        exp.LT,
        exp.LTE,
        exp.Mul,
        exp.NEQ,
        exp.Neg,
        exp.Not,
        exp.Or,
        exp.Sub,
    }
)

AGGREGATES = frozenset({exp.Avg, exp.Count, exp.Sum})

TIME_FUNCTIONS = frozenset(
    {
        exp.DateTrunc,
        exp.DayOfWeek,
        exp.DayOfWeekIso,
        exp.Extract,
        exp.Hour,
        exp.Month,
        exp.Quarter,
        exp.TimestampTrunc,
        exp.Year,
    }
)

SCALARS = frozenset({exp.Coalesce, exp.Nullif, exp.Round})

NODES = STRUCTURE | LITERALS | OPERATORS | AGGREGATES | TIME_FUNCTIONS | SCALARS
