"""Asking for access, and deciding on it: requests, grants, and a steward's yes or no."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Self

from entrepot.models import epsilon
from entrepot.proofs import fields
from entrepot.proofs.canonical import Json
from entrepot.proofs.fields import Document


@dataclass(frozen=True)
class AccessRequest:
    """A consumer's wish to use a product for a purpose, and what was decided about it."""

    id: str
    consumer: str
    product: str
    purpose: str
    reason: str
    state: str
    grant: str
    document: Document = field(repr=False, compare=False)

    @classmethod
    def read(cls, item: Json) -> Self:
        """The request in a reply."""
        source = fields.as_object(item, "request")
        text = partial(fields.text, source)
        return cls(
            id=text("id"),
            consumer=text("consumer"),
            product=text("product"),
            purpose=text("purpose"),
            reason=text("reason"),
            state=text("state"),
            grant=text("grant"),
            document=source,
        )


@dataclass(frozen=True)
class Grant:
    """A steward's yes: for whom, to what, why, until when, and within what limits."""

    id: str
    consumer: str
    product: str
    purpose: str
    # Kept as the service wrote it; only the service's clock decides.
    expires_at: str
    epsilon: Decimal
    max_queries: int
    document: Document = field(repr=False, compare=False)

    @classmethod
    def read(cls, item: Json) -> Self:
        """The grant in a reply."""
        source = fields.as_object(item, "grant")
        text = partial(fields.text, source)
        return cls(
            id=text("id"),
            consumer=text("consumer"),
            product=text("product"),
            purpose=text("purpose"),
            expires_at=text("expires_at"),
            epsilon=epsilon(source, "epsilon"),
            max_queries=fields.whole(source, "max_queries"),
            document=source,
        )


@dataclass(frozen=True)
class Approval:
    """A steward's yes to an access request, and its limits; `epsilon` is the consumer's budget."""

    reason: str
    epsilon: Decimal = Decimal(4)
    max_queries: int = 200
    min_units: int = 0
    days: int = 90

    def wire(self) -> Document:
        """The decision as the service wants it."""
        return {
            "approve": True,
            "reason": self.reason,
            # As text and without an exponent: budgets must add up exactly.
            "epsilon": format(self.epsilon, "f"),
            "max_queries": self.max_queries,
            "min_units": self.min_units,
            "days": self.days,
        }


@dataclass(frozen=True)
class Refusal:
    """A steward's no to an access request."""

    reason: str

    def wire(self) -> Document:
        """The decision as the service wants it."""
        return {"approve": False, "reason": self.reason}
