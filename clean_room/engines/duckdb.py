"""DuckDB, inside a worker process. The one module that knows it; it imports nothing of ours.

A job is plain data: which files to read, which columns of them, and one SELECT that we wrote. The
connection sees those files and nothing else, and no setting can be changed once it is made. Its
settings are depth, not the boundary: the boundary is the process. A path is taken at its word, and
so has to be that of an open file, as `opening` gives it.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import duckdb

VERSION = duckdb.__version__

Row = Sequence[object]

FILE = "the file that a row is from"
"""The column that says so; a plainer name might be one of the data's."""

# RFC 4180, said in full: what is left out, DuckDB guesses from the first rows.
CSV = """header = true, all_varchar = true, union_by_name = true, delim = ',', quote = '"',
    escape = '"', comment = '', skip = 0, nullstr = '', strict_mode = true"""


class FileJob(TypedDict):
    """A data file: its path, the columns that are constant in it, and its deleted row numbers.

    `identity`, which every job from a plan has, is the device, inode, bytes, and the nanoseconds of
    modification and change that were seen when the plan was made.
    """

    path: str
    identity: NotRequired[list[int]]
    constants: dict[str, str | None]
    deleted: list[int]


class ColumnJob(TypedDict):
    """A column: its name, its name in the files, and the DuckDB types it is cast to in turn."""

    name: str
    source: str
    types: list[str]


class Job(TypedDict):
    """What a worker is asked to do; `format` is `parquet` or `csv`, memory in mebibytes."""

    product: str
    format: str
    files: list[FileJob]
    columns: list[ColumnJob]
    query: str
    memory: int
    threads: int


def execute(job: Job) -> tuple[list[str], list[Row]]:
    """The names and rows of the job's result, as plain values; raises duckdb.Error."""
    with _connect(job) as connection:
        _create_view(connection, job)
        cursor = connection.execute(job["query"])
        names = [column[0] for column in cursor.description]
        return names, list(cursor.fetchall())


def _connect(job: Job) -> duckdb.DuckDBPyConnection:
    """A connection that can read the job's files and do nothing else to the outside."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{job['memory']}MiB",
            "threads": job["threads"],
            # With a temporary directory, COPY could write into it whatever else is forbidden.
            "temp_directory": "",
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_unsigned_extensions": "false",
            "allow_persistent_secrets": "false",
            "python_enable_replacements": "false",
            "error_on_division_by_zero": "false",
            "preserve_insertion_order": "false",
            # It moves TRY_CAST into the reader of CSV, where one bad value fails the query.
            "disabled_optimizers": "type_pushdown",
        },
    )
    paths = ", ".join(_text(file["path"]) for file in job["files"])
    for statement in (
        # A day is the same day wherever the worker runs.
        "SET TimeZone = 'UTC'",
        f"SET allowed_paths = [{paths}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def _create_view(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Makes the product a view over its files, with only the columns that the query needs."""
    _store_deleted(connection, job)
    parts = [_select(connection, group, job) for group in _alike(job["files"])]
    nothing = ", ".join(
        f"{_cast('NULL', c['types'])} AS {_name(c['name'])}" for c in job["columns"]
    )
    parts = parts or [f"SELECT {nothing} WHERE false"]
    connection.execute(f"CREATE VIEW {_name(job['product'])} AS {' UNION ALL '.join(parts)}")


def _store_deleted(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Keeps the deleted rows of all files in a table."""
    connection.execute("CREATE TABLE deleted (file VARCHAR, number BIGINT)")
    for file in job["files"]:
        if file["deleted"]:
            connection.execute(
                "INSERT INTO deleted SELECT ?, unnest(?::BIGINT[])", [file["path"], file["deleted"]]
            )


def _alike(files: Sequence[FileJob]) -> list[list[FileJob]]:
    """The files in groups that one SELECT can read: same constants, and deletions or none."""
    groups: dict[tuple[tuple[tuple[str, str | None], ...], bool], list[FileJob]] = {}
    for file in files:
        key = (tuple(sorted(file["constants"].items())), bool(file["deleted"]))
        groups.setdefault(key, []).append(file)
    return list(groups.values())


def _select(connection: duckdb.DuckDBPyConnection, files: list[FileJob], job: Job) -> str:
    """The SELECT over some alike files that gives the job's columns in their types."""
    source = _source(files, job["format"])
    described = connection.execute(f"DESCRIBE FROM {source}").fetchall()
    types = {row[0]: row[1] for row in described}
    columns = ", ".join(
        f"{_column(column, types, files[0]['constants'])} AS {_name(column['name'])}"
        for column in job["columns"]
    )
    remaining = (
        f" AS f WHERE NOT EXISTS (FROM deleted AS d WHERE d.file = f.{_name(FILE)}"
        " AND d.number = f.file_row_number)"
        if files[0]["deleted"]
        else ""
    )
    return f"SELECT {columns} FROM {source}{remaining}"  # noqa: S608 - quoted by us, above


def _source(files: list[FileJob], form: str) -> str:
    """The table function that reads the files."""
    paths = ", ".join(_text(file["path"]) for file in files)
    if form == "csv":
        return f"read_csv([{paths}], {CSV})"
    numbered = f", filename = {_text(FILE)}, file_row_number = true" if files[0]["deleted"] else ""
    return f"read_parquet([{paths}], hive_partitioning = false, union_by_name = true{numbered})"


def _column(
    column: ColumnJob, types: Mapping[str, str], constants: Mapping[str, str | None]
) -> str:
    """A column's expression: a constant, a cast that cannot fail, or NULL where a file lacks it."""
    if column["name"] in constants:
        value = constants[column["name"]]
        return _cast("NULL" if value is None else _text(value), column["types"])
    found = types.get(column["source"])
    if found is None:
        return _cast("NULL", column["types"])
    # A cast to its own type would hide the column from the reader's statistics.
    first = found == column["types"][0]
    return _cast(_name(column["source"]), column["types"][first:])


def _cast(expression: str, types: Sequence[str]) -> str:
    """The expression cast to the types in turn; what does not fit one of them is NULL."""
    for name in types:
        expression = f"TRY_CAST({expression} AS {name})"
    return expression


def _name(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    """A quoted string."""
    return "'" + text.replace("'", "''") + "'"
