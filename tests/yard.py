"""Real rows in real files, and a clean room that answers from them.

    snapshot = store(tmp_path, {"importer_id": ["a", "b"], "hs2": ["84", "85"]})
    release = ask(room(engine), "SELECT COUNT(*) AS n FROM …", snapshot)

`harbour` says what the products promise; columns that a test does not give are NULL.
"""

import os
import select
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from harbour import COLUMNS, DECLARATIONS, plan

from clean_room.accounting import PrivacyLoss
from clean_room.engines import Engine
from clean_room.mechanisms.exact import ExactMechanism
from clean_room.mechanisms.laplace import LaplaceMechanism
from clean_room.results import Mark, Release, Value
from clean_room.room import CleanRoom
from connectors.snapshot import DataFile, Snapshot
from data_products.contract import Column, ColumnType, Mode
from data_products.product import DataProduct
from policies.access import Grant

NUMBERS = count()

Rows = Mapping[str, Sequence[object]]

ARROW = {
    ColumnType.STRING: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
}


@dataclass
class Purse:
    """An accountant who pays whatever is asked, and remembers it."""

    spent: list[str] = field(default_factory=list)

    def spend(
        self,
        spend: str,
        products: Sequence[DataProduct],  # noqa: ARG002 - an Accountant's signature
        grants: Sequence[Grant],  # noqa: ARG002
        loss: PrivacyLoss,  # noqa: ARG002
    ) -> None:
        """Notes the name of the spend."""
        self.spent.append(spend)


def room(engine: Engine, purse: Purse | None = None, roots: tuple[Path, ...] = ()) -> CleanRoom:
    """A clean room with both mechanisms."""
    mechanisms = {Mode.EXACT: ExactMechanism(), Mode.DP: LaplaceMechanism()}
    return CleanRoom(engine, mechanisms, purse or Purse(), roots)


def table(rows: Rows, columns: Sequence[Column] = COLUMNS) -> pa.Table:
    """The rows as Arrow, in the types that the contract promises."""
    types = {column.physical_name: arrow_type(column) for column in columns}
    size = len(next(iter(rows.values())))
    arrays = {name: pa.array(rows.get(name, [None] * size), types[name]) for name in types}
    return pa.table(arrays)


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a column that keeps its promise to the letter."""
    if column.type is ColumnType.NUMBER:
        return pa.decimal128(18, column.scale)
    return ARROW[column.type]


def store(folder: Path, rows: Rows, columns: Sequence[Column] = COLUMNS) -> Snapshot:
    """A Parquet file of the rows in the folder."""
    return write(folder / f"part-{next(NUMBERS)}.parquet", table(rows, columns))


def write(path: Path, stored: pa.Table, **file: object) -> Snapshot:
    """The table as a Parquet file of that path, which `file` says more about."""
    pq.write_table(stored, path)
    return Snapshot("parquet", None, "0" * 64, (DataFile(str(path), **file),), stored.schema)


def ask(
    asked: CleanRoom, sql: str, snapshot: Snapshot, product: DataProduct = DECLARATIONS
) -> Release:
    """The release of a query over the snapshot."""
    return asked.run(plan(sql, product, snapshot))


def named(release: Release) -> list[dict[str, Value | Mark]]:
    """The rows of a release by the names of its columns."""
    names = [shown.name for shown in release.fields]
    return [dict(zip(names, row, strict=True)) for row in release.rows]


def children(pid: int) -> list[int]:
    """The living children of a process."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def gone(pid: int) -> bool:
    """Whether a process ends within a generous time."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    found = bool(poll.poll(30_000))
    os.close(descriptor)
    return found
