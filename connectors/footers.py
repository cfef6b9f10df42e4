"""What the footer of a Parquet file says, once it is known to be a sane one."""

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from connectors.opening import Version, opened, unreadable
from data_products.errors import ConnectorError

# An encrypted footer ends in PARE, and is as unreadable to us as any other garbage.
MAGIC, TAIL = b"PAR1", 8
# Names of columns are decoded late, so what is not UTF-8 comes as Python's own error.
FOREIGN = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What Arrow raises for a file that it cannot read; its texts may hold values, so none is kept."""
LONGEST_FOOTER = 16 * 1024 * 1024
MOST_COLUMNS = 2_000
MOST_ROWS = 20_000_000_000
MOST_SWELLING, ALWAYS_ALLOWED = 1_000, 64 * 1024 * 1024
"""How many times a file's size its pages may claim to be, and what they may claim in any case."""


@dataclass(frozen=True)
class Footer:
    """The Arrow schema of a file, field ids in its metadata, and how many rows it has."""

    schema: pa.Schema
    rows: int


@lru_cache(maxsize=16384)
def footer(file: Version) -> Footer:
    """What the file's footer says.

    Raises:
        ConnectorError: the file is not Parquet, or claims to be what no honest file is.
    """
    with opened(file) as path:
        # 1. Before anything is parsed: does it end as Parquet does, and how long is the footer?
        _check_tail(file, path)
        # 2. Before a page is read: what does the footer claim of the pages?
        try:
            with open_parquet(path) as parts:
                _check_claims(file, parts.metadata)
                schema: pa.Schema = parts.schema_arrow
                found = Footer(schema, parts.metadata.num_rows)
        except FOREIGN:
            raise unreadable(file.path, "a Parquet file") from None
    # 3. Can its columns be told apart by every reader?
    _check_names(file, found.schema.names)
    return found


def open_parquet(path: Path) -> parquet.ParquetFile:
    """The file, opened to read with what Arrow has against damaged and hostile files."""
    return parquet.ParquetFile(
        path,
        # As nanoseconds, moments before 1677 and after 2262 would silently be others.
        coerce_int96_timestamp_unit="us",
        thrift_string_size_limit=LONGEST_FOOTER,
        thrift_container_size_limit=1_000_000,
        page_checksum_verification=True,
        # An extension type is a writer's wish for how to see a stored type, which will do.
        arrow_extensions_enabled=False,
    )


def _check_tail(file: Version, path: Path) -> None:
    """Refuses a file that does not end as Parquet does, before anything is parsed."""
    with path.open("rb") as content:
        content.seek(max(file.size - TAIL, 0))
        tail = content.read(TAIL)
    if len(tail) < TAIL or tail[4:] != MAGIC:
        raise unreadable(file.path, "a whole, unencrypted Parquet file")
    (length,) = struct.unpack("<I", tail[:4])
    if length > min(file.size, LONGEST_FOOTER):
        raise ConnectorError(
            f"found a footer of {length} bytes in {file.path.name[:80]!r}, "
            f"expected at most {min(file.size, LONGEST_FOOTER)}",
            hint="write the file again, with fewer columns or row groups",
        )


def _check_claims(file: Version, metadata: parquet.FileMetaData) -> None:
    """Refuses a file that would swell beyond measure when it is read."""
    # Sizes are signed in Parquet's own words, and a negative one would hide another.
    claimed = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if (
        not 0 <= metadata.num_rows <= MOST_ROWS
        or metadata.num_columns > MOST_COLUMNS
        or claimed > max(file.size * MOST_SWELLING, ALWAYS_ALLOWED)
    ):
        raise ConnectorError(
            f"found {metadata.num_rows} rows, {metadata.num_columns} columns and {claimed} bytes "
            f"claimed by {file.path.name[:80]!r}, expected what its size can hold",
            hint="write the file again; no honest one grows a thousandfold",
        )


def _check_names(file: Version, names: list[str]) -> None:
    """Refuses columns that an engine blind to case would take for one another."""
    if len({name.casefold() for name in names}) != len(names):
        raise ConnectorError(
            f"found two columns of one name in {file.path.name[:80]!r}, expected distinct names",
            hint="rename one; case does not count",
        )
