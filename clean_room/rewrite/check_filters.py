"""Refuses a predicate that its contract does not allow.

1. A predicate compares one column with literals; never two columns.
2. A column that names a privacy unit, or joins to one, meets no literal: that singles units out.
3. A dimension meets a literal, a list or a range as its contract's filter says; a measure none.
4. A line in time is drawn on the dimension's grid: before or after the first instant of a step
   would be two lines, and their difference what happened in that instant.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from clean_room.expressions import (
    TIME,
    ColumnValue,
    Constant,
    Expression,
    Kind,
    Part,
    Truncated,
    as_datetime,
)
from clean_room.operators import Comparison, Inverse, Junction
from clean_room.relation import Relation
from clean_room.results import Value
from clean_room.rewrite.check_uses import check_open, check_step
from data_products.contract import Column, Filter, Use
from data_products.errors import ColumnFilterError, DifferencingError, GrammarError
from data_products.time_grid import Step, on_grid
from policies.decision import Permit


def check_filters(relation: Relation, _permit: Permit) -> Relation:
    """Refuses a predicate that its contract does not allow.

    Raises:
        DifferencingError: it singles out a privacy unit.
        ColumnFilterError: the column may not meet this literal.
        SensitivityError: the column is closed.
        GrammarError: it is not a comparison of one column with literals.
    """
    if relation.where is not None:
        check_filter(relation.where)
    return relation


def check_filter(predicate: Expression) -> None:
    """Refuses a predicate, by itself; raises as the rule does."""
    for atom in atoms(predicate):
        _check_atom(atom)


def atoms(predicate: Expression) -> Iterator[Expression]:
    """The comparisons that a predicate joins and negates."""
    if isinstance(predicate, Junction | Inverse):
        for part in predicate.parts:
            yield from atoms(part)
    else:
        yield predicate


def _check_atom(atom: Expression) -> None:
    """Refuses one comparison that its column's contract does not allow."""
    told, literals = _sides(atom)
    column = told.column if isinstance(told, ColumnValue) else told.item.column
    check_open(column)
    _check_column(column)
    if isinstance(atom, Comparison) and column.filter is not Filter.RANGE:
        raise _forbidden(column, "is compared with a range; it may meet single values")
    if isinstance(told, ColumnValue):
        _check_lines(atom, column, literals)
    else:
        check_step(told)


def _sides(atom: Expression) -> tuple[ColumnValue | Truncated | Part, tuple[Constant, ...]]:
    """The column's side of a comparison, and the literals that it meets."""
    told, *others = atom.parts or (atom,)
    literals = tuple(other for other in others if isinstance(other, Constant))
    if not isinstance(told, ColumnValue | Truncated | Part) or len(literals) != len(others):
        raise GrammarError(
            "a condition compares something else than one column with literals",
            hint="write column = literal, IN a list, a range, or join such conditions",
        )
    return told, literals


def _check_column(column: Column) -> None:
    """Refuses a column that meets no literal at all."""
    if column.use in (Use.UNIT, Use.JOIN):
        raise DifferencingError(
            f"a condition on column {column.name} singles out privacy units",
            hint="ask about all of them; a steward can review a question that cannot",
        )
    if column.use is not Use.DIMENSION or column.filter is Filter.NONE:
        raise _forbidden(column, "may not meet a literal")


def _forbidden(column: Column, what: str) -> ColumnFilterError:
    """The error of a column that met what it may not."""
    return ColumnFilterError(
        f"column {column.name} {what}; its contract says filter: {column.filter}",
        hint="drop the condition, or group by the column",
    )


def _check_lines(atom: Expression, column: Column, literals: tuple[Constant, ...]) -> None:
    """Refuses a line in time that is not on the grid; a date's equality needs a grid of days."""
    time = ColumnValue(column).kind
    if time not in TIME or not literals:
        return
    if not isinstance(atom, Comparison):
        if time is Kind.DATE and column.grid.step is Step.DAY:
            return
        raise _off_grid(column)
    # "<= last day" and "> last day" draw their line at the beginning of the next; so do instants.
    following = timedelta(days=1) if time is Kind.DATE else timedelta(microseconds=1)
    shift = following if atom.sign in ("<=", ">") else timedelta()
    if not all(_is_line(literal.value, shift, column.grid.step) for literal in literals):
        raise _off_grid(column)


def _is_line(moment: Value, shift: timedelta, step: Step | None) -> bool:
    """Whether a moment, shifted, is the beginning of a step."""
    if step is None or not isinstance(moment, date):
        return False
    try:
        return on_grid(as_datetime(moment) + shift, step)
    except OverflowError:
        return True  # the line is past all time


def _off_grid(column: Column) -> ColumnFilterError:
    """The error of a line in time that cuts a step in two."""
    return ColumnFilterError(
        f"column {column.name} is cut off its grid, which is {column.grid.step}",
        hint=f"draw the line at the beginning of a {column.grid.step}, "
        f"or compare DATE_TRUNC('{column.grid.step}', {column.name})",
    )
