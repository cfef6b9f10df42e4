"""What can be done in the marketplace, one method each. API, pages and tests all come through here.

Who may do what:

    provider    publishes products of its own organisation, from its own folders
    consumer    requests access, asks, sees its organisation's grants, budgets, answers, receipts
    steward     decides on requests for its own organisation's products, and revokes their grants;
                never decides on a request that the same subject filed
    auditor     reads the log's entries
    operator    nothing of this

All but the operator read products, contracts and the log. Whoever may not see a thing is told that
there is none. The log's checkpoint, keys and proofs, and what contracts say in public, are for all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock

from catalog.access_records import Decision, GrantRecord, Limits
from catalog.catalog import Catalog
from catalog.ledger import Balance
from catalog.releases import Recorded, RequestKey
from clean_room.parsing import parse
from clean_room.plan import Plan
from clean_room.room import CleanRoom
from data_products.digest import Json
from data_products.errors import AccessDeniedError, NotFoundError, WithheldError
from data_products.parties import Participant, ProductId, Role, owner
from data_products.product import DataProduct
from data_products.query import Query
from marketplace_api.dealings import (
    Answer,
    Cost,
    Explanation,
    Verdict,
    Wish,
    asked,
    decided_by,
    on_record,
)
from marketplace_api.entitlement import (
    READERS,
    is_party,
    require,
    require_asker,
    require_offered,
)
from marketplace_api.publication import Publication, without_locations
from policies.access import AccessRequest
from policies.enforcer import Enforcer

STRIPES = 64
"""Locks that keep equal questions apart from one another; more only lets more run at once."""


class Marketplace:
    """The use cases, each for the participant who calls."""

    def __init__(
        self,
        catalog: Catalog,
        room: CleanRoom,
        publication: Publication,
        clock: Callable[[], datetime],
    ) -> None:
        self._catalog = catalog
        self._room = room
        self._publication = publication
        self._clock = clock
        self._enforcer = Enforcer(catalog.grants)
        self._stripes = [Lock() for _ in range(STRIPES)]

    def close(self) -> None:
        """Ends the engine's workers."""
        self._room.close()

    def publish(self, participant: Participant, document: str, location: str) -> DataProduct:
        """Publishes a version of a product: its contract, and where its data lie.

        Raises:
            AccessDeniedError: the participant is no provider, or the product is not its own.
            ContractError: the document is no valid contract, or the data do not keep it.
            RequestError: the location is not the provider's, or holds nothing.
            ConflictError: the version is not above those published.
        """
        require(participant, Role.PROVIDER)
        product, snapshot = self._publication.prepare(participant.id, document, location)
        self._catalog.products.publish(product, document, snapshot, self._clock())
        return product

    def catalogue(self) -> Sequence[DataProduct]:
        """The products that can be asked, for everyone."""
        return self._catalog.products.all()

    def products(self, participant: Participant) -> Sequence[DataProduct]:
        """The products that can be asked."""
        require(participant, *READERS)
        return self.catalogue()

    def product(self, participant: Participant, product: ProductId) -> DataProduct:
        """One product, listed or not."""
        require(participant, *READERS)
        return self._catalog.products.get(product)

    def contract(self, participant: Participant, product: ProductId) -> str:
        """The product's contract as it was published."""
        require(participant, *READERS)
        return self._catalog.products.document(product)

    def request_access(self, participant: Participant, wish: Wish) -> AccessRequest:
        """Files a request for the owner's stewards to answer.

        Raises:
            PurposeProhibitedError: the contract forbids the purpose to everyone.
            AccessDeniedError: the participant is no consumer, or the purpose is not offered.
        """
        require(participant, Role.CONSUMER)
        require_offered(self._catalog.products.get(wish.product), wish.purpose)
        request = AccessRequest(
            "", participant.id, wish.product, wish.purpose, wish.reason, participant.subject
        )
        return self._catalog.grants.request(request, self._clock())

    def access_requests(self, participant: Participant) -> Sequence[AccessRequest]:
        """What one's organisation asked (consumer), and what was asked of it (steward)."""
        require(participant, Role.CONSUMER, Role.STEWARD)
        requests = self._catalog.grants.requests_for(participant.id)
        return [r for r in requests if is_party(participant, r.consumer, r.product)]

    def decide(self, participant: Participant, request_id: str, verdict: Verdict) -> AccessRequest:
        """Approves or refuses a request, once.

        Raises:
            NotFoundError: there is no such request for a product of the steward's organisation.
            AccessDeniedError: the participant is no steward, or filed it.
            ConflictError: it has been decided on.
        """
        require(participant, Role.STEWARD)
        request = self._catalog.grants.get_request(request_id)
        # A request for another's product is not told from one that does not exist.
        if owner(request.product) != participant.id:
            raise NotFoundError("no such request for a product of yours", hint="list the requests")
        if request.requested_by == participant.subject:
            raise AccessDeniedError(
                "nobody decides on a request of their own", hint="another steward has to"
            )
        at = self._clock()
        decision = Decision(participant.subject, verdict.reason, at)
        if verdict.approve:
            expires = at + timedelta(days=verdict.days)
            limits = Limits(verdict.epsilon, verdict.max_queries, expires, verdict.min_units)
            self._catalog.grants.approve(request_id, limits, decision)
        else:
            self._catalog.grants.refuse(request_id, decision)
        return self._catalog.grants.get_request(request_id)

    def grants(self, participant: Participant) -> Sequence[GrantRecord]:
        """What one's organisation holds (consumer), and what it has given (steward)."""
        require(participant, Role.CONSUMER, Role.STEWARD)
        records = self._catalog.grants.all_for(participant.id)
        return [r for r in records if is_party(participant, r.grant.consumer, r.grant.product)]

    def revoke(self, participant: Participant, grant_id: str) -> GrantRecord:
        """Ends a grant at once and for good.

        Raises:
            NotFoundError: the participant is neither a steward of its owner nor its consumer.
            ConflictError: it is not in force.
        """
        require(participant, Role.CONSUMER, Role.STEWARD)
        grant = self._catalog.grants.get(grant_id).grant
        if not is_party(participant, grant.consumer, grant.product):
            raise NotFoundError("no such grant of yours", hint="list the grants")
        ending = Decision(participant.subject, "revoked by a party", self._clock())
        self._catalog.grants.revoke(grant_id, ending)
        return self._catalog.grants.get(grant_id)

    def budgets(self, participant: Participant) -> Sequence[tuple[GrantRecord, Balance]]:
        """The consumer's grants in force, with what is left of them."""
        require(participant, Role.CONSUMER)
        at = self._clock()
        records = self._catalog.grants.all_for(participant.id)
        held = [r for r in records if r.grant.consumer == participant.id and r.in_force(at)]
        return [(record, self._catalog.ledger.balance(record.grant)) for record in held]

    def explain(self, query: Query, participant: Participant) -> Explanation:
        """What asking would cost and give; nothing is spent and no row is read.

        Raises:
            AccessDeniedError: no grant allows it.
            QueryRejectedError: a rule refuses it; with a rewrite, where there is one.
            WithheldError: it was asked before, in vain.
        """
        require_asker(participant, query)
        plan = self._plan(query, self._clock())
        known = self._catalog.releases.find(plan.fingerprint)
        budget = self._catalog.ledger.balance(plan.permit.grants[0])
        return Explanation(plan.explanation(), budget, known is not None)

    def answer(self, query: Query, participant: Participant, key: str) -> Answer:
        """Answers a question, or says why not; `key` makes a repetition the same request.

        Raises:
            ConflictError: the key was used for another question.
            AccessDeniedError: no grant allows it.
            QueryRejectedError: a rule refuses it; with a rewrite, where there is one.
            BudgetExhaustedError: a budget does not cover it; nothing was read.
            WithheldError: nothing in the answer may be shown.
            ExecutionError: the clean room could not finish; the cost stays spent.
        """
        require_asker(participant, query)
        request = RequestKey(participant.id, key, asked(query))
        # What was given under this key is given again, also when the grant has ended since.
        known = self._catalog.releases.recall(request)
        if known is not None:
            return self._given(known)
        at = self._clock()
        with self._catalog.noting_refusal(query, at) as record, on_record(record):
            plan = self._plan(query, at)
            made, cost = self._outcome(plan, at)
        return self._given(self._catalog.releases.remember(request, made), cost)

    def recorded(self, participant: Participant, release_id: str) -> Answer:
        """An answer that was given to the participant's organisation before.

        Raises:
            NotFoundError: there is none of that id, or it was not.
        """
        require(participant, Role.CONSUMER)
        found = self._catalog.releases.get(release_id)
        if found.consumer != participant.id:
            raise NotFoundError("no answer of that id was given to you")
        return self._given(found)

    def receipt(self, participant: Participant, record_id: str) -> dict[str, Json]:
        """The receipt of a release or a refusal of the participant's organisation.

        Raises:
            NotFoundError: there is none of that id, or it is another's.
        """
        require(participant, Role.CONSUMER)
        receipt = self._catalog.receipts.get(record_id)
        statement = receipt["statement"]
        if not isinstance(statement, dict) or statement.get("consumer") != participant.id:
            raise NotFoundError("no receipt of that id is yours")
        return receipt

    def _plan(self, query: Query, at: datetime) -> Plan:
        """Steps 1 to 4: the plan of a question that is permitted."""
        statement = parse(query.sql)
        products = self._catalog.products.resolve(statement.tables)
        permit = self._enforcer.permit(query, products, at)
        with without_locations():
            return self._room.plan(statement, products, permit, query)

    def _outcome(self, plan: Plan, at: datetime) -> tuple[Recorded, Cost | None]:
        """Step 5: the one outcome that this plan has, and its cost; none if it was there before."""
        # Two noisy answers to one question would tell more than was paid for.
        with self._stripes[int(plan.fingerprint[:8], 16) % STRIPES]:
            known = self._catalog.releases.find(plan.fingerprint)
            if known is not None:
                return self._catalog.repeat(plan, known, at), None
            try:
                release = self._room.run(plan)
            # It stays so: asking until a noisy threshold is passed would pass it.
            except WithheldError as error:
                return self._catalog.withhold(plan, error, at), None
            made = self._catalog.record(plan, release, self._room.facts(), at)
        return made, Cost(plan.loss.epsilon, plan.loss.queries)

    def _given(self, recorded: Recorded, cost: Cost | None = None) -> Answer:
        """A release on record as an answer; without a cost, one that was given before."""
        rule, grant = decided_by(recorded.receipt["statement"])
        budget = self._catalog.ledger.balance(self._catalog.grants.get(grant).grant)
        paid, cached = cost or Cost(0, 0), cost is None
        return Answer(recorded.id, recorded.wire, cached, paid, rule, budget, recorded.receipt)

    def checkpoint(self) -> str:
        """The log's signed checkpoint, for everyone."""
        return self._catalog.log.checkpoint()

    def keys(self) -> dict[str, str]:
        """The verifier keys of the log and the room, for everyone."""
        return self._catalog.log.vkeys

    def proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """An inclusion proof (RFC 6962), for everyone: hashes tell nothing."""
        return self._catalog.log.inclusion_proof(index, size)

    def entry(self, participant: Participant, index: int) -> dict[str, Json]:
        """The public part of a log entry: what happened when, and salted commitments."""
        require(participant, *READERS)
        return self._catalog.log.entry(index)

    def engine(self) -> dict[str, Json]:
        """What runs plans, and how well it is shut in, for everyone."""
        return self._room.facts()
