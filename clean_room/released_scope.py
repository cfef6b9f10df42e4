"""SELECT, HAVING and ORDER BY: keys, aggregates and aliases, computed after release."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from clean_room.expressions import (
    NUMERIC,
    ColumnValue,
    Constant,
    Expression,
    Kind,
    Reference,
    walk,
)
from clean_room.functions import Coalesced, Mean, Nullified, Rounded
from clean_room.operators import Arithmetic
from clean_room.parsing import position, whole
from clean_room.ranges import Interval, interval
from clean_room.relation import UNITS, Function, Key, Measure
from clean_room.row_scope import ROW_HANDLERS, RowScope
from clean_room.scopes import OPERATORS, Scope, arithmetic, unanswered
from data_products.contract import Mode
from data_products.errors import GrammarError

MAX_ROUND = 12


class ReleasedScope(Scope):
    """Binds nodes over released groups, and gathers the measures that they need."""

    def __init__(self, keys: Sequence[Key], rows: RowScope) -> None:
        self.aliases: Mapping[str, Expression] = {}
        self._keys = {key.expression: key for key in keys}
        self._rows = rows
        self._measures: dict[tuple[Function, Expression | None], Measure] = {}

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every aggregate that was met, once each, in the order met."""
        return tuple(self._measures.values())

    def measure(self, function: Function, argument: Expression | None) -> Reference:
        """A reference to the aggregate's released value."""
        name = UNITS if function is Function.UNITS else f"m{len(self._measures)}"
        scale = scale_of(argument) if function is Function.SUM else 0
        fresh = Measure(name, function, argument, scale)
        found = self._measures.setdefault((function, argument), fresh)
        return Reference(found.name, _kind(found))

    def argument(self, node: exp.Expr) -> Expression:
        """An aggregate's argument, over rows."""
        return self._rows.bind(node)

    def bounds(self, argument: Expression) -> Interval | None:
        """The range of a noisy average; none where it is exact, or a bound is not declared."""
        columns = [part.column for part in walk(argument) if isinstance(part, ColumnValue)]
        noisy = self._rows.contract.terms.mode is Mode.DP
        bounded = all(column.bounds is not None for column in columns)
        return interval(argument) if noisy and bounded else None

    def is_unit(self, node: exp.Expr) -> bool:
        """Whether the node is the column of the privacy unit."""
        bound = self._rows.bind(node)
        return (
            isinstance(bound, ColumnValue) and bound.column.name == self._rows.contract.unit.column
        )

    def output(self, node: exp.Expr) -> Expression | None:
        """The output that the node names, if it is a bare name of one."""
        bare = isinstance(node, exp.Column) and not node.table
        return self.aliases.get(node.name.lower()) if bare else None

    def key(self, node: exp.Expr) -> Expression:
        """The key that the node stands for, else the output that it names."""
        output = self.output(node)
        if output is not None and not self._is_key(node):
            return output
        bound = self._rows.bind(node)
        if bound not in self._keys:
            raise GrammarError(
                f"{node.sql()[:60]}{position(node)} is neither grouped by nor aggregated",
                hint="add it to GROUP BY, or aggregate it",
            )
        return Reference(self._keys[bound].name, bound.kind)

    def _is_key(self, node: exp.Expr) -> bool:
        """Whether the name is that of a column which groups are made by."""
        return self._rows.knows(node) and self._rows.bind(node) in self._keys

    def predicate(self, node: exp.Expr) -> Expression:
        """A condition on released groups."""
        bound = self.bind(node)
        if bound.kind is not Kind.BOOLEAN:
            raise GrammarError(
                f"HAVING is a {bound.kind}", hint="compare something: HAVING COUNT(*) > 100"
            )
        return bound


def scale_of(argument: Expression | None) -> int:
    """The decimal digits that an aggregate's argument may have; those of factors add up.

    >>> scale_of(Constant(Decimal("0.125"), Kind.DECIMAL))
    3
    """
    match argument:
        case ColumnValue():
            return argument.column.scale
        case Constant():
            return max(0, -int(Decimal(str(argument.value)).as_tuple().exponent))
        case Arithmetic():
            scales = [scale_of(part) for part in argument.parts]
            return sum(scales) if argument.sign == "*" else max(scales)
        case _:
            return 0


def _kind(measure: Measure) -> Kind:
    """The type of a measure's released value."""
    if measure.function is Function.SUM and measure.argument is not None:
        return measure.argument.kind
    return Kind.INTEGER


def _key(scope: Scope, node: exp.Expr) -> Expression:
    """A key or an alias."""
    if not isinstance(scope, ReleasedScope):
        raise unanswered(node, "here")
    return scope.key(node)


def _count(scope: Scope, node: exp.Expr) -> Expression:
    """COUNT of rows, of values that are not NULL, or of distinct privacy units."""
    if not isinstance(scope, ReleasedScope) or node.this is None:
        raise unanswered(node, "but of one argument")
    if isinstance(node.this, exp.Star):
        return scope.measure(Function.COUNT, None)
    if not isinstance(node.this, exp.Distinct):
        argument = scope.argument(node.this)
        # COUNT(1) counts what COUNT(*) does: no row lacks a constant.
        rows = isinstance(argument, Constant)
        return scope.measure(Function.COUNT, None if rows else argument)
    distinct = node.this.expressions
    if len(distinct) != 1 or not scope.is_unit(distinct[0]):
        raise GrammarError(
            f"COUNT(DISTINCT){position(node)} is over something else than the privacy unit",
            hint="count distinct privacy units, or COUNT(*) by that dimension",
        )
    return scope.measure(Function.UNITS, None)


def _total(scope: Scope, node: exp.Expr) -> Expression:
    """SUM or AVG of numbers."""
    if not isinstance(scope, ReleasedScope):
        raise unanswered(node, "here")
    argument = scope.argument(node.this)
    if argument.kind not in NUMERIC:
        raise GrammarError(
            f"{type(node).__name__.upper()}{position(node)} is over a {argument.kind}",
            hint="sum or average a measure",
        )
    total = scope.measure(Function.SUM, argument)
    if isinstance(node, exp.Sum):
        return total
    return Mean(total, scope.measure(Function.COUNT, argument), scope.bounds(argument))


def _rounded(scope: Scope, node: exp.Expr) -> Expression:
    """ROUND to a literal number of digits."""
    item = scope.bind(node.this)
    decimals = node.args.get("decimals")
    digits = 0 if decimals is None else whole(decimals)
    if item.kind not in NUMERIC or digits is None or digits > MAX_ROUND:
        raise unanswered(node, f"but of a number to 0 to {MAX_ROUND} digits")
    return Rounded(item, digits)


def _coalesced(scope: Scope, node: exp.Expr) -> Expression:
    """COALESCE of values of one kind."""
    items = tuple(scope.bind(item) for item in (node.this, *node.expressions))
    kinds = {item.kind for item in items}
    if len(kinds) > 1 and not kinds <= NUMERIC:
        raise unanswered(node, "over values of different kinds")
    return Coalesced(items)


def _nullified(scope: Scope, node: exp.Expr) -> Expression:
    """NULLIF of a number."""
    item, other = scope.bind(node.this), scope.bind(node.expression)
    if not {item.kind, other.kind} <= NUMERIC:
        raise unanswered(node, "but over numbers")
    return Nullified(item, other)


ReleasedScope.handlers = {
    **OPERATORS,
    **dict.fromkeys(ROW_HANDLERS.keys() - OPERATORS.keys(), _key),
    exp.Div: arithmetic,
    exp.Count: _count,
    exp.Sum: _total,
    exp.Avg: _total,
    exp.Round: _rounded,
    exp.Coalesce: _coalesced,
    exp.Nullif: _nullified,
}
