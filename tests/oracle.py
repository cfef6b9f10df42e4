"""What exact answers must be, computed anew in plain pandas, sharing no code with the clean room.

Amounts are whole numbers of the last digit (cents, tenths), so that sums are exact. A cell has as
many units as distinct ids. A value is shown when enough units contribute to it and when the p% rule
holds: what all but the two largest units add, in absolute terms, is at least p % of the largest. A
sum of ones and zeros counts only units that have a one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Cell:
    """A value of one group: what it truly is, and whether it may be shown."""

    value: int
    shown: bool


@dataclass(frozen=True)
class Rules:
    """The threshold of distinct units, and p of the dominance rule."""

    min_units: int = 10
    p_percent: int = 15


Answer = dict[tuple[object, ...], dict[str, Cell]]


def answer(
    rows: pd.DataFrame, keys: Sequence[str], measures: Sequence[str], rules: Rules
) -> Answer:
    """For every group with enough units, each measure's sum, and `rows`, the number of rows.

    The frame has the keys, a column `unit`, and the measures as whole numbers.
    """
    counted = rows.assign(rows=1)
    found: Answer = {}
    for group, members in counted.groupby(list(keys), observed=True):
        if members["unit"].nunique() >= rules.min_units:
            cells = {name: _cell(members, name, rules) for name in (*measures, "rows")}
            found[tuple(group)] = cells
    return found


def dominated(answers: Answer, measure: str) -> int:
    """How many values of the measure are withheld."""
    return sum(not cells[measure].shown for cells in answers.values())


def ratio(above: Cell, below: Cell) -> float | None:
    """A ratio of two values, or None where either is withheld."""
    if not (above.shown and below.shown):
        return None
    return above.value / below.value


def _cell(members: pd.DataFrame, measure: str, rules: Rules) -> Cell:
    """One value of one group."""
    present = members.dropna(subset=[measure])
    added = (abs(int(total)) for total in present.groupby("unit")[measure].sum())
    # A sum of ones and zeros is a count, and who has no one is not among the counted.
    flags = present[measure].isin([0, 1]).all()
    heaviest = sorted((weight for weight in added if weight or not flags), reverse=True)
    first, second = (*heaviest, 0, 0)[:2]
    others = sum(heaviest) - first - second
    safe = len(heaviest) >= rules.min_units and 100 * others >= rules.p_percent * first
    return Cell(int(present[measure].sum()), safe)


def labelled(answers: Answer) -> Mapping[tuple[str, ...], Mapping[str, Cell]]:
    """The same answers, keyed by text, as they come over the wire."""
    return {tuple(str(key) for key in group): cells for group, cells in answers.items()}
