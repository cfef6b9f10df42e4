"""What exact answers must be, worked out row by row in plain Python from the rules alone.

A row is a mapping with `importer_id` and the columns of a product. Rows without an importer count
for nothing. The rules, as docs/explanation/disclosure-control.md has them:

1. A group is shown if it has `k` importers.
2. A value is shown if `k` importers have one; a count of values also only if the importers who lack
   one are none or `k`.
3. Nor is it shown if all but the two largest importers add less than p % of what the largest adds,
   in absolute terms.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Row = Mapping[str, object]
Number = int | Decimal
HIDDEN = "hidden"


@dataclass(frozen=True)
class Rules:
    """The threshold, and p of the dominance rule."""

    k: int
    p: int


def groups(rows: Iterable[Row], keys: Sequence[str]) -> dict[tuple[object, ...], list[Row]]:
    """The rows that are somebody's, by their keys."""
    found: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["importer_id"] is not None:
            found[tuple(row[key] for key in keys)].append(row)
    return dict(found) if keys else {(): found.get((), [])}


def units(rows: Iterable[Row]) -> int:
    """How many importers there are."""
    return len({row["importer_id"] for row in rows})


def contributions(
    rows: Iterable[Row], measure: Callable[[Row], Number | None]
) -> dict[object, list[Number]]:
    """The values that each importer has; who has none is not there."""
    found: dict[object, list[Number]] = defaultdict(list)
    for row in rows:
        value = measure(row)
        if value is not None:
            found[row["importer_id"]].append(value)
    return found


def dominated(weights: Iterable[Number], p: int) -> bool:
    """Whether the second largest could tell the largest to within p %."""
    ordered = sorted(weights, reverse=True)
    return bool(ordered) and 100 * sum(ordered[2:]) < p * ordered[0]


def total(rows: Sequence[Row], name: str, rules: Rules) -> object:
    """SUM of a column."""
    found = contributions(rows, lambda row: row[name])
    weights = [sum(map(abs, values)) for values in found.values()]
    if len(found) < rules.k or dominated(weights, rules.p):
        return HIDDEN
    return sum(sum(values) for values in found.values())


def size(rows: Sequence[Row], rules: Rules) -> object:
    """COUNT(*)."""
    found = contributions(rows, lambda _: 1)
    hidden = len(found) < rules.k or dominated(map(len, found.values()), rules.p)
    return HIDDEN if hidden else len(rows)


def present(rows: Sequence[Row], name: str, rules: Rules) -> object:
    """COUNT of a column."""
    found = contributions(rows, lambda row: row[name])
    lacking = units(row for row in rows if row[name] is None)
    hidden = len(found) < rules.k or dominated(map(len, found.values()), rules.p)
    if hidden or 0 < lacking < rules.k:
        return HIDDEN
    return sum(map(len, found.values()))


def mean(rows: Sequence[Row], name: str, rules: Rules) -> object:
    """AVG of a column: hidden if either part is."""
    above, below = total(rows, name, rules), present(rows, name, rules)
    return HIDDEN if HIDDEN in (above, below) else float(Decimal(above) / Decimal(below))
