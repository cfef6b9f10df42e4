"""The columns of a Delta table: what they are called in its files, and what may stand for them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import types

from connectors.delta_actions import Add, Metadata
from connectors.footers import footer
from connectors.opening import Version
from connectors.parquet import plain
from connectors.rows import repeated
from data_products.errors import ConnectorError

MAPPING = "delta.columnMapping"
FIELD_ID = b"PARQUET:field_id"
Alike = Callable[[pa.DataType], bool]
Holds = Callable[[pa.DataType, pa.DataType], bool]
ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})$", re.ASCII)


@dataclass(frozen=True)
class Columns:
    """The columns that can be read, and what the files call them, by name and, if mapped so, id.

    Columns that hold other columns under mapped names are left out: no contract can name them, and
    Arrow would read them as NULL.
    """

    schema: pa.Schema
    physical: Mapping[str, str]
    ids: Mapping[str, str]
    partition: tuple[str, ...]

    @property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """The columns of which the two names differ."""
        return tuple((name, own) for name, own in self.physical.items() if name != own)


def read_columns(metadata: Metadata, schema: pa.Schema) -> Columns:
    """The columns of a table; `schema` is what delta-rs makes of the log's own.

    Raises:
        ConnectorError: columns are mapped or partitioned in no way that the protocol knows.
    """
    # 1. Without a mode the words of column mapping mean nothing, even where a log has them.
    mode = str(metadata.configuration.get(f"{MAPPING}.mode", "none"))
    if mode not in {"none", "name", "id"} or not {*metadata.partition} <= {*schema.names}:
        raise ConnectorError(
            f"found column mapping {mode[:30]!r} and {len(metadata.partition)} partition columns, "
            "expected none, name or id, and columns of the schema",
            hint="write the table again with column mapping by name",
        )
    if mode == "none":
        return Columns(plain(schema), {name: name for name in schema.names}, {}, metadata.partition)
    # 2. With one, a column goes by its physical name, and in mode id its field id must agree too.
    flat = plain(pa.schema([field for field in schema if not types.is_nested(field.type)]))
    return Columns(
        schema=flat,
        physical=_mapped(metadata, flat, "physicalName"),
        ids=_mapped(metadata, flat, "id") if mode == "id" else {},
        partition=metadata.partition,
    )


def _mapped(metadata: Metadata, schema: pa.Schema, word: str) -> dict[str, str]:
    """What the log's schema says of each column under a word of column mapping."""
    listed = metadata.parsed["fields"]
    found = {
        str(each["name"]): each["metadata"].get(f"{MAPPING}.{word}")
        for each in (listed if isinstance(listed, list) else [])
        if each["name"] in schema.names
    }
    # The logical name would often do, and would now and then be another column's physical one.
    if None in found.values():
        raise ConnectorError(
            f"found a column without a mapped {word}, expected one for each",
            hint="the Delta log is damaged: restore it, or write the table again",
        )
    return {name: str(value) for name, value in found.items()}


def constants(add: Add, columns: Columns) -> tuple[tuple[str, str | None], ...]:
    """A file's partition values by logical name, as text that casts to the column's type.

    Raises:
        ConnectorError: the log gives other values than the partition columns', or of other types.
    """
    # The log knows partition columns by their physical names, contracts by the logical ones.
    expected = {columns.physical[name]: name for name in columns.partition}
    if add.partition.keys() != expected.keys():
        raise ConnectorError(
            "found partition values of other columns than the table's, expected one for each",
            hint="the Delta log is damaged: restore it, or write the table again",
        )
    return tuple(
        (name, _constant(add.partition[own], columns.schema.field(name)))
        for own, name in expected.items()
    )


def _constant(written: str | None, field: pa.Field) -> str | None:
    """A partition value: empty is NULL, and a moment without a zone is in UTC (Delta protocol)."""
    text = written or None
    if types.is_binary(field.type):
        raise ConnectorError(
            f"found binary partition column {field.name[:60]!r}, expected another type",
            hint="partition the table by another column",
        )
    # With its zone said, the text means the same whatever zone a reader's session is in.
    if text and types.is_timestamp(field.type) and field.type.tz and not ZONE.search(text):
        text = f"{text}Z"
    # Cast once now: what is no value of its type is met on opening, not while a query runs.
    repeated(text, field, 1)
    return text


def missing(file: Version, columns: Columns) -> tuple[str, ...]:
    """The columns that a file does not have, because they are younger than it.

    Raises:
        ConnectorError: the file is no Parquet file, stores a column as what cannot stand for its
            type, or lacks one that may not be NULL.
    """
    stored = footer(file).schema
    absent = []
    for field in columns.schema:
        # Some writers store partition values in the files as well; the log's are what counts.
        if field.name in columns.partition:
            continue
        own = stored.get_field_index(columns.physical[field.name])
        if own >= 0:
            _check_stored(stored.field(own), field, columns)
        # Columns that are added later are NULL in older files, and so are never NOT NULL.
        elif field.nullable:
            absent.append(field.name)
        else:
            raise _unlike(field, "none")
    return tuple(absent)


def _check_stored(stored: pa.Field, field: pa.Field, columns: Columns) -> None:
    """Refuses a stored column that is not the one that the log means."""
    found = plain(pa.schema([stored])).types[0]
    if not _stands(found, field.type):
        raise _unlike(field, str(found))
    wanted = columns.ids.get(field.name)
    if wanted is not None and (stored.metadata or {}).get(FIELD_ID, b"").decode() != wanted:
        raise _unlike(field, "another field id")


def _stands(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a stored type may stand for a column's: the same, or one that it holds in full."""
    for alike, holds in _HOLDING:
        if alike(wanted):
            return alike(found) and holds(found, wanted)
    return bool(found == wanted)


def _wide_enough(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether the wanted type has at least as many bits."""
    return bool(found.bit_width <= wanted.bit_width)


_HOLDING: Sequence[tuple[Alike, Holds]] = (
    # Delta has no unsigned types: a file that stores one was not written for this table.
    (types.is_signed_integer, _wide_enough),
    (types.is_floating, _wide_enough),
    # Spark's older files store moments in UTC without saying so.
    (types.is_timestamp, lambda found, wanted: found.tz in {None, wanted.tz}),
    # Another scale would make Arrow and an engine round, each in its own way.
    (
        types.is_decimal,
        lambda found, wanted: found.scale == wanted.scale and found.precision <= wanted.precision,
    ),
    # What lies within is Arrow's to cast; no contract can name it.
    (types.is_nested, lambda found, wanted: found.id == wanted.id),
)


def _unlike(field: pa.Field, found: str) -> ConnectorError:
    """The error for a file that does not store a column as the log says."""
    return ConnectorError(
        f"found {found} for column {field.name[:60]!r} in a data file, expected {field.type}",
        hint="the table's files do not fit its log: write the table again",
    )
