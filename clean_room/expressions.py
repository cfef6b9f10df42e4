"""Typed expressions: what a query computes, made only of contract columns, constants and our words.

An expression over columns is computed by an engine, from the SQL that it is written out as; one
over `Reference`s is computed here, from released values. Both know SQL's three-valued logic: None
is NULL, and a value that is withheld makes everything computed from it withheld.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Context, Decimal
from enum import StrEnum
from typing import Protocol

from sqlglot import exp

from clean_room.results import Mark, Value
from data_products.contract import Column, ColumnType
from data_products.time_grid import Step, floor


class Kind(StrEnum):
    """The type of an expression, as a release names it."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT})
TIME = frozenset({Kind.DATE, Kind.TIMESTAMP})

Cell = Value | Mark

Row = Mapping[str, Cell]

# Wide enough for a product of two 38-digit sums, so that released arithmetic is exact. Nothing is
# raised: what does not fit is infinite or no number, and becomes NULL.
EXACT = Context(prec=76, Emin=-76, Emax=76, traps=[])


class Expression(Protocol):
    """A typed expression; `parts` are what it is made of."""

    @property
    def kind(self) -> Kind:
        """The type of its value."""
        ...

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of."""
        ...

    def sql(self) -> exp.Expr:
        """The expression as a sqlglot tree, for an engine."""
        ...

    def evaluate(self, row: Row) -> Cell:
        """The expression's value for a row of named values."""
        ...


class Leaf:
    """An expression that is made of no other."""

    @property
    def parts(self) -> tuple[Expression, ...]:
        """None."""
        return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all that it is made of, from the outside in."""
    yield expression
    for part in expression.parts:
        yield from walk(part)


def columns(expression: Expression) -> frozenset[str]:
    """The names of the contract's columns in an expression."""
    return frozenset(e.column.name for e in walk(expression) if isinstance(e, ColumnValue))


KINDS = {
    ColumnType.STRING: Kind.STRING,
    ColumnType.INTEGER: Kind.INTEGER,
    ColumnType.NUMBER: Kind.DECIMAL,
    ColumnType.BOOLEAN: Kind.BOOLEAN,
    ColumnType.DATE: Kind.DATE,
    ColumnType.TIMESTAMP: Kind.TIMESTAMP,
}


@dataclass(frozen=True)
class ColumnValue(Leaf):
    """A column of the contract."""

    column: Column

    @property
    def kind(self) -> Kind:
        """The column's type."""
        return KINDS[self.column.type]

    def sql(self) -> exp.Expr:
        """The column by its quoted name."""
        return exp.column(self.column.name, quoted=True)

    def evaluate(self, row: Row) -> Cell:
        """The row's value."""
        return row[self.column.name]


@dataclass(frozen=True)
class Reference(Leaf):
    """A group's key or measured value, by its name in the plan."""

    name: str
    kind: Kind

    def sql(self) -> exp.Expr:
        """The name as a column of the released groups."""
        return exp.column(self.name, quoted=True)

    def evaluate(self, row: Row) -> Cell:
        """The group's value."""
        return row[self.name]


@dataclass(frozen=True)
class Constant(Leaf):
    """A literal; text that stands where time is expected has become time.

    >>> Constant("it's", Kind.STRING).sql().sql()
    "'it''s'"
    """

    value: Value
    kind: Kind

    def sql(self) -> exp.Expr:
        """The literal, typed where its text alone would not be."""
        match self.value:
            case None:
                return exp.null()
            case bool():
                return exp.Boolean(this=self.value)
            case int() | float() | Decimal():
                # With an exponent it would be a float to an engine.
                return exp.Literal.number(format(Decimal(str(self.value)), "f"))
            case datetime() | date():
                return exp.cast(exp.Literal.string(self.value.isoformat()), self.kind.value)
            case _:
                return exp.Literal.string(self.value)

    def evaluate(self, row: Row) -> Cell:  # noqa: ARG002 - the same for every row
        """The literal."""
        return self.value


@dataclass(frozen=True)
class Truncated:
    """The beginning of the step of time that a column's value lies in."""

    step: Step
    item: ColumnValue

    @property
    def kind(self) -> Kind:
        """A date, unless the step is finer than a day."""
        return Kind.TIMESTAMP if self.step is Step.HOUR else Kind.DATE

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The column."""
        return (self.item,)

    def sql(self) -> exp.Expr:
        """DATE_TRUNC, cast to a date where it is one."""
        truncated = exp.TimestampTrunc(this=self.item.sql(), unit=exp.var(self.step.value.upper()))
        return exp.cast(truncated, self.kind.value)

    def evaluate(self, row: Row) -> Cell:
        """The beginning of the step."""
        moment = self.item.evaluate(row)
        if not isinstance(moment, date):
            return moment
        begun = floor(as_datetime(moment), self.step)
        return begun if self.kind is Kind.TIMESTAMP else begun.date()


PARTS: dict[str, tuple[Step, Callable[[datetime], int]]] = {
    "year": (Step.YEAR, lambda moment: moment.year),
    "quarter": (Step.QUARTER, lambda moment: (moment.month + 2) // 3),
    "month": (Step.MONTH, lambda moment: moment.month),
    "day": (Step.DAY, lambda moment: moment.day),
    "isodow": (Step.DAY, lambda moment: moment.isoweekday()),
    "dow": (Step.DAY, lambda moment: moment.isoweekday() % 7),
    "hour": (Step.HOUR, lambda moment: moment.hour),
}
"""What EXTRACT may take out of time, the step it tells, and how."""


@dataclass(frozen=True)
class Part:
    """A part of a column's time, such as its hour of the day."""

    part: str
    item: ColumnValue

    @property
    def kind(self) -> Kind:
        """A whole number."""
        return Kind.INTEGER

    @property
    def step(self) -> Step:
        """How fine the part tells time."""
        return PARTS[self.part][0]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The column."""
        return (self.item,)

    def sql(self) -> exp.Expr:
        """EXTRACT."""
        return exp.Extract(this=exp.var(self.part.upper()), expression=self.item.sql())

    def evaluate(self, row: Row) -> Cell:
        """The part."""
        moment = self.item.evaluate(row)
        return PARTS[self.part][1](as_datetime(moment)) if isinstance(moment, date) else moment


def as_datetime(moment: date) -> datetime:
    """The moment itself, or the first of a day; grids know no time zone but UTC.

    >>> as_datetime(date(2026, 1, 31)).isoformat()
    '2026-01-31T00:00:00'
    """
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def withheld_or_null(values: tuple[Cell, ...]) -> Mark | None:
    """WITHHELD where any value is withheld, else None: what a computation over a gap gives.

    >>> withheld_or_null((None, Mark.WITHHELD))
    <Mark.WITHHELD: 'withheld'>
    """
    return Mark.WITHHELD if Mark.WITHHELD in values else None


def has_gap(values: tuple[Cell, ...]) -> bool:
    """Whether any value is NULL or withheld.

    >>> has_gap((1, None)), has_gap((1, 2))
    (True, False)
    """
    return any(value is None or value is Mark.WITHHELD for value in values)
