"""Clips every summed value to its contract's bounds, where noise is scaled to them."""

from dataclasses import replace

from clean_room.ranges import interval
from clean_room.relation import Function, Measure, Relation
from data_products.contract import Mode
from policies.decision import Permit


def clip_measures(relation: Relation, _permit: Permit) -> Relation:
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
