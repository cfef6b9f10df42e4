"""What DuckDB reads for a job, from real files, in this process."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb as foreign
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clean_room.engines import duckdb
from clean_room.engines.duckdb import ColumnJob, FileJob, Job

ODD_NAMES = (
    "it's.parquet",
    "a,b.parquet",
    "a b.parquet",
    'say "x".parquet',
    "a%20b.parquet",
    "{a,b}.parquet",
    "h=1.parquet",
    "back\\slash.parquet",
    "new\nline.parquet",
    "ü-船.parquet",
    "~.parquet",
    "#.parquet",
    "x.parquet?version=1",
)


def column(name: str, *types: str, source: str = "") -> ColumnJob:
    """A column of a job."""
    return {"name": name, "source": source or name, "types": list(types) or ["VARCHAR"]}


def file(path: Path, deleted: Sequence[int] = (), **constants: str | None) -> FileJob:
    """A file of a job."""
    return {"path": str(path), "constants": constants, "deleted": list(deleted)}


def job(
    files: Sequence[FileJob], *columns: ColumnJob, query: str = "", form: str = "parquet"
) -> Job:
    """A job that asks for every row, unless it asks something else."""
    return {
        "product": "beanr.calls",
        "format": form,
        "files": list(files),
        "columns": list(columns),
        "query": query or 'SELECT * FROM "beanr.calls" ORDER BY ALL',
        "memory": 256,
        "threads": 1,
    }


def rows(*files: FileJob, columns: Sequence[ColumnJob], form: str = "parquet") -> list[object]:
    """Every row that the job's view has."""
    return duckdb.execute(job(files, *columns, form=form))[1]


def save(path: Path, **columns: object) -> Path:
    """A Parquet file of these columns."""
    pq.write_table(pa.table(columns), path)
    return path


def test_result_has_names_and_values(tmp_path):
    path = save(tmp_path / "a.parquet", x=[1, 2], y=["b", None])
    query = 'SELECT sum(x) AS "s", list(y) AS "l" FROM "beanr.calls"'
    asked = job([file(path)], column("x", "BIGINT"), column("y"), query=query)
    assert duckdb.execute(asked) == (["s", "l"], [(3, ["b", None])])


def test_view_has_only_what_is_needed(tmp_path):
    path = save(tmp_path / "a.parquet", x=[1], secret=["canary"])
    with pytest.raises(foreign.Error, match="secret"):
        duckdb.execute(
            job([file(path)], column("x", "BIGINT"), query='SELECT secret FROM "beanr.calls"')
        )


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_paths_are_plain(tmp_path, name):
    path = save(tmp_path / name, x=["first", "second"])
    assert rows(file(path), columns=[column("x")]) == [("first",), ("second",)]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_paths_keep_deletions(tmp_path, name):
    path = save(tmp_path / name, x=["first", "second"])
    assert rows(file(path, [0]), columns=[column("x")]) == [("second",)]


@pytest.mark.parametrize("name", ["a*.parquet", "a?.parquet", "a[1].parquet", "[a]1.parquet", "**"])
def test_globs_read_no_other_file(tmp_path, name):
    save(tmp_path / "a1.parquet", x=["canary"])
    save(tmp_path / "a2.parquet", x=["canary"])
    path = save(tmp_path / name, x=["own"])
    try:
        found = rows(file(path), columns=[column("x")])
    except foreign.Error:
        found = []
    assert ("canary",) not in found


def test_nothing_to_read_is_empty():
    assert rows(columns=[column("x", "BIGINT", "HUGEINT"), column("y")]) == []


def test_missing_column_is_null(tmp_path):
    path = save(tmp_path / "a.parquet", x=[1])
    assert rows(file(path), columns=[column("x", "BIGINT"), column("y", "DATE")]) == [(1, None)]


def test_column_is_read_by_source(tmp_path):
    path = save(tmp_path / "a.parquet", **{"col-7f": ["a"], "Importer ID": ["b"], "x": ["canary"]})
    columns = [column("x", source="col-7f"), column("y", source="Importer ID")]
    assert rows(file(path), columns=columns) == [("a", "b")]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2026-01-31", "DATE", date(2026, 1, 31)),
        ("12.345", "DECIMAL(18,2)", Decimal("12.35")),
        ("no number", "BIGINT", None),
        (None, "VARCHAR", None),
        ("it's", "VARCHAR", "it's"),
    ],
)
def test_constants_stand_for_stored_values(tmp_path, text, kind, value):
    path = save(tmp_path / "a.parquet", x=["stored"])
    assert rows(file(path, x=text), columns=[column("x", kind)]) == [(value,)]


def test_files_of_different_schemas_unite(tmp_path):
    first = save(tmp_path / "1.parquet", x=[1], y=["a"])
    second = save(tmp_path / "2.parquet", y=["b"], z=[True])
    third = save(tmp_path / "3.parquet", x=["7"], y=["c"])
    columns = [column("x", "BIGINT"), column("y"), column("z", "BOOLEAN")]
    found = rows(file(first), file(second), file(third), columns=columns)
    assert set(found) == {(1, "a", None), (None, "b", True), (7, "c", None)}


def test_partitions_and_deletions_mix(tmp_path):
    paths = [save(tmp_path / f"{n}.parquet", x=[f"{n}a", f"{n}b", f"{n}c"]) for n in range(4)]
    files = [
        file(paths[0], port="A"),
        file(paths[1], [0, 2], port="A"),
        file(paths[2], [1], port="B"),
        file(paths[3], [0, 1, 2], port=None),
    ]
    found = rows(*files, columns=[column("port"), column("x")])
    expected = [("A", "0a"), ("A", "0b"), ("A", "0c"), ("A", "1b"), ("B", "2a"), ("B", "2c")]
    assert sorted(found) == expected


def test_deletions_beside_odd_columns(tmp_path):
    path = save(tmp_path / "a.parquet", filename=["f", "g"], file_index=[7, 8], number=[1, 2])
    columns = [column("filename"), column("file_index", "BIGINT"), column("number", "BIGINT")]
    assert rows(file(path, [0]), columns=columns) == [("g", 8, 2)]


def test_hive_folders_are_not_columns(tmp_path):
    (tmp_path / "x=canary").mkdir()
    path = save(tmp_path / "x=canary" / "a.parquet", y=["a"])
    assert rows(file(path), columns=[column("x"), column("y")]) == [(None, "a")]


@pytest.mark.parametrize(
    ("stored", "types", "expected"),
    [
        (pa.array([1.005, float("nan"), float("inf")]), ["DECIMAL(18,2)"], [Decimal("1.00"), None]),
        (pa.array([2**63], pa.uint64()), ["BIGINT", "HUGEINT"], [None]),
        (pa.array([-(2**63)], pa.int64()), ["BIGINT", "HUGEINT"], [-(2**63)]),
        (pa.array(["1e30", "12"]), ["BIGINT", "HUGEINT"], [12, None]),
        (pa.array(["x", "y"]).dictionary_encode(), ["VARCHAR"], ["x", "y"]),
        (
            pa.array(
                [datetime(2026, 1, 1, 0, 30, tzinfo=UTC)], pa.timestamp("us", "Europe/Brussels")
            ),
            ["TIMESTAMP"],
            [datetime(2026, 1, 1, 0, 30)],  # noqa: DTZ001 - UTC, as all of ours
        ),
        (pa.array([0], pa.timestamp("ns")), ["TIMESTAMP"], [datetime(1970, 1, 1)]),  # noqa: DTZ001
        (pa.array([[1], [2]]), ["BIGINT"], [None]),
        (pa.array([{"a": 1}]), ["DECIMAL(18,0)"], [None]),
        (pa.array([True]), ["VARCHAR"], ["true"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_casts_never_fail(tmp_path, stored, types, expected):
    path = save(tmp_path / "a.parquet", x=stored)
    found = {row[0] for row in rows(file(path), columns=[column("x", *types)])}
    assert found == set(expected)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
FIELDS = st.one_of(
    TEXTS, st.sampled_from([",", '"', "a\nb", "'q'", "#c", ";", "\\", "a\r\nb", "NULL", " x "])
)


@given(st.lists(st.tuples(FIELDS, FIELDS), max_size=12))
def test_csv_is_rfc_4180(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened, quoting=csv.QUOTE_ALL).writerows([("u", "x"), *lines])
    found = rows(file(path), columns=[column("u"), column("x")], form="csv")
    assert sorted(map(repr, found)) == sorted(repr((u or None, x or None)) for u, x in lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("u,x\n'a',1\n'b',2\n", [("'a'", "1"), ("'b'", "2")]),
        ("u,x\na;b,1\nc;d,2\n", [("a;b", "1"), ("c;d", "2")]),
        ("u,x\n#a,1\n#b,2\n", [("#a", "1"), ("#b", "2")]),
        ("u,x\r\na,\r\n,1\r\n", [("a", None), (None, "1")]),
        ("\ufeffu,x\na,1", [("a", "1")]),
        ("x,u\n1,a\n", [("a", "1")]),
        ("u\na\n", [("a", None)]),
        ("u,x\n" + "a,1\n" * 30_000 + '"late\nquote",2\n', [("a", "1"), ("late\nquote", "2")]),
    ],
    ids=lambda text: repr(text)[:30],
)
def test_csv_is_not_guessed_at(tmp_path, text, expected):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    found = rows(file(path), columns=[column("u"), column("x")], form="csv")
    assert set(found) == set(expected)


def test_csv_of_wrong_types_is_null(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("day,n,price\n2026-01-31,7,1.5\n31 January,seven,free\n")
    columns = [column("day", "DATE"), column("n", "BIGINT"), column("price", "DECIMAL(18,2)")]
    assert set(rows(file(path), columns=columns, form="csv")) == {
        (date(2026, 1, 31), 7, Decimal("1.50")),
        (None, None, None),
    }


@pytest.mark.parametrize("name", ["a", 'a"b', "a'b", "select", "ä", "a;b", 'x" FROM y --'])
def test_names_are_quoted(tmp_path, name):
    path = save(tmp_path / "a.parquet", **{name: ["v"]})
    assert duckdb.execute(job([file(path)], column(name))) == ([name], [("v",)])


def test_time_is_utc_wherever_it_runs():
    _, rows = duckdb.execute(job([], column("x"), query="SELECT current_setting('TimeZone')"))
    assert rows == [("UTC",)]
