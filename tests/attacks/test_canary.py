"""Attack: read what a worker says. Marked rows lie in the data; no mark may be on the wire.

Texts are marked in every column, numbers in rows of groups that are too small. What a worker sends
is read byte by byte, beneath everything that the clean room does with it.
"""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from harbour import DECLARATIONS, NOISY, plan, select
from yard import named, room, table, write

from clean_room.engines.isolated import IsolatedDuckDB
from clean_room.engines.workshop import Workshop
from connectors.csv_files import CsvConnector
from connectors.location import Location
from connectors.snapshot import Snapshot
from data_products.errors import EntrepotError, ExecutionError

CANARY = "CANARY"
NUMBERS = ("739155", "918273")
FEW, MANY = 4, 40


class TappedSocket(socket.socket):
    """A socket that keeps a copy of what it receives."""

    heard: bytearray

    def recv(self, size: int, flags: int = 0) -> bytes:
        """The bytes, which are also kept."""
        received = super().recv(size, flags)
        self.heard += received
        return received


@dataclass
class TappedWorkshop(Workshop):
    """A workshop that hears all that its workers say."""

    memory: int = 256
    seconds: int = 60
    heard: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        """Sets the workshop up."""
        super().__init__(memory=self.memory, seconds=self.seconds)

    def _child(self) -> socket.socket:
        """A channel that is listened to."""
        tapped = TappedSocket(fileno=super()._child().detach())
        tapped.heard = self.heard
        return tapped


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedDuckDB]:
    """An engine whose workshop is tapped."""
    with IsolatedDuckDB() as engine:
        engine._workshop = TappedWorkshop()
        yield engine


def heard(engine: IsolatedDuckDB) -> bytes:
    """What has been said since this was last asked."""
    said = bytes(engine._workshop.heard)
    engine._workshop.heard.clear()
    return said


def rows() -> dict[str, list[object]]:
    """Many plain rows of many importers, and a few that are marked in every column."""
    marks = [f"{CANARY}-{n}" for n in range(FEW)]
    numbers = {"net_mass_kg": Decimal(NUMBERS[0]) / 10, "fraud": int(NUMBERS[1])}
    return {
        "importer_id": [f"i{n}" for n in range(MANY)] + marks,
        "date": [date(2020, 5, 5)] * MANY + [date(2020, 6, 6)] * FEW,
        "arrived_at": [datetime(2020, 5, 5, 5)] * MANY + [None] * FEW,  # noqa: DTZ001 - UTC
        "channel": [1] * MANY + [2] * FEW,
        "correction": [7] * MANY + [int(NUMBERS[0])] * FEW,
        "item_value": [Decimal("1.25")] * MANY + [Decimal(NUMBERS[1])] * FEW,
        **{name: [1] * MANY + [number] * FEW for name, number in numbers.items()},
        **{
            name: ["plain"] * MANY + marks for name in ("declarant_id", "tariff_line", "goods_name")
        },
        **{name: ["84"] * MANY + marks for name in ("hs2", "hs4", "hs6", "dispatch")},
        **{name: ["CN"] * MANY + marks for name in ("origin", "mode", "office")},
    }


@pytest.fixture(scope="module", params=["parquet", "csv"])
def snapshot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The rows as a file of either kind."""
    folder = tmp_path_factory.mktemp("marked")
    if request.param == "parquet":
        return write(folder / "a.parquet", table(rows()))
    (folder / "a.csv").write_text(table(rows()).to_pandas().to_csv(index=False))
    return CsvConnector().open(Location("csv", folder / "a.csv"))


VALUES = "COUNT(*) AS a, SUM(item_value) AS b, AVG(correction) AS c, SUM(net_mass_kg) AS d"
QUERIES = [
    select(VALUES),
    *(
        select(f"{key}, {VALUES}, COUNT(DISTINCT importer_id) AS u", f"GROUP BY {key}")
        for key in ("hs2", "origin", "mode", "channel")
    ),
    select(f"hs2, mode, {VALUES}", "GROUP BY hs2, mode ORDER BY hs2 DESC"),
    select(f"DATE_TRUNC('MONTH', date) AS m, {VALUES}", "GROUP BY 1"),
    select(f"channel, {VALUES}", "WHERE origin <> 'CN' GROUP BY channel"),
    select(f"channel, {VALUES}", "GROUP BY channel HAVING SUM(item_value) > 100"),
    select("COUNT(hs4), COUNT(goods_name)"),
]
UNDECLARED = [
    *(select(f"{key}, {VALUES}", f"GROUP BY {key}") for key in ("hs4", "hs6", "dispatch")),
    select("COUNT(hs4) AS a, COUNT(office) AS b, COUNT(DISTINCT importer_id)", "GROUP BY hs4"),
]


def outcome(engine: IsolatedDuckDB, sql: str, product, snapshot: Snapshot) -> str:
    """All that a consumer reads of the answer, or of the refusal."""
    try:
        return json.dumps(room(engine).run(plan(sql, product, snapshot)).wire())
    except EntrepotError as error:
        return f"{error} {error.hint} {error.rewrite}"


@pytest.mark.parametrize("product", [DECLARATIONS, NOISY], ids=["exact", "dp"])
@pytest.mark.parametrize("sql", QUERIES)
def test_no_marked_text_is_said(engine, snapshot, product, sql):
    told = outcome(engine, sql, product, snapshot)
    assert CANARY.encode() not in heard(engine)
    assert CANARY not in told


@pytest.mark.parametrize("sql", [*QUERIES[1:5], *UNDECLARED])
def test_no_small_group_is_said(engine, snapshot, sql):
    told = outcome(engine, sql, DECLARATIONS, snapshot)
    said = heard(engine)
    assert b"rows" in said
    assert not [mark for mark in (CANARY, *NUMBERS) if mark.encode() in said + told.encode()]


def test_tap_hears(engine, snapshot):
    release = room(engine).run(
        plan(select("hs2, COUNT(*) AS n", "GROUP BY hs2"), snapshot=snapshot)
    )
    assert named(release) == [{"hs2": "84", "n": MANY}]
    assert b'[["84",40,40,40,[1,1],40]]' in heard(engine)


def marked(path: str, query: str) -> dict[str, object]:
    """A job of a hostile query over the marked rows."""
    return {
        "product": "a.b",
        "format": "parquet",
        "files": [{"path": path, "constants": {}, "deleted": []}],
        "columns": [{"name": "t", "source": "goods_name", "types": ["VARCHAR"]}],
        "query": query,
        "memory": 64,
        "threads": 1,
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The marked rows as Parquet."""
    path: Path = tmp_path_factory.mktemp("marked") / "a.parquet"
    write(path, table(rows()))
    return str(path)


def test_tap_would_hear_a_mark(engine, path):
    engine._workshop.run(marked(path, 'SELECT t FROM "a.b"'))
    assert CANARY.encode() in heard(engine)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT error(t) FROM "a.b"',
        'SELECT CAST(t AS INTEGER) FROM "a.b"',
        'SELECT CAST(t AS DATE) FROM "a.b"',
        "SELECT strptime(t, '%Y') FROM \"a.b\"",
        "SELECT json_extract(t, '$.a') FROM \"a.b\"",
        "SELECT regexp_matches('a', '(' || t) FROM \"a.b\"",
        'SELECT t::BLOB FROM "a.b"',
        'SELECT t FROM "a.b" UNION ALL SELECT error(t) FROM "a.b"',
        'SELECT t, repeat(t, 300000000) FROM "a.b"',
    ],
)
def test_errors_say_no_row(engine, path, query):
    with pytest.raises(ExecutionError) as raised:
        engine._workshop.run(marked(path, query))
    said = heard(engine)
    assert len(said) < 20
    assert CANARY.encode() not in said + repr(raised.getrepr(chain=True)).encode()
