"""Access requests and grants, and the steps between.

requested -> approved   by a steward: makes one grant, and opens its budget
requested -> refused    by a steward: final; the consumer may request again
in force  -> revoked    by either side: at once, and final
in force  -> expired    by time alone

1. One request is open at a time for a consumer, a product and a purpose.
2. Nobody decides on a request of their own.
3. A decision is made once. A grant's limits never change: more takes another grant, and what the
   contract lets one consumer learn bounds all of them together.
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from catalog.access_records import (
    Decision,
    GrantRecord,
    Limits,
    grant_facts,
    grant_of,
    one,
    request_facts,
    request_of,
    select_grants,
    select_requests,
)
from catalog.accounts import Account, Unit, open_account, widen
from catalog.database import Database
from catalog.entries import Kind
from catalog.identifiers import fresh
from catalog.log import Log
from catalog.products import newest
from catalog.tables import Query, access_requests, grants, stamp
from data_products.digest import Json
from data_products.errors import AccessDeniedError, ConflictError
from data_products.parties import ParticipantId, ProductId
from data_products.product import DataProduct, Status
from policies.access import AccessRequest, Grant, State


class SqlGrants:
    """The requests and grants on record; `policies.access.Grants` is its interface."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database = database
        self._log = log

    def request(self, wish: AccessRequest, at: datetime) -> AccessRequest:
        """Puts a consumer's wish on record; its id and state are given here.

        Raises:
            ConflictError: the same wish is still open, or the product is not listed.
            NotFoundError: no such product has been published.
        """
        asked = replace(wish, id=fresh("request"), state=State.REQUESTED, decided_by="", grant="")
        facts = request_facts(asked)
        with self._log.writing() as connection:
            _listed(connection, asked.product)
            _require_alone(connection, asked)
            undecided = {"requested_at": at, "decided_by": "", "decision": ""}
            connection.execute(sa.insert(access_requests).values(**facts, **undecided))
            self._log.append(connection, Kind.REQUEST, facts, at)
        return asked

    def approve(self, request: str, limits: Limits, decision: Decision) -> Grant:
        """Says yes: makes the grant and opens its budget, together or not at all.

        Raises:
            AccessDeniedError: the request is the steward's own.
            ConflictError: it has been decided on, the product is not listed any more, or the grant
                would have expired already.
            NotFoundError: no such request is on record.
        """
        with self._log.writing() as connection:
            asked = _decide(connection, request, State.APPROVED, decision)
            product = _listed(connection, asked.product)
            grant = _grant(asked, limits, decision)
            facts = grant_facts(grant, request)
            times = {"granted_at": decision.at, "expires_at": grant.expires_at}
            connection.execute(sa.insert(grants).values(**facts, **times))
            _open_accounts(connection, grant, product)
            told: dict[str, Json] = {
                "expires_at": stamp(grant.expires_at),
                "reason": decision.reason,
                "consumer_epsilon": product.contract.terms.budgets.consumer,
            }
            self._log.append(connection, Kind.GRANT, {**facts, **told}, decision.at)
        return grant

    def refuse(self, request: str, decision: Decision) -> AccessRequest:
        """Says no.

        Raises:
            AccessDeniedError: the request is the steward's own.
            ConflictError: it has been decided on.
            NotFoundError: no such request is on record.
        """
        with self._log.writing() as connection:
            asked = _decide(connection, request, State.REFUSED, decision)
            facts = request_facts(asked) | {"decided_by": decision.by, "decision": decision.reason}
            self._log.append(connection, Kind.REQUEST, facts, decision.at)
        return asked

    def revoke(self, grant: str, decision: Decision) -> None:
        """Ends a grant at once; a spend under it that has not been made yet will not be.

        Raises:
            ConflictError: it is not in force.
            NotFoundError: no such grant is on record.
        """
        found = grants.c.id == grant
        # Under the same lock as spends: one that has not been made yet sees the revocation.
        with self._log.writing() as connection:
            held = grant_of(one(connection, select_grants().where(found), grant))
            if not held.in_force(decision.at):
                raise ConflictError(f"grant {grant} is not in force", hint="it has ended already")
            connection.execute(sa.update(grants).where(found).values(revoked_at=decision.at))
            facts = {"id": grant, "revoked_by": decision.by, "reason": decision.reason}
            self._log.append(connection, Kind.REVOKE, facts, decision.at)

    def in_force(
        self, consumer: ParticipantId, product: ProductId, at: datetime
    ) -> tuple[Grant, ...]:
        """The consumer's grants for the product that hold at that time, oldest first."""
        query = select_grants().where(grants.c.consumer == consumer, grants.c.product == product)
        return tuple(held.grant for held in self._records(query) if held.in_force(at))

    def all_for(self, party: ParticipantId) -> tuple[GrantRecord, ...]:
        """Every grant that the party holds, or that was given for a product of its own."""
        mine = sa.or_(grants.c.consumer == party, grants.c.owner == party)
        return self._records(select_grants().where(mine))

    def get(self, grant: str) -> GrantRecord:
        """One grant.

        Raises:
            NotFoundError: no such grant is on record.
        """
        with self._database.read() as connection:
            return grant_of(one(connection, select_grants().where(grants.c.id == grant), grant))

    def requests_for(self, party: ParticipantId) -> tuple[AccessRequest, ...]:
        """Every request that the party made, or that was made for a product of its own."""
        mine = sa.or_(access_requests.c.consumer == party, access_requests.c.owner == party)
        with self._database.read() as connection:
            return tuple(map(request_of, connection.execute(select_requests().where(mine))))

    def get_request(self, request: str) -> AccessRequest:
        """One request.

        Raises:
            NotFoundError: no such request is on record.
        """
        query = select_requests().where(access_requests.c.id == request)
        with self._database.read() as connection:
            return request_of(one(connection, query, request))

    def _records(self, query: Query) -> tuple[GrantRecord, ...]:
        """The grants that a query finds."""
        with self._database.read() as connection:
            return tuple(map(grant_of, connection.execute(query)))


def _listed(connection: sa.Connection, product: ProductId) -> DataProduct:
    """The product, which consumers may ask for.

    Raises:
        ConflictError: it has been taken off the list.
        NotFoundError: no such product has been published.
    """
    found = newest(connection, product)
    if found.status is not Status.ACTIVE:
        raise ConflictError(f"{product} is {found.status}, expected one that is active")
    return found


def _require_alone(connection: sa.Connection, asked: AccessRequest) -> None:
    """Refuses a wish while the same one is open: two yeses would be two budgets.

    Raises:
        ConflictError: it is.
    """
    same = ("consumer", "product", "purpose", "state")
    facts = request_facts(asked)
    query = select_requests().where(*(access_requests.c[name] == facts[name] for name in same))
    other = connection.execute(query).first()
    if other is not None:
        raise ConflictError(
            f"request {other.id} asks for the same and is open", hint="wait for its decision"
        )


def _decide(
    connection: sa.Connection, request: str, state: State, decision: Decision
) -> AccessRequest:
    """Puts a decision on record; the request as it is then.

    Raises:
        AccessDeniedError: the request is the steward's own.
        ConflictError: it has been decided on.
        NotFoundError: no such request is on record.
    """
    found = access_requests.c.id == request
    asked = request_of(one(connection, select_requests().where(found), request))
    if asked.state is not State.REQUESTED:
        raise ConflictError(
            f"request {request} is {asked.state}, expected one that is open",
            hint="revoke the grant, or let the consumer request again",
        )
    if asked.requested_by == decision.by:
        raise AccessDeniedError(
            "nobody decides on a request of their own", hint="another steward has to"
        )
    made = {"decided_by": decision.by, "decision": decision.reason, "decided_at": decision.at}
    connection.execute(sa.update(access_requests).where(found).values(state=state, **made))
    return replace(asked, state=state, decided_by=decision.by)


def _grant(asked: AccessRequest, limits: Limits, decision: Decision) -> Grant:
    """The grant that answers a request.

    Raises:
        ConflictError: it would have expired already.
    """
    if limits.expires_at <= decision.at:
        raise ConflictError(
            f"found a grant until {stamp(limits.expires_at)}, expected one that ends later than now"
        )
    return Grant(
        id=fresh("grant"),
        consumer=asked.consumer,
        product=asked.product,
        purpose=asked.purpose,
        expires_at=limits.expires_at,
        epsilon=limits.epsilon,
        max_queries=limits.max_queries,
        min_units=limits.min_units,
        approved_by=decision.by,
    )


def _open_accounts(connection: sa.Connection, grant: Grant, product: DataProduct) -> None:
    """Opens the grant's own accounts, and what the consumer may learn under all its grants."""
    learns = Account.of_consumer(grant.consumer, grant.product)
    open_account(connection, Account.of_grant(grant.id, Unit.EPSILON), grant.epsilon)
    open_account(connection, Account.of_grant(grant.id, Unit.QUERIES), grant.max_queries)
    # A later contract may let one consumer learn more; a steward's yes is what makes it so.
    open_account(connection, learns, total=0)
    widen(connection, learns, product.contract.terms.budgets.consumer)
