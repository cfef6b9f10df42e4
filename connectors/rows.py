"""Reads the rows of data files as Arrow batches in a snapshot's schema."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import compute, csv

from connectors.files import DataFile
from connectors.footers import FOREIGN, open_parquet
from connectors.opening import opened, unreadable
from data_products.errors import ConnectorError

# Without this, Arrow cuts a file into blocks at line breaks that lie within quotes.
CSV = csv.ParseOptions(newlines_in_values=True)
Read = Callable[[Path], Iterator[pa.RecordBatch]]


def parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file, as they are stored."""
    with open_parquet(path) as parts:
        yield from parts.iter_batches()


def csv_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a CSV file (RFC 4180, UTF-8, a header) as text; an empty field is NULL."""
    texts = csv.ConvertOptions(
        column_types=dict.fromkeys(csv_names(path), pa.string()),
        # Only the empty field is NULL: "NA" is Namibia, and "null" is somebody's name.
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    with csv.open_csv(path, parse_options=CSV, convert_options=texts) as batches:
        yield from batches


def csv_names(path: Path) -> tuple[str, ...]:
    """The names in the header of a CSV file."""
    with csv.open_csv(path, parse_options=CSV) as batches:
        return tuple(batches.schema.names)


def rows(
    read: Read, files: Sequence[DataFile], schema: pa.Schema, names: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    """The rows of the files in the schema, file by file.

    Raises:
        ConnectorError: a file cannot be read or has changed, or a value is not of its column's
            type.
    """
    for file in files:
        with opened(file.version) as path:
            yield from _rows(read(path), file, schema, names)


def _rows(
    batches: Iterator[pa.RecordBatch], file: DataFile, schema: pa.Schema, names: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    """The rows of a file in the schema."""
    try:
        for batch in _kept(batches, pa.array(file.deleted, pa.int64())):
            yield _shaped(batch, file, schema, names)
    # Arrow's texts quote the line or value that they stumble over, so none is chained.
    except FOREIGN:
        raise unreadable(Path(file.path), "whole data") from None


def _kept(batches: Iterator[pa.RecordBatch], deleted: pa.Array) -> Iterator[pa.RecordBatch]:
    """The batches of a file without the rows at the deleted positions."""
    start = 0
    for batch in batches:
        # Positions count from the beginning of the file, over all its row groups.
        positions = pa.arange(start, start + batch.num_rows)
        start += batch.num_rows
        gone = compute.is_in(positions, value_set=deleted)
        yield batch.filter(compute.invert(gone)) if len(deleted) else batch


def _shaped(
    batch: pa.RecordBatch, file: DataFile, schema: pa.Schema, names: Mapping[str, str]
) -> pa.RecordBatch:
    """A batch of the file in the schema: constants, missing columns, names and types."""
    constants = dict(file.constants)
    columns = []
    for field in schema:
        # A constant comes first: a file may store something else under the same name.
        if field.name in constants:
            columns.append(repeated(constants[field.name], field, batch.num_rows))
        elif field.name in file.missing:
            columns.append(pa.nulls(batch.num_rows, field.type))
        else:
            stored = batch.schema.get_field_index(names.get(field.name, field.name))
            columns.append(_cast(batch.column(stored) if stored >= 0 else None, field))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def repeated(text: str | None, field: pa.Field, count: int) -> pa.Array:
    """A constant as a column of `count` rows.

    Raises:
        ConnectorError: the text is no value of the type.
    """
    try:
        return pa.repeat(pa.scalar(text, pa.string()).cast(field.type), count)
    except FOREIGN:
        raise _unlike(field) from None


def _cast(stored: pa.Array | None, field: pa.Field) -> pa.Array:
    """A stored column in the type of the schema, if no value is lost by it."""
    if stored is None:
        raise ConnectorError(
            f"found no column {field.name[:60]!r} in a data file, expected one",
            hint="the file has changed since the snapshot was taken; write it again",
        )
    # Arrow's cast is safe unless told otherwise: what does not fit is an error, never cut off.
    try:
        return stored.cast(field.type)
    except FOREIGN:
        raise _unlike(field) from None


def _unlike(field: pa.Field) -> ConnectorError:
    """The error for a value that is not of its column's type; the value is not said."""
    return ConnectorError(
        f"found a value in column {field.name[:60]!r} that is not of its type, "
        f"expected {field.type}",
        hint="correct the data, or the column's type",
    )
