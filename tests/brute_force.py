"""What exact answers must be, worked out row by row in plain Python from the rules alone.

A row is a mapping with `importer_id` and the columns of a product. Rows without an importer count
for nothing. The rules, as docs/explanation/disclosure-control.md has them:

1. A group is shown if it has `k` importers.
2. A value is shown if `k` importers have one, and if all but the two largest of them add at least
   p % of what the largest adds, in absolute terms. A sum of flags is a count of those that are set.
3. A count of values is shown only if the number of rows that lack one could be shown too, or is 0.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Row = Mapping[str, object]
Number = int | Decimal
HIDDEN = "hidden"
FLAGS = {"fraud"}


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


def additions(rows: Iterable[Row], measure: Callable[[Row], Number | None]) -> list[Number]:
    """What each importer adds to a sum; who has no value adds nothing."""
    found: dict[object, Number] = defaultdict(int)
    for row in rows:
        value = measure(row)
        if value is not None:
            found[row["importer_id"]] += value
    return list(found.values())


def telling(parts: Sequence[Number], rules: Rules) -> bool:
    """Whether a sum of these parts would tell too much of one of them."""
    weights = sorted(map(abs, parts), reverse=True)
    return len(parts) < rules.k or 100 * sum(weights[2:]) < rules.p * weights[0]


def total(rows: Sequence[Row], name: str, rules: Rules) -> object:
    """SUM of a column."""
    parts = additions(rows, lambda row: (row[name] or None) if name in FLAGS else row[name])
    return HIDDEN if telling(parts, rules) else sum(parts)


def size(rows: Sequence[Row], rules: Rules) -> object:
    """COUNT(*)."""
    return HIDDEN if telling(additions(rows, lambda _: 1), rules) else len(rows)


def present(rows: Sequence[Row], name: str, rules: Rules) -> object:
    """COUNT of a column."""
    parts = additions(rows, lambda row: None if row[name] is None else 1)
    lacking = additions(rows, lambda row: 1 if row[name] is None else None)
    hidden = telling(parts, rules) or (lacking and telling(lacking, rules))
    return HIDDEN if hidden else sum(parts)


def mean(rows: Sequence[Row], name: str, rules: Rules) -> object:
    """AVG of a column: hidden if either part is."""
    above, below = total(rows, name, rules), present(rows, name, rules)
    return HIDDEN if HIDDEN in (above, below) else float(Decimal(above) / Decimal(below))
