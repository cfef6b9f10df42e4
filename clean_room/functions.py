"""Functions of released values: means, ROUND, COALESCE and NULLIF."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from sqlglot import exp

from clean_room.expressions import (
    EXACT,
    NUMERIC,
    Cell,
    Expression,
    Kind,
    Row,
    has_gap,
    withheld_or_null,
)
from clean_room.operators import as_kind, comparable, number_of, widest
from clean_room.results import Mark


@dataclass(frozen=True)
class Mean:
    """AVG: a sum over a count.

    Where both are noisy, `bounds` are those of the values: a mean that noise has carried past them
    is brought back, and a count below one is one.
    """

    total: Expression
    count: Expression
    bounds: tuple[Decimal, Decimal] | None = None

    @property
    def kind(self) -> Kind:
        """A float."""
        return Kind.FLOAT

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The sum and the count."""
        return (self.total, self.count)

    def sql(self) -> exp.Expr:
        """The division in brackets."""
        return exp.paren(exp.Div(this=self.total.sql(), expression=self.count.sql()))

    def evaluate(self, row: Row) -> Cell:
        """The mean; NULL of no values."""
        values = (self.total.evaluate(row), self.count.evaluate(row))
        if has_gap(values):
            return withheld_or_null(values)
        total, count = (number_of(value) for value in values)
        if self.bounds is None:
            return as_kind(self.kind, EXACT.divide(total, count))
        low, high = self.bounds
        return as_kind(self.kind, min(max(EXACT.divide(total, max(count, Decimal(1))), low), high))


@dataclass(frozen=True)
class Rounded:
    """ROUND to some decimal digits, half away from zero; of released values only.

    >>> from clean_room.expressions import Constant
    >>> Rounded(Constant(Decimal("2.345"), Kind.DECIMAL), 2).evaluate({})
    Decimal('2.35')
    """

    item: Expression
    digits: int

    @cached_property
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
        return as_kind(
            self.kind, number_of(value).quantize(step, rounding=ROUND_HALF_UP, context=EXACT)
        )


@dataclass(frozen=True)
class Coalesced:
    """The first that is not NULL; a withheld value is not NULL, and stays withheld."""

    items: tuple[Expression, ...]

    @cached_property
    def kind(self) -> Kind:
        """The kind that holds all of them."""
        return widest(self.items)

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
        found = next((value for value in values if value is not None), None)
        if has_gap((found,)) or self.kind not in NUMERIC:
            return found
        return as_kind(self.kind, number_of(found))


@dataclass(frozen=True)
class Nullified:
    """NULLIF: NULL where the value equals the other, else the value."""

    item: Expression
    other: Expression

    @cached_property
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
        return None if comparable(value) == comparable(other) else value
