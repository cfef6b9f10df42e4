"""Asks for what the two largest units add to each value, where exact answers are shown.

The p% rule needs them: a value is dominated when what the others add is small beside the largest.
"""

from dataclasses import replace

from clean_room.relation import Relation
from data_products.contract import Mode
from policies.decision import Permit


def weigh_contributions(relation: Relation, _permit: Permit) -> Relation:
    """Asks for what the two largest units add to each value, where exact answers are shown."""
    return replace(relation, weighed=relation.product.contract.terms.mode is Mode.EXACT)
