"""Access requests and grants: the steps between, and nothing beside them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.access_records import Decision, GrantRecord, Limits
from data_products.errors import (
    AccessDeniedError,
    ConflictError,
    NotFoundError,
    RequestError,
)
from data_products.product import Status
from data_products.purpose import Purpose
from policies.access import Grants, State

MOVES = "beanr.container_moves"
OFFICE = "statistics-office"


@pytest.fixture
def grants(deal):
    """The grants on record; `deal` holds one."""
    return deal.world.catalog.grants


@pytest.fixture
def decision(world):
    """A steward's."""
    return Decision("steward", "fine", world.now)


@pytest.fixture
def limits(world):
    """Ninety days, epsilon 1, ten questions."""
    return Limits(1_000_000, 10, world.now + timedelta(days=90))


def test_catalog_keeps_policies_grants(grants):
    kept: Grants = grants

    assert callable(kept.in_force)


def test_request_waits_for_decision(grants, deal):
    asked = deal.world.wish()

    assert grants.get_request(asked.id) == asked
    assert (asked.state, asked.decided_by, asked.grant) == (State.REQUESTED, "", "")


def test_request_cannot_approve_itself(grants, deal):
    forged = replace(deal.world.wish(), state=State.APPROVED, decided_by="me", product=MOVES)
    forged = replace(forged, purpose=Purpose("ent:TradeStatistics"), consumer="insurer")

    assert grants.request(forged, deal.world.now).state is State.REQUESTED


def test_open_wish_is_not_repeated(deal):
    first = deal.world.wish()

    with pytest.raises(ConflictError, match=f"{first.id} asks for the same"):
        deal.world.wish()


def test_decided_wish_can_be_repeated(grants, deal, decision):
    grants.refuse(deal.world.wish().id, decision)

    assert deal.world.wish().state is State.REQUESTED


def test_unknown_product_cannot_be_asked(deal):
    with pytest.raises(NotFoundError):
        deal.world.wish(product_id="beanr.nothing")


def test_approval_makes_the_grant(grants, deal, decision, limits):
    asked = deal.world.wish()
    grant = grants.approve(asked.id, limits, decision)

    assert (grant.consumer, grant.product, grant.purpose) == (
        asked.consumer,
        asked.product,
        asked.purpose,
    )
    assert grant.approved_by == "steward"


def test_approved_request_names_its_grant(grants, deal, decision, limits):
    asked = deal.world.wish()
    grant = grants.approve(asked.id, limits, decision)
    found = grants.get_request(asked.id)

    assert (found.state, found.decided_by, found.grant) == (State.APPROVED, "steward", grant.id)


def test_approval_sets_limits(grants, deal, decision, limits):
    grant = grants.approve(deal.world.wish().id, replace(limits, min_units=12), decision)

    assert (grant.epsilon, grant.max_queries, grant.min_units) == (1_000_000, 10, 12)
    assert deal.world.catalog.ledger.balance(grant).queries_total == 10


def test_refused_request_has_no_grant(grants, deal, decision):
    asked = grants.refuse(deal.world.wish().id, decision)

    assert grants.get_request(asked.id) == asked
    assert len(grants.in_force(OFFICE, MOVES, deal.world.now)) == 1


@pytest.mark.parametrize("approved", [True, False])
def test_decision_is_made_once(grants, deal, decision, approved):
    asked = deal.world.wish()
    if approved:
        grants.approve(asked.id, Limits(0, 1, decision.at + timedelta(1)), decision)
    else:
        grants.refuse(asked.id, decision)

    with pytest.raises(ConflictError, match="expected one that is open"):
        grants.refuse(asked.id, decision)


def test_own_request_is_not_approved(grants, deal, decision, limits):
    asked = deal.world.wish()

    with pytest.raises(AccessDeniedError, match="request of their own"):
        grants.approve(asked.id, limits, replace(decision, by=asked.requested_by))


def test_own_request_is_not_refused(grants, deal, decision):
    asked = deal.world.wish()

    with pytest.raises(AccessDeniedError, match="request of their own"):
        grants.refuse(asked.id, replace(decision, by=asked.requested_by))


def test_failed_approval_leaves_request_open(grants, deal, decision, limits):
    asked, entries = deal.world.wish(), deal.world.catalog.log.verify()
    with pytest.raises(ConflictError, match="ends later than now"):
        grants.approve(asked.id, replace(limits, expires_at=decision.at), decision)

    assert grants.get_request(asked.id) == asked
    assert deal.world.catalog.log.verify() == entries


@pytest.mark.parametrize("unknown", ["", "request_0", "x" * 10_000])
def test_unknown_request_is_not_found(grants, decision, limits, unknown):
    with pytest.raises(NotFoundError):
        grants.approve(unknown, limits, decision)


@pytest.mark.parametrize("figure", ["epsilon", "max_queries", "min_units"])
def test_negative_limit_is_refused(limits, figure):
    with pytest.raises(RequestError, match=f"{figure} = -1"):
        replace(limits, **{figure: -1})


def retire(world):
    last = world.catalog.products.get(MOVES)
    newer = replace(last.contract, version="2.0.0")
    world.publish(replace(last, contract=newer, status=Status.RETIRED))


def test_retired_product_cannot_be_asked(deal):
    retire(deal.world)

    with pytest.raises(ConflictError, match="is retired, expected one that is active"):
        deal.world.wish()


def test_retired_product_is_not_granted(grants, deal, decision, limits):
    asked = deal.world.wish()
    retire(deal.world)

    with pytest.raises(ConflictError, match="is retired"):
        grants.approve(asked.id, limits, decision)


def test_later_contract_lets_learn_more(deal, publish):
    publish(version="1.1.0", consumer=6_000_000)
    deal.spend("f1")
    grant = deal.world.grant(epsilon=10_000_000)

    assert deal.world.catalog.ledger.balance(grant).epsilon_left == 5_500_000


@pytest.mark.parametrize(
    ("days", "holds"), [(-1, False), (0, True), (89, True), (90, False), (1000, False)]
)
def test_grant_holds_until_it_expires(grants, deal, days, holds):
    at = deal.world.now + timedelta(days=days)

    assert grants.in_force(OFFICE, MOVES, at) == ((deal.grant,) if holds else ())


@pytest.mark.parametrize(
    ("consumer", "product"), [("insurer", MOVES), (OFFICE, "beanr.port_calls"), ("", "")]
)
def test_grant_holds_for_nobody_else(grants, deal, consumer, product):
    assert grants.in_force(consumer, product, deal.world.now) == ()


def test_revocation_ends_grant_at_once(grants, deal, decision):
    grants.revoke(deal.grant.id, decision)

    assert grants.in_force(OFFICE, MOVES, decision.at) == ()


def test_revocation_is_dated(grants, deal, decision):
    grants.revoke(deal.grant.id, replace(decision, at=decision.at + timedelta(days=1)))

    assert grants.in_force(OFFICE, MOVES, decision.at) == (deal.grant,)
    assert grants.get(deal.grant.id).revoked_at == decision.at + timedelta(days=1)


@pytest.mark.parametrize("days", [0, 90])
def test_ended_grant_is_not_revoked(grants, deal, decision, days):
    if not days:
        grants.revoke(deal.grant.id, decision)

    with pytest.raises(ConflictError, match="not in force"):
        grants.revoke(deal.grant.id, replace(decision, at=decision.at + timedelta(days=days)))


@pytest.mark.parametrize("method", ["get", "get_request"])
def test_unknown_name_is_not_found(grants, method):
    with pytest.raises(NotFoundError, match="'grant_0'"):
        getattr(grants, method)("grant_0")


def test_unknown_grant_is_not_revoked(grants, decision):
    with pytest.raises(NotFoundError):
        grants.revoke("grant_0", decision)


@pytest.mark.parametrize(("party", "count"), [(OFFICE, 1), ("beanr", 2), ("insurer", 1), ("x", 0)])
def test_parties_see_their_grants(grants, deal, party, count):
    deal.world.grant(consumer="insurer")

    assert len(grants.all_for(party)) == count


@pytest.mark.parametrize(("party", "count"), [(OFFICE, 1), ("beanr", 2), ("insurer", 1), ("x", 0)])
def test_parties_see_their_requests(grants, deal, party, count):
    deal.world.wish(consumer="insurer")

    assert len(grants.requests_for(party)) == count


def test_list_tells_a_grants_life(grants, deal):
    assert grants.all_for(OFFICE) == (GrantRecord(deal.grant, deal.world.now, None),)


def test_every_step_is_on_the_log(grants, deal, decision):
    grants.refuse(deal.world.wish().id, decision)
    grants.revoke(deal.grant.id, decision)
    log = deal.world.catalog.log
    kinds = [log.entry(index)["kind"] for index in range(log.verify())]

    assert kinds == ["publish", "request", "grant", "request", "request", "revoke"]


def test_restart_keeps_grants(deal):
    assert deal.world.open().grants.in_force(OFFICE, MOVES, deal.world.now) == (deal.grant,)
