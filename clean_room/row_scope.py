"""WHERE, GROUP BY and the arguments of aggregates: names are the contract's columns."""

from collections.abc import Mapping

from sqlglot import exp

from clean_room.expressions import (
    PARTS,
    TIME,
    ColumnValue,
    Expression,
    Kind,
    Part,
    Truncated,
)
from clean_room.parsing import position
from clean_room.scopes import OPERATORS, Handler, Scope, unanswered
from data_products.contract import Column, Contract, Use
from data_products.errors import BindingError, GrammarError
from data_products.time_grid import Step


class RowScope(Scope):
    """Binds nodes over a product's rows."""

    def __init__(self, contract: Contract, alias: str) -> None:
        self.contract = contract
        self._qualifiers = {alias, contract.product.partition(".")[2]}

    def column(self, node: exp.Expr) -> Column:
        """The contract's column; a column that no query may use is as unknown as one that is not.

        Raises:
            BindingError: there is no such column for queries.
        """
        for column in self.contract:
            usable = column.use is not Use.NEVER or column.restricted
            if column.name == node.name.lower() and usable and self._qualified(node):
                return column
        raise BindingError(
            f"{self.contract.product} has no column {node.sql()[:60]}{position(node)} for queries",
            hint="columns: " + ", ".join(c.name for c in self.contract if c.use is not Use.NEVER),
        )

    def knows(self, node: exp.Expr) -> bool:
        """Whether the name is a column for queries."""
        try:
            self.column(node)
        except BindingError:
            return False
        return True

    def _qualified(self, node: exp.Expr) -> bool:
        """Whether the column's qualifier, if it has one, is the product or its alias."""
        table = node.args.get("table")
        return not node.args.get("db") and (table is None or table.name.lower() in self._qualifiers)

    def predicate(self, node: exp.Expr) -> Expression:
        """A condition on rows."""
        bound = self.bind(node)
        if bound.kind is not Kind.BOOLEAN:
            raise GrammarError(
                f"the condition is a {bound.kind}", hint="compare something: WHERE hs2 = '85'"
            )
        return bound

    def time_column(self, node: exp.Expr) -> ColumnValue:
        """A column of dates or timestamps."""
        bound = self.bind(node)
        if not isinstance(bound, ColumnValue) or bound.kind not in TIME:
            raise GrammarError(
                f"a time function{position(node)} is over a {bound.kind}",
                hint="use it on a date or timestamp column",
            )
        return bound


def _column(scope: Scope, node: exp.Expr) -> Expression:
    """A column."""
    if not isinstance(scope, RowScope):
        raise unanswered(node, "here")
    return ColumnValue(scope.column(node))


def _truncated(scope: Scope, node: exp.Expr) -> Expression:
    """DATE_TRUNC."""
    step = node.args["unit"].name.lower()
    if not isinstance(scope, RowScope) or step not in set(Step):
        raise GrammarError(
            f"DATE_TRUNC{position(node)} to {step[:20]!r} is not answered",
            hint="steps: " + ", ".join(Step),
        )
    return Truncated(Step(step), scope.time_column(node.this))


PART_NODES: dict[type[exp.Expr], str] = {
    exp.Year: "year",
    exp.Quarter: "quarter",
    exp.Month: "month",
    exp.Hour: "hour",
    exp.DayOfWeek: "dow",
    exp.DayOfWeekIso: "isodow",
}


def _part(scope: Scope, node: exp.Expr) -> Expression:
    """EXTRACT, or a function that is short for it."""
    extract = isinstance(node, exp.Extract)
    part = node.this.name.lower() if extract else PART_NODES[type(node)]
    if not isinstance(scope, RowScope) or part not in PARTS:
        raise GrammarError(
            f"EXTRACT{position(node)} of {part[:20]!r} is not answered",
            hint="parts: " + ", ".join(PARTS),
        )
    return Part(part, scope.time_column(node.expression if extract else node.this))


ROW_HANDLERS: Mapping[type[exp.Expr], Handler] = {
    **OPERATORS,
    exp.Column: _column,
    exp.TimestampTrunc: _truncated,
    exp.DateTrunc: _truncated,
    exp.Extract: _part,
    **dict.fromkeys(PART_NODES, _part),
}

RowScope.handlers = ROW_HANDLERS
