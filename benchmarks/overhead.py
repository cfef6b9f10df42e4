"""What the clean room costs beside raw DuckDB: the same questions on the same files, interleaved.

    python benchmarks/overhead.py [--rows 6000000] [--runs 7] [--write benchmarks/overhead.md]

Raw is DuckDB in this process on the question as asked. The clean room is everything from the text
to the release: parse, bind, rewrite, a fresh worker process, the engine, mechanism and disclosure.
Both read the same Parquet files with two threads. The data are seeded: heavy-tailed importers,
values and chapters, as customs declarations have.
"""

import argparse
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clean_room.engines.isolated import IsolatedDuckDB
from clean_room.mechanisms.exact import ExactMechanism
from clean_room.mechanisms.laplace import LaplaceMechanism
from clean_room.parsing import parse
from clean_room.room import CleanRoom
from data_products.contract import (
    Bounds,
    Budgets,
    Column,
    ColumnType,
    Contract,
    Filter,
    Grid,
    Mode,
    PrivacyUnit,
    Terms,
    UnitKind,
    Use,
)
from data_products.parties import ParticipantId, ProductId
from data_products.product import DataProduct
from data_products.purpose import Purpose
from data_products.query import Query
from data_products.time_grid import Step
from policies.access import Grant
from policies.enforcer import Enforcer

SEED = 20261125
CHUNK = 1_000_000
START, END = date(2025, 1, 1), date(2026, 7, 1)
CHAPTERS = tuple(f"{number:02d}" for number in range(1, 98))
ORIGINS = ("BE", "BR", "CL", "CN", "DE", "FR", "IN", "IT", "JP", "NL", "PE", "US")
PURPOSE = Purpose("ent:TradeStatistics")
TABLE = "customs_be.import_declarations"

QUESTIONS = {
    "Q7: value and mass by chapter and month": (
        "SELECT hs2, date_trunc('month', date) AS month, SUM(item_value) AS value, "
        f"SUM(net_mass_kg) AS mass FROM {TABLE} GROUP BY hs2, month"
    ),
    "value by origin": f"SELECT origin, SUM(item_value) AS value FROM {TABLE} GROUP BY origin",
    "count by chapter": f"SELECT hs2, COUNT(*) AS n FROM {TABLE} GROUP BY hs2",
    "one chapter by month": (
        "SELECT date_trunc('month', date) AS month, SUM(item_value) AS value, COUNT(*) AS n "
        f"FROM {TABLE} WHERE hs2 = '84' GROUP BY month"
    ),
    "total": f"SELECT SUM(item_value) AS value, COUNT(*) AS n FROM {TABLE}",
}

COLUMNS = (
    Column("importer_id", ColumnType.STRING, Use.UNIT),
    Column(
        "date",
        ColumnType.DATE,
        Use.DIMENSION,
        filter=Filter.RANGE,
        grid=Grid(step=Step.MONTH, start=START, end=END),
    ),
    Column(
        "hs2", ColumnType.STRING, Use.DIMENSION, filter=Filter.EQUALS, grid=Grid(values=CHAPTERS)
    ),
    Column("origin", ColumnType.STRING, Use.DIMENSION, grid=Grid(values=ORIGINS)),
    Column("item_value", ColumnType.NUMBER, Use.MEASURE, bounds=Bounds(0, 10**8), scale=2),
    Column("net_mass_kg", ColumnType.NUMBER, Use.MEASURE, bounds=Bounds(0, 10**7), scale=1),
)


class OneGrant:
    """A grant for everything, as policies.access.Grants."""

    def in_force(
        self, consumer: ParticipantId, product: ProductId, at: datetime
    ) -> Sequence[Grant]:
        """The grant."""
        return [Grant("g", consumer, product, PURPOSE, at + timedelta(days=1), 10**9, 10**6)]


class NoLimit:
    """An accountant with no limit: what the ledger costs is measured elsewhere."""

    def spend(self, *_: object) -> None:
        """Takes nothing."""


def product(mode: Mode, location: str) -> DataProduct:
    """The declarations, protected in one mode."""
    terms = Terms(
        mode,
        frozenset({PURPOSE}),
        frozenset(),
        min_units=10,
        p_percent=15,
        budgets=Budgets(500_000, 10**9, 10**9),
    )
    unit = PrivacyUnit("importer_id", UnitKind.COMPANY, 8, 20)
    name = ProductId("customs-be.import_declarations")
    return DataProduct(Contract(name, "1.0.0", "Imports", "", COLUMNS, unit, terms), location)


def write_declarations(path: Path, rows: int) -> None:
    """Writes so many seeded declarations, a chunk at a time."""
    chance = np.random.default_rng(SEED)
    with pq.ParquetWriter(path, _chunk(chance, 1).schema, compression="zstd") as writer:
        for begun in range(0, rows, CHUNK):
            writer.write_table(_chunk(chance, min(CHUNK, rows - begun)))


def _chunk(chance: np.random.Generator, rows: int) -> pa.Table:
    """Some declarations: 100,000 importers by a power law, log-normal values and masses."""
    importers = (100_000 * chance.random(rows) ** 3).astype(np.int64)
    days = (END - START).days
    first = np.datetime64(START)
    value = np.minimum(np.exp(chance.normal(9, 2.2, rows)), 10**8)
    return pa.table(
        {
            "importer_id": pa.array([f"IMP{number:06d}" for number in importers]),
            "date": first + chance.integers(0, days, rows).astype("timedelta64[D]"),
            "hs2": np.array(CHAPTERS)[(len(CHAPTERS) * chance.random(rows) ** 1.7).astype(int)],
            "origin": np.array(ORIGINS)[(len(ORIGINS) * chance.random(rows) ** 1.5).astype(int)],
            "item_value": _decimals(value, 2),
            "net_mass_kg": _decimals(np.exp(chance.normal(6, 1.8, rows)), 1),
        }
    )


def _decimals(values: np.ndarray, digits: int) -> pa.Array:
    """The values as decimals of so many digits."""
    whole = pa.array(np.round(values * 10**digits).astype(np.int64)).cast(pa.decimal128(19, 0))
    return pc.multiply(whole, Decimal(1).scaleb(-digits)).cast(pa.decimal128(18, digits))


def interleaved(
    runs: int, raw: Callable[[], object], room: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Seconds of each, taken in turns after one unmeasured turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(runs + 1):
        for measured, work in zip(times, (raw, room), strict=True):
            begun = perf_counter()
            work()
            if turn:
                measured.append(perf_counter() - begun)
    return times


def measure(folder: Path, rows: int, runs: int) -> list[str]:
    """The table of ratios, a line to a question and mode."""
    path = folder / "declarations.parquet"
    write_declarations(path, rows)
    lines = [
        "| question | mode | raw s | clean room s | ratio of medians |",
        "|---|---|---:|---:|---:|",
    ]
    raw = duckdb.connect(config={"threads": 2})
    raw.execute(f"CREATE SCHEMA customs_be; CREATE VIEW {TABLE} AS FROM '{path}'")
    with IsolatedDuckDB(memory=8192, seconds=300) as engine:
        mechanisms = {Mode.EXACT: ExactMechanism(), Mode.DP: LaplaceMechanism()}
        room = CleanRoom(engine, mechanisms, NoLimit(), (folder,))
        for name, sql in QUESTIONS.items():
            for mode in Mode:
                served = product(mode, f"parquet:{path.name}")
                times = interleaved(
                    runs,
                    lambda sql=sql: raw.execute(sql).fetchall(),
                    lambda sql=sql, served=served: answer(room, served, sql),
                )
                first, second = (statistics.median(part) for part in times)
                lines.append(
                    f"| {name} | {mode} | {first:.3f} | {second:.3f} | {second / first:.1f} |"
                )
                print(lines[-1], flush=True)
    return lines


def answer(room: CleanRoom, served: DataProduct, sql: str) -> object:
    """A question's release, from its text."""
    query = Query(ParticipantId("statistics-office"), PURPOSE, sql)
    permit = Enforcer(OneGrant()).permit(query, [served], datetime.now(UTC))
    return room.run(room.plan(parse(sql), [served], permit, query))


def main() -> None:
    """Measures, prints, and writes where asked."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=6_000_000)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--write", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Path(folder), asked.rows, asked.runs)
    head = (
        f"{asked.rows:,} rows of Parquet, 100,000 importers, medians of {asked.runs} interleaved "
        f"runs, 2 threads; DuckDB {duckdb.__version__}, Python {platform.python_version()}."
    )
    table = "\n".join(["# The clean room beside raw DuckDB", "", head, "", *lines, ""])
    sys.stdout.write(table)
    if asked.write:
        asked.write.write_text(table)


if __name__ == "__main__":
    main()
