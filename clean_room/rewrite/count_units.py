"""Adds the count of distinct privacy units that every disclosure rule needs, asked for or not."""

from dataclasses import replace

from clean_room.relation import UNITS, Function, Measure, Relation
from policies.decision import Permit


def count_units(relation: Relation, _permit: Permit) -> Relation:
    """Adds the count of distinct privacy units that every disclosure rule needs."""
    if any(measure.name == UNITS for measure in relation.measures):
        return relation
    return replace(relation, measures=(*relation.measures, Measure(UNITS, Function.UNITS)))
