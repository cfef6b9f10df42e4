"""Privacy loss, and the accountant who keeps the budgets, in whole micro-epsilon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from data_products.product import DataProduct
from policies.access import Grant


@dataclass(frozen=True)
class PrivacyLoss:
    """What running a plan costs: micro-epsilon, and so many of the grant's questions."""

    epsilon: int
    queries: int = 1


class Accountant(Protocol):
    """Keeps every budget; the catalog implements it."""

    def spend(
        self,
        spend: str,
        products: Sequence[DataProduct],
        grants: Sequence[Grant],
        loss: PrivacyLoss,
    ) -> None:
        """Takes the loss, durably, from every budget that it touches, before a row is read.

        All of it or none of it; it is never given back. `spend` names it: the same name again
        changes nothing.

        Raises:
            BudgetExhaustedError: some budget does not cover the loss.
        """
        ...
