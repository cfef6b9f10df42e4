"""The decision, line by line, and beside an evaluator that shares no code with it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from harbour import DECLARATIONS, MARKETING, NOISY, NOW, OFFICE, STATISTICS, VISITS, declarations

from data_products.contract import Budgets, Mode
from data_products.errors import (
    AccessDeniedError,
    EntrepotError,
    PurposeNotAgreedError,
    PurposeProhibitedError,
)
from data_products.parties import ParticipantId, ProductId
from data_products.product import DataProduct
from data_products.purpose import PARENT, Purpose
from data_products.query import Query
from policies.access import Grant
from policies.decision import Permit
from policies.enforcer import Enforcer

OFFICIAL = Purpose("dpv:ProvideOfficialStatistics")
BENEFIT = Purpose("dpv:PublicBenefit")
ANY_MARKETING = Purpose("dpv:Marketing")
INSURER = ParticipantId("insurer")


@dataclass(frozen=True)
class Kept:
    """Grants kept in a list, of which those in force are found as the catalog finds them."""

    grants: tuple[Grant, ...]

    def in_force(
        self, consumer: ParticipantId, product: ProductId, at: datetime
    ) -> Sequence[Grant]:
        """The consumer's grants for the product that are not expired."""
        named = [g for g in self.grants if (g.consumer, g.product) == (consumer, product)]
        return [grant for grant in named if at < grant.expires_at]


@dataclass(frozen=True)
class Careless:
    """Grants kept by somebody who hands out all of them to anybody."""

    grants: tuple[Grant, ...]

    def in_force(
        self,
        consumer: ParticipantId,  # noqa: ARG002 - the carelessness
        product: ProductId,  # noqa: ARG002
        at: datetime,  # noqa: ARG002
    ) -> Sequence[Grant]:
        """Every grant."""
        return self.grants


def grant(purpose: Purpose = STATISTICS, **changes) -> Grant:
    """The statistics office's grant for declarations, with changes."""
    made = Grant(
        "grant-1", OFFICE, DECLARATIONS.id, purpose, NOW + timedelta(days=1), 4_000_000, 200
    )
    return replace(made, **changes)


def query(purpose: Purpose = STATISTICS, max_epsilon: int | None = None) -> Query:
    """The office's query; its text has no part in the decision."""
    return Query(OFFICE, purpose, "SELECT 1", max_epsilon)


def decide(
    *grants: Grant, purpose: Purpose = STATISTICS, product: DataProduct = DECLARATIONS
) -> Permit:
    """The permit for the office's query."""
    return Enforcer(Kept(grants)).permit(query(purpose), [product], NOW)


def test_purpose_covers_those_beneath():
    wide = declarations(purposes=frozenset({BENEFIT}))
    assert decide(grant(BENEFIT), purpose=STATISTICS, product=wide).grants[0].purpose == BENEFIT


@pytest.mark.parametrize("asked", [OFFICIAL, BENEFIT, Purpose("ent:BerthPlanning")])
def test_purpose_covers_nothing_else(asked):
    wide = declarations(purposes=frozenset({Purpose("dpv:Purpose")}), prohibited=frozenset())
    with pytest.raises(PurposeNotAgreedError, match="agreed: ent:TradeStatistics"):
        decide(grant(), purpose=asked, product=wide)


def test_deny_outweighs_any_allow():
    wide = declarations(purposes=frozenset({ANY_MARKETING}), prohibited=frozenset({MARKETING}))
    with pytest.raises(PurposeProhibitedError):
        decide(grant(MARKETING), grant(ANY_MARKETING), purpose=MARKETING, product=wide)


def test_deny_leaves_wider_purpose():
    wide = declarations(purposes=frozenset({ANY_MARKETING}), prohibited=frozenset({MARKETING}))
    assert decide(grant(ANY_MARKETING), purpose=ANY_MARKETING, product=wide)


def test_later_prohibition_outweighs_grant():
    with pytest.raises(PurposeProhibitedError, match="to everyone"):
        decide(grant(MARKETING), purpose=MARKETING)


def test_purpose_no_longer_offered():
    narrowed = declarations(purposes=frozenset({Purpose("ent:BerthPlanning")}))
    with pytest.raises(PurposeNotAgreedError, match="does not offer") as refusal:
        decide(grant(), product=narrowed)
    assert refusal.value.hint == "offered: ent:BerthPlanning"


def test_prohibition_is_hinted_at():
    with pytest.raises(PurposeNotAgreedError) as refusal:
        decide(grant(), purpose=MARKETING)
    assert "would be refused" in refusal.value.hint


@pytest.mark.parametrize(
    "foreign",
    [
        grant(consumer=INSURER),
        grant(consumer=ParticipantId("*")),
        grant(consumer=ParticipantId("statistics-office2")),
        grant(product=VISITS.id),
        grant(product=ProductId("*")),
    ],
    ids=lambda foreign: f"{foreign.consumer} {foreign.product}",
)
def test_foreign_grant_never_helps(foreign):
    with pytest.raises(AccessDeniedError):
        Enforcer(Careless((foreign,))).permit(query(), [DECLARATIONS], NOW)


def test_no_grant_denies_access():
    with pytest.raises(AccessDeniedError, match="no grant in force") as refusal:
        decide()
    assert refusal.value.code == "ACCESS_DENIED"


@pytest.mark.parametrize("seconds", [0, 1])
def test_grant_ends_with_time(seconds):
    with pytest.raises(AccessDeniedError):
        decide(grant(expires_at=NOW - timedelta(seconds=seconds)))


def test_every_product_must_be_allowed():
    enforcer = Enforcer(Kept((grant(),)))
    with pytest.raises(AccessDeniedError, match=VISITS.id):
        enforcer.permit(query(), [DECLARATIONS, VISITS], NOW)


def test_rule_names_each_grant():
    both = (grant(), grant(id="grant-2", product=VISITS.id))
    permit = Enforcer(Kept(both)).permit(query(), [DECLARATIONS, VISITS], NOW)
    assert permit.rule == (
        "p, statistics-office, customs-be.import_declarations, ent:TradeStatistics, query, allow, "
        "grant-1; p, statistics-office, beanr.gate_visits, ent:TradeStatistics, query, allow, "
        "grant-2"
    )
    assert permit.grants == both


def test_rule_is_the_covering_grant():
    other = grant(Purpose("ent:BerthPlanning"), id="grant-0")
    assert decide(other, grant()).grants == (grant(),)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "grant-2"},
        {"purpose": OFFICIAL},
    ],
)
def test_policy_digest_changes_with_grant(changed):
    wide = declarations(purposes=frozenset({OFFICIAL}))
    policies = {decide(g, product=wide).policy for g in (grant(), grant(**changed))}
    assert len(policies) == 2


def test_policy_digest_changes_with_lines():
    more = declarations(prohibited=frozenset({ANY_MARKETING}))
    other = grant(Purpose("ent:BerthPlanning"), id="grant-2")
    policies = [decide(grant()), decide(grant(), product=more), decide(grant(), other)]
    assert len({permit.policy for permit in policies}) == 3


def test_policy_digest_knows_no_order():
    other = grant(OFFICIAL, id="grant-2")
    assert decide(grant(), other).policy == decide(other, grant()).policy


@pytest.mark.parametrize(("asked", "expected"), [(0, 10), (9, 10), (11, 11), (500, 500)])
def test_grant_only_raises_threshold(asked, expected):
    assert decide(grant(min_units=asked)).obligations.min_units == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(None, 500_000), (1, 1), (499_999, 499_999), (500_001, 500_000), (10**12, 500_000)],
)
def test_ceiling_only_lowers_epsilon(asked, expected):
    permit = Enforcer(Kept((grant(),))).permit(query(max_epsilon=asked), [NOISY], NOW)
    assert permit.obligations.epsilon == expected


def test_exact_mode_costs_no_epsilon():
    assert decide(grant()).obligations.epsilon == 0


def test_strictest_of_products_binds():
    strict = replace(
        VISITS.contract.terms, mode=Mode.DP, min_units=30, budgets=Budgets(1000, 2000, 3000)
    )
    visits = replace(VISITS, contract=replace(VISITS.contract, terms=strict))
    both = (grant(), grant(product=VISITS.id, min_units=20))
    obliged = Enforcer(Kept(both)).permit(query(), [NOISY, visits], NOW).obligations
    assert (obliged.min_units, obliged.p_percent, obliged.epsilon) == (30, 15, 1000)


def above(term: str) -> list[str]:
    """The term and all above it, by the vocabulary's own table."""
    return [term, *above(PARENT[term])] if term else []


def expected_code(asked: Query, product: DataProduct, grants: Sequence[Grant], at: datetime) -> str:
    """The code of the refusal, or nothing, by reading the rules one after the other."""
    terms = product.contract.terms
    wider = above(asked.purpose.term)
    held = [
        g
        for g in grants
        if g.consumer == asked.consumer and g.product == product.id and at < g.expires_at
    ]
    if not held:
        return "ACCESS_DENIED"
    if not any(g.purpose.term in wider for g in held):
        return "PURPOSE_NOT_AGREED"
    if any(barred.term in wider for barred in terms.prohibited):
        return "PURPOSE_PROHIBITED"
    return "" if any(p.term in wider for p in terms.purposes) else "PURPOSE_NOT_AGREED"


def found_code(asked: Query, product: DataProduct, grants: Sequence[Grant], at: datetime) -> str:
    """The code of the enforcer's refusal, or nothing."""
    try:
        Enforcer(Kept(tuple(grants))).permit(asked, [product], at)
    except EntrepotError as error:
        return error.code
    return ""


def random_case(draw: random.Random) -> tuple[Query, DataProduct, list[Grant], datetime]:
    """A request that is near to being allowed, among purposes of one branch and beside it."""
    branch = [
        Purpose(t) for t in PARENT if "dpv:Marketing" in above(t) or t in above(str(STATISTICS))
    ]
    prohibited = frozenset(draw.sample(branch, draw.choice([0, 1, 1])))
    open_to = [p for p in branch if not any(barred.covers(p) for barred in prohibited)]
    product = declarations(
        purposes=frozenset(draw.sample(open_to, 1)) if open_to else frozenset({MARKETING}),
        prohibited=prohibited if open_to else frozenset(),
    )
    grants = [
        grant(
            draw.choice(branch),
            id=f"grant-{i}",
            consumer=draw.choice([OFFICE, OFFICE, OFFICE, INSURER]),
            product=draw.choice([DECLARATIONS.id, DECLARATIONS.id, VISITS.id]),
            expires_at=NOW + timedelta(hours=draw.choice([-1, 1, 1, 1])),
        )
        for i in range(draw.randrange(4))
    ]
    return query(draw.choice(branch)), product, grants, NOW


def test_decisions_equal_independent_evaluator():
    draw = random.Random(20261125)  # noqa: S311 - cases, not keys
    cases = [random_case(draw) for _ in range(2000)]
    expected = [expected_code(*case) for case in cases]
    assert [found_code(*case) for case in cases] == expected
    assert {code: expected.count(code) > 20 for code in set(expected)} == dict.fromkeys(
        ["", "ACCESS_DENIED", "PURPOSE_NOT_AGREED", "PURPOSE_PROHIBITED"], True
    )
