"""Reads the rows of data files as Arrow batches in a snapshot's schema."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import compute, csv

from connectors.files import DataFile, unreadable
from connectors.footers import FOREIGN, open_parquet
from data_products.errors import ConnectorError

CSV = csv.ParseOptions(newlines_in_values=True)
Read = Callable[[Path], Iterator[pa.RecordBatch]]


def parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file, as they are stored."""
    with open_parquet(path) as opened:
        yield from opened.iter_batches()


def csv_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a CSV file (RFC 4180, UTF-8, a header) as text; an empty field is NULL."""
    texts = csv.ConvertOptions(
        column_types=dict.fromkeys(csv_names(path), pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    with csv.open_csv(path, parse_options=CSV, convert_options=texts) as opened:
        yield from opened


def csv_names(path: Path) -> tuple[str, ...]:
    """The names in the header of a CSV file."""
    with csv.open_csv(path, parse_options=CSV) as opened:
        return tuple(opened.schema.names)


def rows(
    read: Read, files: Sequence[DataFile], schema: pa.Schema, names: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    """The rows of the files in the schema, file by file.

    Raises:
        ConnectorError: a file cannot be read, or a value is not of its column's type.
    """
    for file in files:
        deleted, start = pa.array(file.deleted, pa.int64()), 0
        try:
            for batch in read(Path(file.path)):
                positions = pa.arange(start, start + batch.num_rows)
                kept = compute.invert(compute.is_in(positions, value_set=deleted))
                start += batch.num_rows
                yield _shaped(batch.filter(kept) if len(deleted) else batch, file, schema, names)
        except FOREIGN:
            raise unreadable(Path(file.path), "whole data") from None


def _shaped(
    batch: pa.RecordBatch, file: DataFile, schema: pa.Schema, names: Mapping[str, str]
) -> pa.RecordBatch:
    """A batch of the file in the schema: constants, missing columns, names and types."""
    constants = dict(file.constants)
    columns = []
    for field in schema:
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
