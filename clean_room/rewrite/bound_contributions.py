"""Keeps, for each privacy unit, no more groups and rows than its contract says.

Where noise protects, one unit can then move an answer only so far, and the noise is scaled to that.
"""

from dataclasses import replace

from clean_room.relation import Contribution, Relation
from data_products.contract import Mode
from policies.decision import Permit


def bound_contributions(relation: Relation, _permit: Permit) -> Relation:
    """Keeps, for each privacy unit, no more groups and rows than its contract says."""
    contract = relation.product.contract
    if contract.terms.mode is not Mode.DP:
        return relation
    # Without keys there is one group, and a unit can be in no other.
    groups = contract.unit.max_groups if relation.keys else 1
    bound = Contribution(groups, contract.unit.max_rows_per_group)
    return replace(relation, contribution=bound)
