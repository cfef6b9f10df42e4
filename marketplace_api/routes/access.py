"""/v1/access-requests and /v1/grants: ask for access, decide, revoke."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from catalog.access_records import GrantRecord
from data_products.parties import ProductId
from data_products.purpose import Purpose
from marketplace_api.dealings import Verdict, Wish
from marketplace_api.routes.documents import answers
from marketplace_api.service import Caller, House
from marketplace_api.wire import (
    Epsilon,
    Incoming,
    LongText,
    Outgoing,
    ShortText,
    decimal,
    micro,
)
from policies.access import AccessRequest

MOST = 2**53 - 1
LONGEST_GRANT_DAYS = 3660

router = APIRouter(prefix="/v1", tags=["access"])

Named = Annotated[str, Path(max_length=100)]


class WishIn(Incoming):
    """A consumer's wish to use a product for a purpose."""

    product: ShortText
    purpose: ShortText
    reason: LongText

    def wish(self) -> Wish:
        """The wish in the marketplace's words."""
        return Wish(ProductId(self.product), Purpose(self.purpose), self.reason)


class DecisionIn(Incoming):
    """A steward's decision; all but `approve` and `reason` count only for a yes."""

    approve: bool
    reason: LongText
    epsilon: Epsilon = "0"
    max_queries: int = Field(default=0, ge=0, le=MOST)
    min_units: int = Field(default=0, ge=0, le=MOST)
    days: int = Field(default=90, ge=1, le=LONGEST_GRANT_DAYS)

    def verdict(self) -> Verdict:
        """The decision in the marketplace's words."""
        return Verdict(
            approve=self.approve,
            reason=self.reason,
            epsilon=micro(self.epsilon),
            max_queries=self.max_queries,
            min_units=self.min_units,
            days=self.days,
        )


class RequestOut(Outgoing):
    """An access request, and what was decided about it."""

    id: str
    consumer: str
    product: str
    purpose: str
    reason: str
    requested_by: str
    state: str
    decided_by: str
    grant: str

    @classmethod
    def of(cls, request: AccessRequest) -> "RequestOut":
        """The wire form."""
        return cls(
            id=request.id,
            consumer=request.consumer,
            product=request.product,
            purpose=str(request.purpose),
            reason=request.reason,
            requested_by=request.requested_by,
            state=request.state,
            decided_by=request.decided_by,
            grant=request.grant,
        )


class RequestsOut(Outgoing):
    """Access requests, oldest first."""

    requests: list[RequestOut]


class GrantOut(Outgoing):
    """A grant; `revoked_at` is null while it is not revoked."""

    id: str
    consumer: str
    product: str
    purpose: str
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    epsilon: Epsilon
    max_queries: int
    min_units: int
    approved_by: str

    @classmethod
    def of(cls, record: GrantRecord) -> "GrantOut":
        """The wire form."""
        grant = record.grant
        return cls(
            id=grant.id,
            consumer=grant.consumer,
            product=grant.product,
            purpose=str(grant.purpose),
            granted_at=record.granted_at,
            expires_at=grant.expires_at,
            revoked_at=record.revoked_at,
            epsilon=decimal(grant.epsilon),
            max_queries=grant.max_queries,
            min_units=grant.min_units,
            approved_by=grant.approved_by,
        )


class GrantsOut(Outgoing):
    """Grants, oldest first."""

    grants: list[GrantOut]


@router.post(
    "/access-requests",
    status_code=201,
    summary="Request access",
    responses=answers(401, 403, 404, 409, 413),
)
def request_access(house: House, participant: Caller, body: WishIn) -> RequestOut:
    """Asks the owner's stewards for a grant. Role: consumer."""
    return RequestOut.of(house.request_access(participant, body.wish()))


@router.get("/access-requests", summary="List access requests", responses=answers(401, 403))
def access_requests(house: House, participant: Caller) -> RequestsOut:
    """What one's organisation has asked, and what was asked of it. Roles: consumer, steward."""
    found = house.access_requests(participant)
    return RequestsOut(requests=[RequestOut.of(request) for request in found])


@router.post(
    "/access-requests/{request_id}/decision",
    summary="Decide on an access request",
    responses=answers(401, 403, 404, 409, 413),
)
def decide(house: House, participant: Caller, request_id: Named, body: DecisionIn) -> RequestOut:
    """Approves or refuses, once; never one's own request. Role: steward of the owner."""
    return RequestOut.of(house.decide(participant, request_id, body.verdict()))


@router.get("/grants", summary="List grants", responses=answers(401, 403))
def grants(house: House, participant: Caller) -> GrantsOut:
    """What one's organisation holds, and what it has given. Roles: consumer, steward."""
    return GrantsOut(grants=[GrantOut.of(record) for record in house.grants(participant)])


@router.delete(
    "/grants/{grant_id}",
    summary="Revoke a grant",
    responses=answers(401, 403, 404, 409),
)
def revoke(house: House, participant: Caller, grant_id: Named) -> GrantOut:
    """Ends a grant at once and for good. Roles: steward of the owner, consumer of its own."""
    return GrantOut.of(house.revoke(participant, grant_id))
