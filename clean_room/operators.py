"""Operators over expressions: arithmetic, comparison, logic, and functions of released values."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlglot import exp

from clean_room.expressions import (
    EXACT,
    Cell,
    Constant,
    Expression,
    Kind,
    Row,
    has_gap,
    withheld_or_null,
)
from clean_room.results import Mark

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
    """Two numbers by +, -, * or /; a division by zero gives NULL, and nothing overflows."""

    sign: str
    left: Expression
    right: Expression

    @property
    def kind(self) -> Kind:
        """A division gives a float; else the wider of the two."""
        kinds = {self.left.kind, self.right.kind}
        if self.sign == "/" or Kind.FLOAT in kinds:
            return Kind.FLOAT
        return Kind.INTEGER if kinds == {Kind.INTEGER} else Kind.DECIMAL

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Both sides."""
        return (self.left, self.right)

    def sql(self) -> exp.Expr:
        """The operation in brackets."""
        return exp.paren(BINARY[self.sign](this=self.left.sql(), expression=self.right.sql()))

    def evaluate(self, row: Row) -> Cell:
        """The result, exact unless a side is a float or it is a division."""
        values = (self.left.evaluate(row), self.right.evaluate(row))
        if has_gap(values):
            return withheld_or_null(values)
        left, right = (_number(value) for value in values)
        if self.sign == "/":
            return _finite(EXACT.divide(left, right)) if right else None
        compute = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}[self.sign]
        return _as(self.kind, compute(left, right))


def _number(value: Cell) -> Decimal:
    """A number as a decimal; a float by its shortest text, which is what its reader sees."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))


def _finite(number: Decimal) -> float | None:
    """The nearest float, or NULL where there is none."""
    nearest = float(number)
    return nearest if abs(nearest) < float("inf") else None


def _as(kind: Kind, number: Decimal) -> Cell:
    """The number in the form of its kind."""
    if kind is Kind.FLOAT:
        return _finite(number)
    return int(number) if kind is Kind.INTEGER else number


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
        """Whether it holds; unknown over a gap."""
        left, right = self.left.evaluate(row), self.right.evaluate(row)
        if isinstance(left, Mark) or isinstance(right, Mark) or left is None or right is None:
            return None
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
        """Whether it is in the list; unknown over a gap."""
        value = self.item.evaluate(row)
        if value is None or isinstance(value, Mark):
            return None
        return value in {constant.value for constant in self.constants}


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
        return None if value is Mark.WITHHELD else value is None


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
        """The opposite; unknown stays unknown."""
        value = self.item.evaluate(row)
        return (not value) if isinstance(value, bool) else None


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
        """Kleene's three-valued AND or OR."""
        values = [item.evaluate(row) for item in self.items]
        if any(value is (not self.every) for value in values):
            return not self.every
        return self.every if all(value is self.every for value in values) else None


@dataclass(frozen=True)
class Rounded:
    """ROUND to some decimal digits, half away from zero; of released values only."""

    item: Expression
    digits: int

    @property
    def kind(self) -> Kind:
        """What is rounded keeps its kind."""
        return self.item.kind

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What is rounded."""
        return (self.item,)

    def sql(self) -> exp.Expr:
        """ROUND."""
        return exp.Round(this=self.item.sql(), decimals=exp.Literal.number(self.digits))

    def evaluate(self, row: Row) -> Cell:
        """The rounded value."""
        value = self.item.evaluate(row)
        if value is None or isinstance(value, Mark):
            return value
        step = Decimal(1).scaleb(-self.digits)
        return _as(self.kind, _number(value).quantize(step, rounding=ROUND_HALF_UP, context=EXACT))


@dataclass(frozen=True)
class Coalesced:
    """The first that is not NULL; a withheld value is not NULL, and stays withheld."""

    items: tuple[Expression, ...]

    @property
    def kind(self) -> Kind:
        """The kind of the first."""
        return self.items[0].kind

    @property
    def parts(self) -> tuple[Expression, ...]:
        """All of them."""
        return self.items

    def sql(self) -> exp.Expr:
        """COALESCE."""
        first, *others = (item.sql() for item in self.items)
        return exp.Coalesce(this=first, expressions=others)

    def evaluate(self, row: Row) -> Cell:
        """The first value that is not NULL."""
        values = (item.evaluate(row) for item in self.items)
        return next((value for value in values if value is not None), None)


@dataclass(frozen=True)
class Nullified:
    """NULLIF: NULL where the value equals the other, else the value."""

    item: Expression
    other: Expression

    @property
    def kind(self) -> Kind:
        """The kind of the value."""
        return self.item.kind

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The value and the other."""
        return (self.item, self.other)

    def sql(self) -> exp.Expr:
        """NULLIF."""
        return exp.Nullif(this=self.item.sql(), expression=self.other.sql())

    def evaluate(self, row: Row) -> Cell:
        """The value, unless it equals the other."""
        value, other = self.item.evaluate(row), self.other.evaluate(row)
        if value is Mark.WITHHELD or other is Mark.WITHHELD:
            return Mark.WITHHELD
        return None if value == other else value
