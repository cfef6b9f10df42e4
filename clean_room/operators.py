"""Operators over expressions: arithmetic, comparison and logic."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlglot import exp

from clean_room.expressions import (
    EXACT,
    Cell,
    ColumnValue,
    Constant,
    Expression,
    Kind,
    Row,
    has_gap,
    withheld_or_null,
)
from clean_room.results import Mark, Value

BINARY: dict[str, type[exp.Binary]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}

COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Arithmetic:
    """Two numbers by +, -, * or /; what is divided by zero or too large is NULL."""

    sign: str
    left: Expression
    right: Expression

    @cached_property
    def kind(self) -> Kind:
        """A division gives a float; else the wider of the two."""
        return Kind.FLOAT if self.sign == "/" else widest(self.parts)

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Both sides."""
        return (self.left, self.right)

    def sql(self) -> exp.Expr:
        """The operation in brackets."""
        left, right = (self._wide(side) for side in self.parts)
        return exp.paren(BINARY[self.sign](this=left, expression=right))

    def _wide(self, side: Expression) -> exp.Expr:
        """A side; a column of whole numbers in 128 bits, so that an engine's do not overflow."""
        # An overflow fails the query if a certain row is there, and so would tell that it is.
        narrow = isinstance(side, ColumnValue) and self.kind is Kind.INTEGER
        return exp.cast(side.sql(), "hugeint", dialect="duckdb") if narrow else side.sql()

    def evaluate(self, row: Row) -> Cell:
        """The result, exact unless a side is a float or it is a division."""
        values = (self.left.evaluate(row), self.right.evaluate(row))
        if has_gap(values):
            return withheld_or_null(values)
        left, right = (number_of(value) for value in values)
        compute = {
            "+": EXACT.add,
            "-": EXACT.subtract,
            "*": EXACT.multiply,
            "/": EXACT.divide,
        }
        return as_kind(self.kind, compute[self.sign](left, right))


def widest(items: tuple[Expression, ...]) -> Kind:
    """The kind that holds the values of every item; of one kind that is not a number, that."""
    # Each is asked once: asked twice at every level, a long chain would take for ever.
    kinds = [item.kind for item in items]
    if Kind.FLOAT in kinds:
        return Kind.FLOAT
    return Kind.DECIMAL if Kind.DECIMAL in kinds else kinds[0]


def number_of(value: Cell) -> Decimal:
    """A number as a decimal; a float by its shortest text, which is what its reader sees.

    >>> number_of(0.1)
    Decimal('0.1')
    """
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))


def comparable(value: Cell) -> Cell:
    """The value as its reader sees it: 0.1 is a tenth."""
    return number_of(value) if isinstance(value, float) else value


def as_kind(kind: Kind, number: Decimal) -> Cell:
    """The number in the form of its kind; NULL where there is none.

    >>> as_kind(Kind.FLOAT, Decimal("0.5")), as_kind(Kind.FLOAT, Decimal("Infinity"))
    (0.5, None)
    """
    # Adding a zero rounds to the context, and takes the sign off a zero.
    fitting = EXACT.plus(number)
    if not fitting.is_finite():
        return None
    if kind is Kind.FLOAT:
        return float(fitting)
    return int(fitting) if kind is Kind.INTEGER else fitting


@dataclass(frozen=True)
class Comparison:
    """Two values of like kind by =, <>, <, <=, > or >=."""

    sign: str
    left: Expression
    right: Expression

    @property
    def kind(self) -> Kind:
        """A truth value."""
        return Kind.BOOLEAN

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Both sides."""
        return (self.left, self.right)

    def sql(self) -> exp.Expr:
        """The comparison in brackets."""
        return exp.paren(BINARY[self.sign](this=self.left.sql(), expression=self.right.sql()))

    def evaluate(self, row: Row) -> Cell:
        """Whether it holds; unknown over NULL, withheld over a withheld value."""
        values = (self.left.evaluate(row), self.right.evaluate(row))
        if has_gap(values):
            return withheld_or_null(values)
        left, right = (comparable(value) for value in values)
        return COMPARES[self.sign](left, right)


@dataclass(frozen=True)
class Membership:
    """Whether a value is one of a list of constants, which is kept sorted and without repeats."""

    item: Expression
    constants: tuple[Constant, ...]

    @property
    def kind(self) -> Kind:
        """A truth value."""
        return Kind.BOOLEAN

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The value and the list."""
        return (self.item, *self.constants)

    def sql(self) -> exp.Expr:
        """IN."""
        return exp.In(this=self.item.sql(), expressions=[c.sql() for c in self.constants])

    def evaluate(self, row: Row) -> Cell:
        """Whether it is in the list; unknown over NULL, withheld over a withheld value."""
        value = self.item.evaluate(row)
        if value is None or isinstance(value, Mark):
            return value
        return comparable(value) in self._values

    @cached_property
    def _values(self) -> frozenset[Value]:
        """The constants' values: a list may be long, and asked for every key of a grid."""
        return frozenset(constant.value for constant in self.constants)


@dataclass(frozen=True)
class Missing:
    """Whether a value is NULL."""

    item: Expression

    @property
    def kind(self) -> Kind:
        """A truth value."""
        return Kind.BOOLEAN

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The value."""
        return (self.item,)

    def sql(self) -> exp.Expr:
        """IS NULL in brackets."""
        return exp.paren(exp.Is(this=self.item.sql(), expression=exp.null()))

    def evaluate(self, row: Row) -> Cell:
        """Whether it is NULL; a withheld value is not known to be either."""
        value = self.item.evaluate(row)
        return value if isinstance(value, Mark) else value is None


@dataclass(frozen=True)
class Inverse:
    """NOT."""

    item: Expression

    @property
    def kind(self) -> Kind:
        """A truth value."""
        return Kind.BOOLEAN

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What is negated."""
        return (self.item,)

    def sql(self) -> exp.Expr:
        """NOT, over brackets."""
        return exp.Not(this=exp.paren(self.item.sql()))

    def evaluate(self, row: Row) -> Cell:
        """The opposite; what is unknown or withheld stays so."""
        value = self.item.evaluate(row)
        return (not value) if isinstance(value, bool) else value


@dataclass(frozen=True)
class Junction:
    """AND (`every`) or OR over two or more truth values."""

    every: bool
    items: tuple[Expression, ...]

    @property
    def kind(self) -> Kind:
        """A truth value."""
        return Kind.BOOLEAN

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What is joined."""
        return self.items

    def sql(self) -> exp.Expr:
        """The items joined, in brackets."""
        join = exp.and_ if self.every else exp.or_
        return exp.paren(join(*(item.sql() for item in self.items)))

    def evaluate(self, row: Row) -> Cell:
        """Kleene's three-valued AND or OR; withheld where only a withheld value could decide."""
        values = tuple(item.evaluate(row) for item in self.items)
        if any(value is (not self.every) for value in values):
            return not self.every
        return withheld_or_null(values) if has_gap(values) else self.every
