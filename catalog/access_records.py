"""Access requests and grants as they are on record: between rows and values."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.accounts import whole
from catalog.tables import Query, Row, access_requests, grants
from data_products.errors import NotFoundError
from data_products.parties import owner
from data_products.purpose import Purpose
from policies.access import AccessRequest, Grant, State


@dataclass(frozen=True)
class Limits:
    """Within what a steward says yes; `epsilon` in micro-epsilon, `expires_at` in UTC.

    Raises:
        RequestError: a figure is negative or not a whole number.
    """

    epsilon: int
    max_queries: int
    expires_at: datetime
    min_units: int = 0

    def __post_init__(self) -> None:
        """Refuses figures that no budget could hold."""
        whole(self.epsilon, "epsilon")
        whole(self.max_queries, "max_queries")
        whole(self.min_units, "min_units")


@dataclass(frozen=True)
class Decision:
    """Who decided, why, and when (UTC)."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class GrantRecord:
    """A grant, and its life so far."""

    grant: Grant
    granted_at: datetime
    revoked_at: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Whether it is neither expired nor revoked at that time, and had been given."""
        ended = self.revoked_at is not None and self.revoked_at <= at
        return self.granted_at <= at < self.grant.expires_at and not ended


def select_requests() -> Query:
    """Requests with the grants that answered them, oldest first."""
    return (
        sa.select(access_requests, grants.c.id.label("granted"))
        # Outer, because most requests on a steward's list have no grant yet.
        .outerjoin(grants, grants.c.request == access_requests.c.id)
        .order_by(access_requests.c.requested_at, access_requests.c.id)
    )


def select_grants() -> Query:
    """Grants, oldest first."""
    return sa.select(grants).order_by(grants.c.granted_at, grants.c.id)


def one(connection: sa.Connection, query: Query, name: str) -> Row:
    """The row that a query finds.

    Raises:
        NotFoundError: it finds none.
    """
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"nothing is on record as {name[:60]!r}")
    return row


def request_of(row: Row) -> AccessRequest:
    """The request that a row of `select_requests` holds."""
    return AccessRequest(
        id=row.id,
        consumer=row.consumer,
        product=row.product,
        purpose=Purpose(row.purpose),
        reason=row.reason,
        requested_by=row.requested_by,
        state=State(row.state),
        decided_by=row.decided_by,
        grant=row.granted or "",
    )


def grant_of(row: Row) -> GrantRecord:
    """The grant that a row of `select_grants` holds."""
    grant = Grant(
        id=row.id,
        consumer=row.consumer,
        product=row.product,
        purpose=Purpose(row.purpose),
        expires_at=row.expires_at,
        epsilon=row.epsilon,
        max_queries=row.max_queries,
        min_units=row.min_units,
        approved_by=row.approved_by,
    )
    return GrantRecord(grant, row.granted_at, row.revoked_at)


def request_facts(asked: AccessRequest) -> dict[str, str]:
    """The request's columns, as the log states them."""
    return {
        "id": asked.id,
        "consumer": asked.consumer,
        "product": asked.product,
        # Kept apart from the product, so that an owner's list is an equality and not a pattern.
        "owner": owner(asked.product),
        "purpose": asked.purpose.term,
        "reason": asked.reason,
        "requested_by": asked.requested_by,
        "state": asked.state.value,
    }


def grant_facts(grant: Grant, request: str) -> dict[str, str | int]:
    """The grant's columns but for times, as the log states them."""
    return {
        "id": grant.id,
        "request": request,
        "consumer": grant.consumer,
        "product": grant.product,
        "owner": owner(grant.product),
        "purpose": grant.purpose.term,
        "epsilon": grant.epsilon,
        "max_queries": grant.max_queries,
        "min_units": grant.min_units,
        "approved_by": grant.approved_by,
    }
