"""Names and operators to typed expressions, in the two places where a query has them.

RowScope        WHERE, GROUP BY and the arguments of aggregates: names are the contract's columns
ReleasedScope   SELECT, HAVING and ORDER BY: keys, aggregates and aliases, after release

A node has a meaning in a scope only if it is in the scope's table.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from sqlglot import exp

from clean_room.expressions import NUMERIC, TIME, Constant, Expression, Kind
from clean_room.operators import (
    Arithmetic,
    Comparison,
    Inverse,
    Junction,
    Membership,
    Missing,
)
from clean_room.parsing import position
from clean_room.results import Value
from data_products.errors import GrammarError
from data_products.time_grid import Step, floor

MAX_DIGITS = 18

Handler = Callable[["Scope", exp.Expr], Expression]

SIGNS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


class Scope:
    """Binds nodes by the scope's table of handlers."""

    handlers: ClassVar[Mapping[type[exp.Expr], Handler]] = {}

    def bind(self, node: exp.Expr) -> Expression:
        """The node as an expression; refuses what has no meaning here."""
        handler = self.handlers.get(type(node))
        if handler is None:
            raise unanswered(node, "here")
        return handler(self, node)


def unanswered(node: exp.Expr, where: str) -> GrammarError:
    """The error of a node that means nothing in this place."""
    return GrammarError(
        f"{type(node).__name__.upper()}{position(node)} is not answered {where}",
        hint="docs/reference/sql.md lists what is answered where",
    )


def arithmetic(scope: Scope, node: exp.Expr) -> Expression:
    """+, -, * and / over numbers."""
    left, right = scope.bind(node.this), scope.bind(node.expression)
    if not {left.kind, right.kind} <= NUMERIC:
        raise GrammarError(
            f"{SIGNS[type(node)]}{position(node)} over {left.kind} and {right.kind}; "
            "both sides must be numbers",
            hint="compute with measures, counts and numbers",
        )
    return Arithmetic(SIGNS[type(node)], left, right)


def negative(scope: Scope, node: exp.Expr) -> Expression:
    """A sign before a number: folded into a literal, else a factor of minus one."""
    item = scope.bind(node.this)
    if isinstance(item, Constant) and isinstance(item.value, int | Decimal):
        return Constant(-item.value, item.kind)
    if item.kind not in NUMERIC:
        raise unanswered(node, f"before a {item.kind}")
    return Arithmetic("*", Constant(-1, Kind.INTEGER), item)


def comparison(scope: Scope, node: exp.Expr) -> Expression:
    """A comparison with the constant, if any, on the right; equality with one is a membership."""
    left, right = _alike(scope.bind(node.this), scope.bind(node.expression), node)
    sign = SIGNS[type(node)]
    if isinstance(left, Constant) and not isinstance(right, Constant):
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        left, right, sign = right, left, mirrored.get(sign, sign)
    if sign in ("=", "<>") and isinstance(right, Constant):
        member = Membership(left, (right,))
        return member if sign == "=" else Inverse(member)
    return Comparison(sign, left, right)


def _alike(left: Expression, right: Expression, node: exp.Expr) -> tuple[Expression, Expression]:
    """Both sides, with text read as time where the other side is time."""
    left, right = _as_time(left, right.kind), _as_time(right, left.kind)
    if left.kind == right.kind or {left.kind, right.kind} <= NUMERIC:
        return left, right
    raise GrammarError(
        f"{left.kind} is compared with {right.kind}{position(node)}",
        hint="compare like with like: text in quotes, numbers without, dates as '2026-01-31'",
    )


def _as_time(item: Expression, kind: Kind) -> Expression:
    """A text or date constant as a constant of the time kind that it meets."""
    if kind not in TIME or not isinstance(item, Constant) or item.kind == kind:
        return item
    moment = _moment(item.value)
    if moment is None or (kind is Kind.DATE and moment != floor(moment, Step.DAY)):
        raise GrammarError(
            f"a {item.kind} literal stands where a {kind} is expected",
            hint="write '2026-01-31', or '2026-01-31 13:00:00' for a timestamp; times are UTC",
        )
    return Constant(moment if kind is Kind.TIMESTAMP else moment.date(), kind)


def _moment(value: Value) -> datetime | None:
    """The moment that a literal tells without a zone, if it tells one."""
    text = value.isoformat() if isinstance(value, date) else value
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is None else None


def between(scope: Scope, node: exp.Expr) -> Expression:
    """BETWEEN as two comparisons."""
    low = exp.GTE(this=node.this, expression=node.args["low"])
    high = exp.LTE(this=node.this, expression=node.args["high"])
    return conjunction([scope.bind(low), scope.bind(high)], every=True)


def membership(scope: Scope, node: exp.Expr) -> Expression:
    """IN over a list of constants."""
    item = scope.bind(node.this)
    found = [_alike(item, scope.bind(e), node)[1] for e in node.expressions]
    constants = [c for c in found if isinstance(c, Constant)]
    if not found or len(constants) != len(found):
        raise unanswered(node, "but over a list of literals")
    # In whatever order and however often they are listed, it is one question.
    unique = {repr(c.value): c for c in constants}
    return Membership(item, tuple(unique[text] for text in sorted(unique)))


def missing(scope: Scope, node: exp.Expr) -> Expression:
    """IS NULL."""
    if not isinstance(node.expression, exp.Null):
        raise unanswered(node, "but as IS NULL or IS NOT NULL")
    return Missing(scope.bind(node.this))


def inverse(scope: Scope, node: exp.Expr) -> Expression:
    """NOT; twice is nothing."""
    item = _truth(scope.bind(node.this), node)
    return item.item if isinstance(item, Inverse) else Inverse(item)


def junction(scope: Scope, node: exp.Expr) -> Expression:
    """AND or OR, flattened."""
    items = [_truth(scope.bind(item), node) for item in node.flatten()]
    return conjunction(items, every=isinstance(node, exp.And))


def conjunction(items: list[Expression], *, every: bool) -> Expression:
    """The items joined: nested joins of one kind flattened, repeats dropped, in canonical order.

    Canonical order makes one question of all the orders in which a consumer may write it.
    """
    flat: dict[str, Expression] = {}
    for item in items:
        inner = item.items if isinstance(item, Junction) and item.every is every else (item,)
        flat.update({part.sql().sql("duckdb"): part for part in inner})
    ordered = tuple(flat[text] for text in sorted(flat))
    return ordered[0] if len(ordered) == 1 else Junction(every, ordered)


def _truth(item: Expression, node: exp.Expr) -> Expression:
    """The item, if it is true or false."""
    if item.kind is not Kind.BOOLEAN:
        raise GrammarError(
            f"{type(node).__name__.upper()}{position(node)} over a {item.kind}",
            hint="join comparisons with AND, OR and NOT",
        )
    return item


def literal(_scope: Scope, node: exp.Expr) -> Expression:
    """A number or text."""
    if node.args["is_string"]:
        return Constant(node.this, Kind.STRING)
    try:
        number = Decimal(node.this)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(number.as_tuple().digits) > MAX_DIGITS:
        raise _long_number(node)
    if not -MAX_DIGITS <= number.adjusted() <= MAX_DIGITS:
        raise _long_number(node)
    if number == number.to_integral_value():
        return Constant(int(number), Kind.INTEGER)
    # 1.50 is 1.5: the same question, to be answered at no further cost.
    return Constant(number.normalize(), Kind.DECIMAL)


def _long_number(node: exp.Expr) -> GrammarError:
    """The error of a number that is too long to compute with."""
    return GrammarError(
        f"a number{position(node)} has more than {MAX_DIGITS} digits", hint="use a shorter number"
    )


def boolean(_scope: Scope, node: exp.Expr) -> Expression:
    """TRUE or FALSE."""
    return Constant(bool(node.this), Kind.BOOLEAN)


def typed_literal(scope: Scope, node: exp.Expr) -> Expression:
    """DATE '…' or TIMESTAMP '…'; no other cast has a meaning."""
    kinds = {
        exp.DataType.Type.DATE: Kind.DATE,
        exp.DataType.Type.TIMESTAMP: Kind.TIMESTAMP,
        exp.DataType.Type.TIMESTAMPNTZ: Kind.TIMESTAMP,
    }
    kind = kinds.get(node.args["to"].this)
    if kind is None or not isinstance(node.this, exp.Literal):
        raise unanswered(node, "but as DATE '2026-01-31' or TIMESTAMP '2026-01-31 13:00:00'")
    return _as_time(scope.bind(node.this), kind)


def bracket(scope: Scope, node: exp.Expr) -> Expression:
    """What is in the brackets."""
    return scope.bind(node.this)


OPERATORS: dict[type[exp.Expr], Handler] = {
    exp.Add: arithmetic,
    exp.Sub: arithmetic,
    exp.Mul: arithmetic,
    exp.Neg: negative,
    exp.EQ: comparison,
    exp.NEQ: comparison,
    exp.LT: comparison,
    exp.LTE: comparison,
    exp.GT: comparison,
    exp.GTE: comparison,
    exp.Between: between,
    exp.In: membership,
    exp.Is: missing,
    exp.Not: inverse,
    exp.And: junction,
    exp.Or: junction,
    exp.Literal: literal,
    exp.Boolean: boolean,
    exp.Cast: typed_literal,
    exp.Paren: bracket,
}
"""What means the same in both scopes."""
