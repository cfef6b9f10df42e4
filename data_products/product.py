"""A data product: a contract, where its data lies, and where it stands in its life."""

from dataclasses import dataclass
from enum import StrEnum

from data_products.contract import Contract
from data_products.parties import ParticipantId, ProductId, owner


class Status(StrEnum):
    """Where a product stands in its life, in ODCS's words."""

    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


@dataclass(frozen=True)
class DataProduct:
    """A published version of a provider's data.

    `location` is for the provider's own clean room and goes into no answer.
    """

    contract: Contract
    location: str
    status: Status = Status.ACTIVE

    @property
    def id(self) -> ProductId:
        """The product's name in the marketplace, `owner.name`."""
        return self.contract.product

    @property
    def provider(self) -> ParticipantId:
        """The organisation that owns it."""
        return owner(self.contract.product)
