"""Clips every summed value to its contract's bounds, where noise is scaled to them."""

from dataclasses import replace
from decimal import Decimal

from clean_room.expressions import ColumnValue, Constant, Expression
from clean_room.operators import Arithmetic
from clean_room.relation import Function, Measure, Relation
from data_products.contract import Mode
from data_products.errors import UseError
from policies.decision import Permit

Interval = tuple[Decimal, Decimal]


def clip_measures(relation: Relation, permit: Permit) -> Relation:  # noqa: ARG001 - a rule's
    """Clips every summed value to its contract's bounds, where noise protects.

    Raises:
        UseError: a value has no bounds to be clipped to.
    """
    if relation.product.contract.terms.mode is not Mode.DP:
        return relation
    return replace(relation, measures=tuple(_clipped(measure) for measure in relation.measures))


def _clipped(measure: Measure) -> Measure:
    """The measure with what its argument is clipped to, in units of its last digit."""
    if measure.function is not Function.SUM or measure.argument is None:
        return measure
    low, high = (bound.scaleb(measure.scale) for bound in interval(measure.argument))
    return replace(measure, low=int(low), high=int(high))


def interval(expression: Expression) -> Interval:
    """The range of a numeric expression, by its columns' bounds (interval arithmetic).

    Raises:
        UseError: a column in it has no bounds.
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
