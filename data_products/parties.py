"""Who takes part: providers, consumers, stewards, auditors, operators, and what they are called."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

ParticipantId = NewType("ParticipantId", str)
"""An organisation, such as `customs-be`."""

ProductId = NewType("ProductId", str)
"""A product of an organisation, such as `customs-be.import_declarations`."""


class Role(StrEnum):
    """What a participant may do. The operator runs the hub and has no right to any data."""

    PROVIDER = "provider"
    CONSUMER = "consumer"
    STEWARD = "steward"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Participant:
    """Someone who calls: the organisation they act for, who they are in it, and their roles."""

    id: ParticipantId
    subject: str
    roles: frozenset[Role]


def owner(product: ProductId) -> ParticipantId:
    """The organisation that owns a product.

    >>> owner(ProductId("customs-be.import_declarations"))
    'customs-be'
    """
    return ParticipantId(product.partition(".")[0])
