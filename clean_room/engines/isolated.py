"""Runs plans with DuckDB, each in a locked-down process of its own."""

from functools import cached_property
from typing import Self

from clean_room.engines import wire
from clean_room.engines.workshop import Workshop, failure
from clean_room.expressions import columns
from clean_room.plan import Plan
from clean_room.regeneration import regenerate
from clean_room.relation import Relation
from clean_room.results import Aggregates, EngineRow
from connectors.snapshot import Snapshot
from data_products.contract import Column, ColumnType
from data_products.digest import Json

TYPES = {
    ColumnType.STRING: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
}

DIGITS = 18
"""Digits of a number in all: as many as fit in 64 bits, so that sums have 20 more to grow in."""


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
        """
        (snapshot,) = plan.snapshots
        answer = self._workshop.run(self._job(plan, snapshot))
        names, rows = answer.get("names"), answer.get("rows")
        if not isinstance(names, list) or not isinstance(rows, list):
            raise failure()
        return Aggregates(tuple(_row(names, row) for row in rows))

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

    def _job(self, plan: Plan, snapshot: Snapshot) -> dict[str, object]:
        """The plan as plain data for a worker."""
        names = dict(snapshot.names)
        return {
            "product": plan.relation.product.id,
            "format": snapshot.format,
            "files": [
                {
                    "path": file.path,
                    "constants": dict(file.constants),
                    "deleted": list(file.deleted),
                }
                for file in snapshot.files
            ],
            "columns": [
                {
                    "name": column.name,
                    "source": names.get(column.name, column.physical_name or column.name),
                    "type": _type(column),
                }
                for column in _needed(plan.relation)
            ],
            "query": regenerate(plan.relation).sql(dialect="duckdb"),
            "memory": self._workshop.memory,
            "threads": self._threads,
        }


def _row(names: list[str], row: list[object]) -> EngineRow:
    """A group's values by name, rebuilt from what the worker sent."""
    return {name: wire.decode(value) for name, value in zip(names, row, strict=True)}


def _type(column: Column) -> str:
    """A column's DuckDB type; a number has a fixed scale, so that its sums are exact."""
    if column.type is ColumnType.NUMBER:
        return f"DECIMAL({DIGITS},{column.scale})"
    return TYPES[column.type]


def _needed(relation: Relation) -> list[Column]:
    """The columns that the relation computes with; the worker's view has no other."""
    expressions = [key.expression for key in relation.keys]
    expressions += [m.argument for m in relation.measures if m.argument is not None]
    expressions += [relation.where] if relation.where is not None else []
    names = {relation.product.contract.unit.column}.union(*map(columns, expressions))
    return [column for column in relation.product.contract if column.name in names]
