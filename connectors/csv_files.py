"""CSV: one file, or a folder of files that have the same header; all columns are text.

A file is RFC 4180 in UTF-8 and has a header. It is read through once when it is first opened, so
that a damaged line is met when the product is published and not when a budget has been spent.
"""

import csv
from collections.abc import Iterable
from functools import lru_cache

import pyarrow as pa

from connectors.files import DataFile, content_digest, listing
from connectors.footers import FOREIGN
from connectors.location import Location
from connectors.opening import Version, opened, unreadable
from connectors.rows import csv_names
from connectors.snapshot import Snapshot
from data_products.errors import ConnectorError


class CsvConnector:
    """CSV: one file, or a folder of files that have the same header; all columns are text."""

    def open(self, location: Location) -> Snapshot:
        """The snapshot of the file or folder.

        Raises:
            ConnectorError: a file is missing, not UTF-8, has a line with more or fewer fields than
                its header, or another header than the first.
            RequestError: the location pins a version.
        """
        files = listing(location, ".csv")
        names = _header(files[0])
        for file in files[1:]:
            if _header(file) != names:
                raise ConnectorError(
                    f"found another header in {file.path.name[:80]!r} than in the first file, "
                    "expected the same",
                    hint="write the files with the same columns in the same order",
                )
        return Snapshot(
            format="csv",
            version=None,
            digest=content_digest("csv", files),
            files=tuple(DataFile(str(file.path), identity=file.identity) for file in files),
            schema=pa.schema([pa.field(name, pa.string()) for name in names]),
        )


@lru_cache(maxsize=4096)
def _header(file: Version) -> tuple[str, ...]:
    """The names in a file's header, once the whole file has been read without an error."""
    try:
        # Python's reader is the strict one: Arrow's forgives an open quote and text after a closing
        # one, and to DuckDB an empty line is a row of NULL where there is one column.
        with opened(file) as path, path.open(encoding="utf-8-sig", newline="") as content:
            records = csv.reader(content, strict=True)
            names = tuple(next(records, ()))
            _check_records(file, len(names), records)
            seen = csv_names(path)
    except (csv.Error, *FOREIGN):
        raise unreadable(file.path, "UTF-8 with a header, quoted as RFC 4180 says") from None
    if names != seen or not all(names) or len({name.casefold() for name in names}) != len(names):
        raise ConnectorError(
            f"found a column without a name, or two of one name, in {file.path.name[:80]!r}, "
            "expected distinct names that every reader sees",
            hint="name each column in the header; case does not count",
        )
    return names


def _check_records(file: Version, count: int, records: Iterable[list[str]]) -> None:
    """Refuses what readers of CSV take in different ways: short and empty lines."""
    for number, record in enumerate(records, 2):
        if len(record) != count:
            raise ConnectorError(
                f"found {len(record)} fields in record {number} of {file.path.name[:80]!r}, "
                f"expected {count} as in the header",
                hint="write the file again; there may be no empty lines",
            )
