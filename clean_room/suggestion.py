"""A rewrite that passes: what a refused query could ask instead, by the contract alone.

1. A group that is too fine, closed or naming becomes what its contract has in its place: the
   coarser column, a step of the grid, else the contract's suggested dimensions.
2. Conditions that the contract does not allow are dropped.
3. Aggregates are kept; where there is none, rows are counted.

With `coarser`, for an answer in which nothing can be shown, every group is made a step coarser or
dropped, and so is every condition.
"""

from collections.abc import Iterator

from sqlglot import exp

from clean_room.binding import meant_groups
from clean_room.parsing import Statement
from clean_room.rewrite.check_filters import check_filter
from clean_room.row_scope import RowScope
from data_products.contract import Column, Contract, Use
from data_products.errors import QueryRejectedError
from data_products.time_grid import Step

Dimension = tuple[str, str]
"""A dimension's SQL and the alias that it is shown under."""


def suggest(statement: Statement, contract: Contract, *, coarser: bool = False) -> str:
    """SQL that asks for the like of the statement, within the contract as far as one can tell.

    Raises:
        GrammarError: GROUP BY has the number of no output.
    """
    select = statement.select
    rows = RowScope(contract, statement.alias)
    nodes = list(meant_groups(select, rows))
    found = [part for node in nodes for part in _dimension(node, contract, coarser=coarser)]
    if not nodes and _asks_for_rows(select):
        found = _suggested(contract)[:1]
    dimensions = dict(found[: contract.terms.max_dimensions])
    lines = [
        "SELECT "
        + ", ".join(
            [_shown(sql, alias) for sql, alias in dimensions.items()] + _aggregates(select)
        ),
        f"FROM {_source(statement, contract)}",
    ]
    kept = [] if coarser else list(_conditions(select, rows))
    lines += ["WHERE " + " AND ".join(kept)] if kept else []
    lines += ["GROUP BY " + ", ".join(dimensions)] if dimensions else []
    return " ".join(lines)


def _source(statement: Statement, contract: Contract) -> str:
    """The product, under the statement's alias, which aggregates and conditions may use."""
    owner, _, name = contract.product.partition(".")
    written = f"{owner.replace('-', '_')}.{name}"
    return written if statement.alias == name else f"{written} AS {statement.alias}"


def _asks_for_rows(select: exp.Select) -> bool:
    """Whether the SELECT has no aggregate at all."""
    return not any(e.find(exp.AggFunc) for e in select.expressions)


def _shown(sql: str, alias: str) -> str:
    """A dimension as an output."""
    return sql if sql == alias else f"{sql} AS {alias}"


def _aggregates(select: exp.Select) -> list[str]:
    """The outputs that are aggregates, as written."""
    written = [e.sql(dialect="duckdb") for e in select.expressions if e.find(exp.AggFunc)]
    return written or ["COUNT(*) AS n"]


def _conditions(select: exp.Select, rows: RowScope) -> Iterator[str]:
    """The conditions of WHERE that the contract allows, as written."""
    where = select.args.get("where")
    condition = where.this.unnest() if where else None
    parts = condition.flatten() if isinstance(condition, exp.And) else [condition]
    for part in parts:
        if part is not None and _is_allowed(part, rows):
            text = part.sql(dialect="duckdb")
            yield f"({text})" if isinstance(part, exp.Or) else text


def _is_allowed(condition: exp.Expr, rows: RowScope) -> bool:
    """Whether the contract allows a condition."""
    try:
        check_filter(rows.predicate(condition))
    except QueryRejectedError:
        return False
    return True


def _dimension(node: exp.Expr, contract: Contract, *, coarser: bool) -> list[Dimension]:
    """What may stand in a group's place."""
    named = node.find(exp.Column)
    column = _column(named.name.lower(), contract) if named else None
    if column is None or column.use is not Use.DIMENSION:
        return [] if coarser else _suggested(contract)
    if column.grid.step is not None:
        return _time(node, column, coarser=coarser)
    if column.restricted or coarser:
        return _coarser(column, contract)
    return [(column.name, column.name)]


def _column(name: str, contract: Contract) -> Column | None:
    """The contract's column of that name, if there is one."""
    return next((column for column in contract if column.name == name), None)


def _coarser(column: Column, contract: Contract) -> list[Dimension]:
    """The open column that the contract has in the place of a finer or closed one."""
    found = _column(column.coarser, contract)
    if found is None:
        return []
    return _coarser(found, contract) if found.restricted else [(found.name, found.name)]


def _time(node: exp.Expr, column: Column, *, coarser: bool) -> list[Dimension]:
    """A column's time by a step of its grid, one step coarser if it must be."""
    finest = column.grid.step or Step.YEAR
    unit = node.args.get("unit")
    asked = unit.name.lower() if unit is not None else ""
    step = Step(asked) if asked in set(Step) and Step(asked).within(finest) else finest
    steps = [s for s in Step if s.within(step) and (s is not step or not coarser)]
    return [_by_step(column, steps[0])] if steps else []


def _by_step(column: Column, step: Step) -> Dimension:
    """A column's time by a step; an hour is one of the day, since all hours are too many."""
    if step is Step.HOUR:
        return (f"EXTRACT(HOUR FROM {column.name})", "hour")
    return (f"DATE_TRUNC('{step}', {column.name})", step.value)


def _suggested(contract: Contract) -> list[Dimension]:
    """The dimensions that the contract suggests."""
    columns = [
        column for name in contract.terms.suggested for column in contract if column.name == name
    ]
    return [
        _by_step(column, column.grid.step) if column.grid.step else (column.name, column.name)
        for column in columns
    ]
