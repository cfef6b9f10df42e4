"""Keeps groups under the threshold inside the engine, where exact answers are shown.

Disclosure control drops them too; but what never leaves the worker cannot be lost on the way. Where
noise protects, every group of the grid is measured, and the true number of units decides nothing.
"""

from dataclasses import replace

from clean_room.relation import Relation
from data_products.contract import Mode
from policies.decision import Permit


def drop_small_groups(relation: Relation, permit: Permit) -> Relation:
    """Keeps groups under the threshold inside the engine, where exact answers are shown."""
    if relation.product.contract.terms.mode is not Mode.EXACT:
        return relation
    return replace(relation, min_units=permit.obligations.min_units)
