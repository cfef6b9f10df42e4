"""Statistical disclosure control: what may be let out of the measurements.

1. A group with fewer privacy units than the threshold is not shown, nor one that is not on the
   public grid; where noise protects, it is the noisy number of units that counts.
2. A value with fewer contributing units than the threshold is withheld, whatever the group has; so
   is a count of values that leaves out some units, but fewer than the threshold.
3. p% rule (Cox 1981; Hundepool et al., Statistical Disclosure Control, 2012): a value is withheld
   when what all but the two largest units add is less than p % of the largest, so that the second
   largest could estimate the largest that closely. Nothing is exempt: counts are sums of ones.

What a consumer reads is computed from what is left, and cannot bring anything back.
"""

from collections.abc import Iterator

from clean_room.expressions import Cell
from clean_room.key_grid import count_cells, on_grid
from clean_room.plan import Plan
from clean_room.presentation import present
from clean_room.relation import UNITS
from clean_room.results import Mark, Measured, Measurements, Release, Weight, Withheld
from data_products.errors import DominanceError, LimitError, ThresholdError
from policies.decision import Obligations

Shown = dict[str, Cell]


def disclose(measurements: Measurements, plan: Plan) -> Release:
    """The release.

    Raises:
        ThresholdError: every group is below the threshold.
        DominanceError: every value of the groups that are not is withheld.
        LimitError: more groups would be shown than the contract allows.
    """
    groups = list(_large_enough(measurements, plan))
    shown = [_shown(group, plan) for group in groups]
    values = [row[name] for row in shown for name in row if name not in _unprotected(plan)]
    dominated = values.count(Mark.WITHHELD)
    _check_any(groups, plan, everything=bool(values) and dominated == len(values))
    cells = count_cells(plan.relation)
    below = None if cells is None else cells - len(groups)
    return present(shown, plan, Withheld(below, dominated))


def _unprotected(plan: Plan) -> frozenset[str]:
    """The names that are no asked-for values: keys, and the count of units unless it was asked."""
    names = {key.name for key in plan.relation.keys}
    asked = {name for output in plan.relation.presentation.outputs for name in output.names()}
    return frozenset(names if UNITS in asked else names | {UNITS})


def _check_any(groups: list[Measured], plan: Plan, *, everything: bool) -> None:
    """Refuses an answer in which nothing could be read, or too much."""
    least, most = plan.permit.obligations.min_units, plan.relation.product.contract.terms.max_cells
    if not groups:
        raise ThresholdError(
            f"no group has {least} privacy units or more; nothing can be shown",
            hint="ask for coarser groups or fewer conditions",
        )
    if everything:
        raise DominanceError(
            "in every group few privacy units make up the value; nothing can be shown",
            hint="ask for coarser groups, or for COUNT(DISTINCT) of the privacy unit",
        )
    if len(groups) > most:
        raise LimitError(
            f"the answer has more than the {most} groups that the contract allows",
            hint="ask for coarser groups, or add a condition",
        )


def _large_enough(measurements: Measurements, plan: Plan) -> Iterator[Measured]:
    """The groups of the grid with enough privacy units (rule 1)."""
    known = on_grid(plan.relation)
    for group in measurements.groups:
        units = group.values[UNITS]
        if (
            isinstance(units, int)
            and units >= plan.permit.obligations.min_units
            and known(group.keys)
        ):
            yield group


def _shown(group: Measured, plan: Plan) -> Shown:
    """A group's keys and values, with those withheld that rules 2 and 3 withhold."""
    names = [key.name for key in plan.relation.keys]
    shown: Shown = dict(zip(names, group.keys, strict=True))
    for name, value in group.values.items():
        weight = group.weights.get(name)
        safe = weight is None or is_safe(weight, plan.permit.obligations)
        shown[name] = value if safe else Mark.WITHHELD
    return shown


def is_safe(weight: Weight, obligations: Obligations) -> bool:
    """Whether a value of this make-up may be shown, by rules 2 and 3.

    >>> from decimal import Decimal
    >>> terms = Obligations(min_units=3, p_percent=10, epsilon=0)
    >>> is_safe(Weight(5, Decimal(100), Decimal(60), Decimal(30)), terms)
    True
    >>> is_safe(Weight(5, Decimal(100), Decimal(92), Decimal(5)), terms)
    False
    """
    others = weight.total - weight.largest - weight.second
    return (
        weight.units >= obligations.min_units
        and (
            weight.lacking is None
            or not weight.lacking.units
            or is_safe(weight.lacking, obligations)
        )
        and 100 * others >= obligations.p_percent * weight.largest
    )
