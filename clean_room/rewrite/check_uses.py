"""Refuses a column used in a way that its contract forbids.

1. A restricted column is closed, whatever it is used for.
2. Groups are made by dimensions as they are, or by their steps and parts of time; never by what is
   computed from them, nor by a column that names a privacy unit or joins to one.
3. Time is told no finer than the dimension's grid.
4. Sums and averages are over measures: exact ones over a column, or one times a number; noisy ones,
   whose values are clipped, also over sums of these.
"""

from clean_room.expressions import (
    TIME,
    ColumnValue,
    Constant,
    Expression,
    Part,
    Truncated,
    walk,
)
from clean_room.operators import Arithmetic
from clean_room.relation import Function, Measure, Relation
from data_products.contract import Column, Contract, Mode, UnitKind, Use
from data_products.errors import (
    IdentifierError,
    PersonalUnitError,
    SensitivityError,
    UseError,
)
from policies.decision import Permit

MAX_DIGITS = 12
"""Digits that an aggregate's numbers may have: with a column's 18 a sum still fits in 38."""


def check_uses(relation: Relation, _permit: Permit) -> Relation:
    """Refuses a column used in a way that its contract forbids.

    Raises:
        UseError: or one of its kinds, which say what is forbidden.
    """
    contract = relation.product.contract
    for key in relation.keys:
        column = _grouped(key.expression, contract)
        check_open(column)
        _check_dimension(column, contract)
        _check_time(key.expression)
    for measure in relation.measures:
        _check_argument(measure, contract.terms.mode)
    return relation


def check_open(column: Column) -> None:
    """Refuses a column that its classification closes."""
    if column.restricted:
        instead = f"use {column.coarser} in its place" if column.coarser else "leave it out"
        raise SensitivityError(
            f"column {column.name} is closed for its classification", hint=instead
        )


def _columns(expression: Expression) -> tuple[Column, ...]:
    """The contract's columns in an expression."""
    return tuple(e.column for e in walk(expression) if isinstance(e, ColumnValue))


def _grouped(expression: Expression, contract: Contract) -> Column:
    """The column that groups are made by; a comparison could draw any line through it."""
    match expression:
        case ColumnValue():
            return expression.column
        case Truncated() | Part():
            return expression.item.column
        case _:
            raise UseError(
                "groups are made by something that is computed",
                hint="group by dimensions, DATE_TRUNC or EXTRACT: " + _dimensions(contract),
            )


def _check_dimension(column: Column, contract: Contract) -> None:
    """Refuses groups by anything but a dimension."""
    if column.use in (Use.UNIT, Use.JOIN):
        personal = column.use is Use.UNIT and contract.unit.kind is UnitKind.PERSON
        kind = PersonalUnitError if personal else IdentifierError
        raise kind(
            f"column {column.name} names single privacy units; no group may be one",
            hint="group by dimensions: " + _dimensions(contract),
        )
    if column.use is not Use.DIMENSION:
        raise UseError(
            f"column {column.name} is a {column.use}; groups are made by dimensions",
            hint="group by dimensions: " + _dimensions(contract),
        )


def _dimensions(contract: Contract) -> str:
    """The names of the contract's dimensions that are open."""
    return ", ".join(c.name for c in contract if c.use is Use.DIMENSION and not c.restricted)


def _check_time(expression: Expression) -> None:
    """Refuses groups that tell time finer than the grid."""
    if isinstance(expression, Truncated | Part):
        check_step(expression)
    elif isinstance(expression, ColumnValue) and expression.kind in TIME:
        name, step = expression.column.name, expression.column.grid.step
        raise UseError(
            f"column {name} is grouped by each of its instants; its grid is {step}",
            hint=f"group by DATE_TRUNC('{step}', {name})",
        )


def check_step(told: Truncated | Part) -> None:
    """Refuses a step of time that is finer than the column's grid, or does not fit it."""
    finest = told.item.column.grid.step
    if finest is None or not told.step.within(finest):
        raise UseError(
            f"column {told.item.column.name} is told by {told.step}; its grid is {finest}",
            hint=f"use DATE_TRUNC('{finest}', {told.item.column.name}), or coarser",
        )


def _check_argument(measure: Measure, mode: Mode) -> None:
    """Refuses an aggregate over what is not a measure; a count may also be of a dimension."""
    if measure.argument is None:
        return
    counts = measure.function is Function.COUNT
    allowed = {Use.MEASURE, Use.DIMENSION} if counts else {Use.MEASURE}
    for column in _columns(measure.argument):
        check_open(column)
        if column.use not in allowed:
            raise UseError(
                f"column {column.name} is a {column.use}; {measure.function} is over measures",
                hint="aggregate a measure, or COUNT(*)",
            )
    if not _is_scaled_column(measure.argument) and (counts or mode is Mode.EXACT):
        raise UseError(
            f"{measure.function} is over more than a column",
            hint="aggregate each column by itself and compute with the results: SUM(a) + SUM(b)",
        )
    _check_product(measure.argument)


def _is_scaled_column(argument: Expression) -> bool:
    """Whether the argument is a column, or one times a number.

    Anything else would carry a value past the dominance rule: SUM(x + 10000000) makes every
    unit look alike, and is SUM(x) to whoever subtracts.
    """
    if not isinstance(argument, Arithmetic):
        return isinstance(argument, ColumnValue)
    sides = argument.parts
    return argument.sign == "*" and any(
        isinstance(one, Constant) and _is_scaled_column(other)
        for one, other in (sides, sides[::-1])
    )


def _check_product(argument: Expression) -> None:
    """Refuses a product of two columns, and one by a number so long that sums could overflow."""
    digits = sum(len(c.sql().name) for c in walk(argument) if isinstance(c, Constant))
    if digits > MAX_DIGITS:
        raise UseError(
            f"{digits} digits of numbers in one aggregate; at most {MAX_DIGITS} are computed with",
            hint="use shorter numbers; multiply the released value instead",
        )
    products = (p for p in walk(argument) if isinstance(p, Arithmetic) and p.sign == "*")
    if not all(any(isinstance(side, Constant) for side in p.parts) for p in products):
        raise UseError(
            "a measure is multiplied by a measure",
            hint="multiply by a number; ask for the product as a column of its own",
        )
