"""Access requests and grants: asked by a consumer, answered by a steward, ended by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from data_products.parties import ParticipantId, ProductId
from data_products.purpose import Purpose


class State(StrEnum):
    """Where an access request stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True)
class AccessRequest:
    """A consumer's wish to use a product for a purpose, and what was decided about it."""

    id: str
    consumer: ParticipantId
    product: ProductId
    purpose: Purpose
    reason: str
    requested_by: str
    state: State = State.REQUESTED
    decided_by: str = ""
    grant: str = ""


@dataclass(frozen=True)
class Grant:
    """A steward's yes: for whom, to what, why, until when, and within what limits.

    `epsilon` is the consumer's budget under this grant, in micro-epsilon; `max_queries` is how many
    different questions it covers; `min_units` may raise the contract's threshold, never lower it.
    """

    id: str
    consumer: ParticipantId
    product: ProductId
    purpose: Purpose
    expires_at: datetime
    epsilon: int
    max_queries: int
    min_units: int = 0
    approved_by: str = ""


class Grants(Protocol):
    """Where grants are kept; the catalog implements it."""

    def in_force(
        self, consumer: ParticipantId, product: ProductId, at: datetime
    ) -> Sequence[Grant]:
        """The consumer's grants for the product that are not expired or revoked at that time."""
        ...
