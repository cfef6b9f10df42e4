"""Runs plans with DuckDB, each in a locked-down process of its own."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from types import NoneType
from typing import Self

from clean_room.engines import wire
from clean_room.engines.jobs import MOST_GROUPS, job
from clean_room.engines.workshop import Workshop, failure
from clean_room.expressions import Kind
from clean_room.plan import Plan
from clean_room.regeneration import regenerate
from clean_room.relation import Relation
from clean_room.results import Aggregates, EngineRow, EngineValue
from data_products.digest import Json
from data_products.errors import LimitError

KEYS: dict[Kind, type] = {
    Kind.STRING: str,
    Kind.INTEGER: int,
    Kind.DECIMAL: Decimal,
    Kind.BOOLEAN: bool,
    Kind.DATE: date,
    Kind.TIMESTAMP: datetime,
}
"""What a key of each kind is in Python."""


class IsolatedDuckDB:
    """DuckDB in a fresh process for each plan; memory in mebibytes, seconds on the clock."""

    def __init__(self, *, memory: int = 4096, seconds: int = 60, threads: int = 2) -> None:
        self._threads = threads
        self._workshop = Workshop(memory=memory, seconds=seconds)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self.close()

    def run(self, plan: Plan) -> Aggregates:
        """The plan's true aggregates.

        Raises:
            ExecutionError: it could not be finished; never why.
            LimitError: there are more groups than any contract allows.
        """
        asked = job(plan, memory=self._workshop.memory, threads=self._threads)
        answer = self._workshop.run(asked)
        try:
            return Aggregates(tuple(_rows(answer, plan.relation)))
        except (wire.WireError, TypeError, ValueError):
            raise failure() from None

    @cached_property
    def _probed(self) -> dict[str, object]:
        """What a worker says of itself."""
        return self._workshop.run(wire.PROBE)

    def facts(self) -> dict[str, Json]:
        """The engine's name and version and the sandbox measures in force."""
        measures = self._probed.get("measures")
        return {
            "engine": "duckdb",
            "version": str(self._probed.get("version")),
            "sandbox": [str(name) for name in measures] if isinstance(measures, list) else [],
        }

    def close(self) -> None:
        """Ends the workers."""
        self._workshop.close()


def _rows(answer: dict[str, object], relation: Relation) -> Iterator[EngineRow]:
    """Each group's values by name, rebuilt from what a worker sent, which is not trusted.

    Raises:
        WireError: it is not what was asked for; or TypeError or ValueError.
        LimitError: there are more groups than any contract allows.
    """
    names = regenerate(relation).named_selects
    kinds = {key.name: KEYS[key.expression.kind] for key in relation.keys}
    for row in _sent(answer, names):
        values = dict(zip(names, map(wire.decode, row), strict=True))
        if not all(_is_number(values[name]) for name in names[len(kinds) :]):
            raise wire.WireError("a value is no number")
        # A time that Python has none for comes as text; such a group is not shown.
        if all(type(values[name]) in (kind, NoneType) for name, kind in kinds.items()):
            yield values


def _sent(answer: dict[str, object], names: list[str]) -> list[list[object]]:
    """The rows that a worker sent, if they are rows of these columns and not too many."""
    rows = answer.get("rows")
    if answer.get("names") != names or not isinstance(rows, list):
        raise wire.WireError("the result has other columns")
    if len(rows) > MOST_GROUPS:
        raise LimitError(
            f"the answer has more than {MOST_GROUPS} groups",
            hint="ask for coarser groups, or add a condition",
        )
    return rows


def _is_number(value: EngineValue) -> bool:
    """Whether it is a number or nothing, or several of these."""
    parts = value if isinstance(value, tuple) else (value,)
    return all(isinstance(part, int | Decimal | None) for part in parts)
