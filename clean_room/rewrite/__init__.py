"""Relation to Plan, by RULES in this order.

A rule is a module, a function of the same name, and a file of before and after of the same name in
the tests. The first three refuse; the others rewrite what is computed.
"""

from collections.abc import Callable

from clean_room.accounting import PrivacyLoss
from clean_room.plan import Plan
from clean_room.relation import Relation
from clean_room.rewrite.bound_contributions import bound_contributions
from clean_room.rewrite.check_filters import check_filters
from clean_room.rewrite.check_limits import check_limits
from clean_room.rewrite.check_uses import check_uses
from clean_room.rewrite.clip_measures import clip_measures
from clean_room.rewrite.count_units import count_units
from clean_room.rewrite.drop_small_groups import drop_small_groups
from clean_room.rewrite.weigh_contributions import weigh_contributions
from clean_room.sensitivity import Noise, sensitivity
from connectors.snapshot import Snapshot
from data_products.errors import LimitError
from data_products.query import Query
from policies.decision import Permit

LEAST_SHARE = 1000
"""The least epsilon, in millionths, of one aggregate: with less, the noise would be hopeless."""

Rule = Callable[[Relation, Permit], Relation]

RULES: tuple[Rule, ...] = (
    check_uses,
    check_filters,
    check_limits,
    count_units,
    clip_measures,
    bound_contributions,
    weigh_contributions,
    drop_small_groups,
)


def rewrite(
    relation: Relation, permit: Permit, query: Query, snapshots: tuple[Snapshot, ...] = ()
) -> Plan:
    """The plan that answers the relation within the permit's obligations.

    Raises:
        QueryRejectedError: a rule refuses; the kind of error says which.
    """
    for rule in RULES:
        relation = rule(relation, permit)
    noise = _priced(relation, permit)
    loss = PrivacyLoss(epsilon=sum(part.epsilon for part in noise))
    return Plan(query.consumer, query.sql, relation, permit, snapshots, noise, loss)


def _priced(relation: Relation, permit: Permit) -> tuple[Noise, ...]:
    """The noise of each measure, the epsilon in equal parts; none where answers are exact."""
    bound = relation.contribution
    if bound is None:
        return ()
    share = permit.obligations.epsilon // len(relation.measures)
    if share < LEAST_SHARE:
        raise LimitError(
            f"{permit.obligations.epsilon} millionths of epsilon for {len(relation.measures)} "
            f"aggregates; each needs at least {LEAST_SHARE}",
            hint="allow more epsilon, or ask for fewer aggregates",
        )
    return tuple(
        Noise(measure.name, sensitivity(measure, bound), share) for measure in relation.measures
    )
