"""From released groups to the table that a consumer reads: HAVING, outputs, ORDER BY, LIMIT.

Everything here is computed from released values only, so nothing here can disclose more.
"""

from collections.abc import Sequence

from clean_room.expressions import Cell, Row
from clean_room.plan import Plan
from clean_room.relation import Ordering
from clean_room.results import Field, Mark, Release, Withheld


def present(groups: Sequence[Row], plan: Plan, withheld: Withheld) -> Release:
    """The release that the plan's presentation makes of the groups."""
    shown = plan.relation.presentation
    keys = [key.name for key in plan.relation.keys]
    having = shown.having
    kept = [row for row in groups if having is None or having.evaluate(row) is True]
    # The engine's order depends on the data; without this so would ties, and all without ORDER BY.
    kept.sort(key=lambda row: [_rank(row[key]) for key in keys])
    for ordering in reversed(shown.ordering):
        kept = _sorted(kept, ordering)
    rows = kept if shown.limit is None else kept[: shown.limit]
    return Release(
        fields=tuple(
            Field(o.name, o.expression.kind.value, plan.error_of(o.name)) for o in shown.outputs
        ),
        rows=tuple(tuple(o.expression.evaluate(row) for o in shown.outputs) for row in rows),
        withheld=withheld,
    )


def _rank(value: Cell) -> tuple[bool, Cell]:
    """A sort key for the values of one column; NULL and withheld come last."""
    gap = value is None or value is Mark.WITHHELD
    return gap, "" if gap else value


def _sorted(rows: list[Row], ordering: Ordering) -> list[Row]:
    """The rows by one ordering, stable; NULL and withheld come last either way."""
    ranked = [(_rank(ordering.expression.evaluate(row)), row) for row in rows]
    valued = [(rank, row) for rank, row in ranked if not rank[0]]
    valued.sort(key=lambda pair: pair[0], reverse=ordering.descending)
    return [row for _, row in valued] + [row for rank, row in ranked if rank[0]]
