"""The range of a numeric expression, by its columns' bounds (interval arithmetic)."""

from decimal import Decimal

from clean_room.expressions import ColumnValue, Constant, Expression
from clean_room.operators import Arithmetic
from data_products.errors import UseError

Interval = tuple[Decimal, Decimal]


def interval(expression: Expression) -> Interval:
    """The range of a numeric expression, by its columns' bounds (interval arithmetic).

    Raises:
        UseError: a column in it has no bounds.

    >>> from clean_room.expressions import Kind
    >>> interval(Constant(5, Kind.INTEGER))
    (Decimal('5'), Decimal('5'))
    """
    match expression:
        case ColumnValue():
            return _bounds(expression)
        case Constant():
            number = Decimal(str(expression.value))
            return number, number
        case Arithmetic():
            return _combined(expression.sign, interval(expression.left), interval(expression.right))
        case _:
            raise UseError(
                "an aggregate is over something without a range", hint="aggregate measures"
            )


def _bounds(item: ColumnValue) -> Interval:
    """A column's bounds."""
    if item.column.bounds is None:
        raise UseError(
            f"column {item.column.name} has no bounds, so noise cannot be scaled to it",
            hint="ask its provider to declare privacyBounds",
        )
    return Decimal(item.column.bounds.low), Decimal(item.column.bounds.high)


def _combined(sign: str, left: Interval, right: Interval) -> Interval:
    """The range of a sum, difference or product."""
    if sign == "+":
        return left[0] + right[0], left[1] + right[1]
    if sign == "-":
        return left[0] - right[1], left[1] - right[0]
    corners = [one * other for one in left for other in right]
    return min(corners), max(corners)
