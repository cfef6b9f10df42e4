"""No noise: values stay true, and come with what the threshold and dominance rules need to know."""

from dataclasses import replace
from decimal import Decimal

from clean_room.plan import Plan
from clean_room.relation import UNITS, Measure
from clean_room.results import (
    Aggregates,
    EngineRow,
    EngineValue,
    Measured,
    Measurements,
    Weight,
    plain,
)


class ExactMechanism:
    """Leaves values as they are. Disclosure rules are then the only protection."""

    def measure(self, aggregates: Aggregates, plan: Plan) -> Measurements:
        """The aggregates with their weights."""
        names = [key.name for key in plan.relation.keys]
        measures = plan.relation.measures
        return Measurements(
            tuple(
                Measured(
                    keys=tuple(plain(row[name]) for name in names),
                    values={m.name: plain(row[m.name]) for m in measures},
                    weights={measure.name: _weight(measure, row) for measure in measures},
                )
                for row in aggregates.rows
            )
        )


def _weight(measure: Measure, row: EngineRow) -> Weight:
    """What a value is made of; every unit adds one to the count of units."""
    if measure.name == UNITS:
        units = _number(row[UNITS])
        return Weight(
            int(units), units, min(units, Decimal(1)), max(min(units - 1, Decimal(1)), Decimal(0))
        )
    lacking = f"{measure.name}_lacking"
    without = _weight_of(lacking, row) if f"{lacking}_units" in row else None
    return replace(_weight_of(measure.name, row), lacking=without)


def _weight_of(name: str, row: EngineRow) -> Weight:
    """What the engine tells of a value's make-up."""
    top = row[f"{name}_top"]
    first, second, *_ = (*(top if isinstance(top, tuple) else ()), 0, 0)
    return Weight(
        units=int(_number(row[f"{name}_units"])),
        total=_number(row[f"{name}_weight"]),
        largest=_number(first),
        second=_number(second),
    )


def _number(value: EngineValue) -> Decimal:
    """A number as a decimal; nothing is zero."""
    return Decimal(0) if value is None else Decimal(str(value))
