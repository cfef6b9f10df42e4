"""Refuses more dimensions or groups than the contract allows.

1. At most `max_dimensions` keys.
2. Where noise protects, every key's values are declared, and there are at most `max_cells` groups:
   each group of the public grid is answered, whether anybody is in it or not.
"""

from clean_room.key_grid import count_cells
from clean_room.relation import Relation
from data_products.contract import Mode
from data_products.errors import LimitError
from policies.decision import Permit


def check_limits(relation: Relation, _permit: Permit) -> Relation:
    """Refuses more dimensions or groups than the contract allows.

    Raises:
        LimitError: the message says how many there are and how many are allowed.
    """
    terms = relation.product.contract.terms
    if len(relation.keys) > terms.max_dimensions:
        raise LimitError(
            f"{len(relation.keys)} dimensions; the contract allows {terms.max_dimensions}",
            hint="group by fewer",
        )
    if terms.mode is Mode.DP:
        _check_grid(relation, terms.max_cells)
    return relation


def _check_grid(relation: Relation, most: int) -> None:
    """Refuses groups whose grid is not declared, or too large to be answered whole."""
    cells = count_cells(relation)
    if cells is None:
        raise LimitError(
            "a dimension has no declared values, so its groups cannot be answered with noise",
            hint="group by dimensions with a declared domain",
        )
    if cells > most:
        raise LimitError(
            f"{cells} groups; the contract allows {most}",
            hint="use a coarser step or dimension, or a condition on one",
        )
