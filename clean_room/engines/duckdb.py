"""DuckDB, inside a worker process. The one module that knows it; it imports nothing of ours.

A job is plain data: which files to read, which columns of them, and one SELECT that we wrote. The
connection sees those files and nothing else, and no setting can be changed once it is made. Its
settings are depth, not the boundary: the boundary is the process.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import duckdb

VERSION = duckdb.__version__

Row = Sequence[object]


class FileJob(TypedDict):
    """A data file: its path, the columns that are constant in it, and its deleted row numbers."""

    path: str
    constants: dict[str, str | None]
    deleted: list[int]


class ColumnJob(TypedDict):
    """A column: its name, its name in the files, and its DuckDB type."""

    name: str
    source: str
    type: str


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
        },
    )
    paths = ", ".join(_text(file["path"]) for file in job["files"])
    for statement in (
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
    nothing = ", ".join(f"CAST(NULL AS {c['type']}) AS {_name(c['name'])}" for c in job["columns"])
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
        " AS f WHERE NOT EXISTS (FROM deleted AS d"
        " WHERE d.file = f.filename AND d.number = f.file_row_number)"
        if files[0]["deleted"]
        else ""
    )
    return f"SELECT {columns} FROM {source}{remaining}"  # noqa: S608 - quoted by us, above


def _source(files: list[FileJob], form: str) -> str:
    """The table function that reads the files."""
    paths = ", ".join(_text(file["path"]) for file in files)
    if form == "csv":
        return f"read_csv([{paths}], header = true, all_varchar = true, union_by_name = true)"
    numbered = ", filename = true, file_row_number = true" if files[0]["deleted"] else ""
    return f"read_parquet([{paths}], hive_partitioning = false, union_by_name = true{numbered})"


def _column(
    column: ColumnJob, types: Mapping[str, str], constants: Mapping[str, str | None]
) -> str:
    """A column's expression: a constant, a cast that cannot fail, or NULL where a file lacks it."""
    if column["name"] in constants:
        value = constants[column["name"]]
        literal = "NULL" if value is None else _text(value)
        return f"TRY_CAST({literal} AS {column['type']})"
    found = types.get(column["source"])
    if found is None:
        return f"CAST(NULL AS {column['type']})"
    # A cast to its own type would hide the column from the reader's statistics.
    name = _name(column["source"])
    return name if found == column["type"] else f"TRY_CAST({name} AS {column['type']})"


def _name(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    """A quoted string."""
    return "'" + text.replace("'", "''") + "'"
