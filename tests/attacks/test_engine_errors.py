"""Attack: learn from how an engine fails. Every failure looks alike, and the next job works.

The SQL goes to the worker as it is: regenerated SQL could never hold most of it, so this is what is
left when everything before the engine has failed.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from harbour import plan
from yard import Purse, children, room, store, write

from clean_room.engines.isolated import IsolatedDuckDB
from clean_room.engines.workshop import Workshop, failure
from connectors.snapshot import DataFile
from data_products.errors import ExecutionError

TABLE = "FROM customs_be.import_declarations"
COUNT = f"SELECT SUM(correction) AS n {TABLE}"
ENDLESS = "SELECT count(*) FROM range(10000000000000) WHERE range % 7 = 3"
TEN = {"importer_id": [f"i{n}" for n in range(10)], "correction": [4217] * 10}


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    """One workshop, which every attack leaves whole."""
    workshop = Workshop(memory=64, seconds=60)
    yield workshop
    workshop.close()


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedDuckDB]:
    """An engine of this module's own."""
    with IsolatedDuckDB(memory=64, seconds=60) as engine:
        yield engine


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data file in whose every row is a canary."""
    folder = tmp_path_factory.mktemp("data")
    write(folder / "a.parquet", pa.table({"x": [4217, 2**62], "t": ["canary", "4217"]}))
    write(folder / "other.parquet", pa.table({"x": [4217], "t": ["canary"]}))
    (folder / "other.csv").write_text("x,t\n4217,canary\n")
    return folder / "a.parquet"


def job(path: Path, query: str, form: str = "parquet") -> dict[str, object]:
    """A job over the file, whose query has not been written by us."""
    return {
        "product": "a.b",
        "format": form,
        "files": [{"path": str(path), "constants": {}, "deleted": []}],
        "columns": [
            {"name": "x", "source": "x", "types": ["BIGINT"]},
            {"name": "t", "source": "t", "types": ["VARCHAR"]},
        ],
        "query": query,
        "memory": 64,
        "threads": 2,
    }


def told(error: ExecutionError) -> tuple[object, ...]:
    """All that an error says."""
    return type(error), error.code, str(error), error.hint, error.rewrite, error.__cause__


def fails(workshop: Workshop, asked: dict[str, object]) -> bool:
    """Whether the job fails as every job fails."""
    with pytest.raises(ExecutionError) as raised:
        workshop.run(asked)
    return told(raised.value) == told(failure())


RAISING = (
    "SELECT error('hit ' || t) FROM \"a.b\"",
    'SELECT CAST(t AS INTEGER) FROM "a.b"',
    'SELECT CAST(t AS DATE) FROM "a.b"',
    'SELECT CAST(t AS UUID) FROM "a.b"',
    'SELECT SUM(x * 4) FROM "a.b"',
    'SELECT SUM(x::HUGEINT * 40000000000000000000) FROM "a.b"',
    'SELECT x % 0 // (x - x)::TINYINT::UTINYINT - 300::UTINYINT FROM "a.b"',
    'SELECT chr(-x::INTEGER) FROM "a.b"',
    "SELECT strptime(t, '%Y') FROM \"a.b\"",
    "SELECT regexp_matches('a', '(' || t) FROM \"a.b\"",
    "SELECT json_extract(t, '$.a') FROM \"a.b\"",
    'SELECT (SELECT x FROM "a.b") FROM "a.b"',
    'SELECT nothing FROM "a.b"',
    "SELECT * FROM nothing",
    "this is no SQL",
    "",
    'SELECT x::DOUBLE FROM "a.b"',
    'SELECT t::BLOB FROM "a.b"',
    "SELECT repeat('x', 3000000000)",
    "SELECT list(a.range * b.range) FROM range(100000) a, range(100000) b",
    "SELECT string_agg(a.range) FROM range(300000000) a",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000,
)


@pytest.mark.parametrize("query", RAISING, ids=lambda query: query[:40])
def test_raising_queries_fail_alike(workshop, path, query):
    assert fails(workshop, job(path, query))
    assert workshop.run(job(path, "SELECT 1 AS a")) == {"names": ["a"], "rows": [[1]]}


REACHING = (
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_parquet('{folder}/other.parquet')",
    "SELECT * FROM read_parquet('{folder}/*.parquet')",
    "SELECT * FROM read_parquet('{folder}/../{name}/other.parquet')",
    "SELECT * FROM read_csv('{folder}/other.csv')",
    "SELECT * FROM parquet_metadata('{folder}/other.parquet')",
    "SELECT * FROM sniff_csv('{folder}/other.csv')",
    "COPY \"a.b\" TO '{folder}/out.csv'",
    "COPY \"a.b\" TO '{folder}/a.parquet' (FORMAT parquet)",
    "COPY \"a.b\" TO '/dev/stdout'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{folder}/out.db' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "INSTALL quack FROM community",
    "SELECT * FROM read_parquet('https://127.0.0.1/a.parquet')",
    "SELECT * FROM 's3://bucket/a.parquet'",
    "SET enable_external_access = true",
    "SET allowed_paths = ['/etc/passwd']",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "SET memory_limit = '64GB'",
    "SET temp_directory = '{folder}'",
    "SET python_enable_replacements = true",
    "SET threads = 64",
    "RESET enable_external_access",
    "PRAGMA enable_profiling",
    "PRAGMA enable_logging",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "SELECT * FROM job",
    "SELECT getenv('PATH')",
)


@pytest.mark.parametrize("query", REACHING)
def test_nothing_else_is_reached(workshop, path, query):
    before = sorted(path.parent.iterdir()), path.read_bytes()
    asked = query.replace("{folder}", str(path.parent)).replace("{name}", path.parent.name)
    assert fails(workshop, job(path, asked))
    assert (sorted(path.parent.iterdir()), path.read_bytes()) == before


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("parquet", b""),
        ("parquet", b"PAR1"),
        ("parquet", b"PAR1" + bytes(100) + b"PAR1"),
        ("parquet", b"x,t\n1,canary\n"),
        ("csv", b"x,t\n1,\xff\n"),
        ("csv", b"x,t\n1,canary,2,3\n"),
        ("csv", b'x,t\n1,"canary\n'),
    ],
)
def test_damaged_files_fail_alike(workshop, tmp_path, form, content):
    (tmp_path / "damaged").write_bytes(content)
    asked = job(tmp_path / "damaged", 'SELECT count(x), count(t) FROM "a.b"', form)
    assert fails(workshop, asked)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_missing_files_fail_alike(workshop, tmp_path, form):
    assert fails(workshop, job(tmp_path / "missing", "SELECT 1", form))


@pytest.mark.parametrize("size", [0, 4, 500, -8, -1])
def test_file_cut_after_planning(engine, tmp_path, size):
    snapshot, purse = store(tmp_path, TEN), Purse()
    asked, path = plan(COUNT, snapshot=snapshot), Path(snapshot.files[0].path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ExecutionError) as raised:
        room(engine, purse).run(asked)
    assert told(raised.value) == told(failure())
    assert purse.spent == [asked.fingerprint]


def test_file_gone_after_planning(engine, tmp_path):
    snapshot = store(tmp_path, TEN)
    Path(snapshot.files[0].path).unlink()
    with pytest.raises(ExecutionError) as raised:
        room(engine).run(plan(COUNT, snapshot=snapshot))
    assert told(raised.value) == told(failure())


def test_endless_query_ends_at_the_deadline(path):
    hurried = Workshop(memory=64, seconds=1)
    assert fails(hurried, job(path, ENDLESS))
    assert hurried.run(job(path, "SELECT 1 AS a"))["rows"] == [[1]]
    hurried.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_killed_worker_fails_alike(path, number):
    fresh = Workshop(memory=64, seconds=60)
    with ThreadPoolExecutor(1) as threads:
        failing = threads.submit(fails, fresh, job(path, ENDLESS))
        while fresh._warm is None or not children(fresh._warm[0].pid):
            assert not failing.done()
        os.kill(children(fresh._warm[0].pid)[0], number)
        assert failing.result()
    fresh.close()


def test_failure_is_told_before_the_deadline(path):
    patient = Workshop(memory=64, seconds=100_000)
    assert fails(patient, job(path, 'SELECT CAST(t AS INTEGER) FROM "a.b"'))
    patient.close()


def test_overflow_tells_nothing(engine, tmp_path):
    sql = f"SELECT hs2, SUM(correction * 100000000000) AS n {TABLE} GROUP BY hs2"
    rows = TEN | {"hs2": ["84"] * 10}
    alone = {name: [*values, values[0]] for name, values in rows.items()}
    alone |= {"hs2": ["84"] * 10 + ["85"], "correction": [4217] * 10 + [2**62]}
    snapshots = store(tmp_path, rows), store(tmp_path, alone)
    first, second = (room(engine).run(plan(sql, snapshot=found)) for found in snapshots)
    assert first == second


def test_globbing_name_is_refused(tmp_path):
    with pytest.raises(ExecutionError, match="in its path"):
        DataFile(str(tmp_path / "a*.parquet"))
