"""A product's data at one version, and the connectors that find it."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pyarrow as pa

from connectors.files import DataFile
from connectors.location import Location
from connectors.rows import csv_batches, parquet_batches, rows
from data_products import plugins
from data_products.errors import ConfigurationError

__all__ = ["Connector", "DataFile", "Snapshot", "connect"]


@dataclass(frozen=True)
class Snapshot:
    """What an engine must read to read a product at one version.

    `format` is csv, delta or parquet: the files of the last two are Parquet, and those of a CSV
    are RFC 4180 in UTF-8 with a header, all text, an empty field being NULL. `schema` is the
    logical Arrow schema; `names` maps a logical name to the name in the files where the two differ
    (Delta column mapping). `digest` is a SHA-256 in hexadecimal.
    """

    format: str
    version: int | None
    digest: str
    files: tuple[DataFile, ...]
    schema: pa.Schema
    names: tuple[tuple[str, str], ...] = ()

    def read(self) -> pa.RecordBatchReader:
        """The snapshot's rows as Arrow batches in the logical schema, read as they are asked for.

        Raises:
            ConnectorError: while reading, where a file cannot be read or a value is not of its
                column's type.
        """
        # Every format but one is Parquet in the end, whatever says which files belong to it.
        read = csv_batches if self.format == "csv" else parquet_batches
        return pa.RecordBatchReader.from_batches(
            self.schema, rows(read, self.files, self.schema, dict(self.names))
        )


@runtime_checkable
class Connector(Protocol):
    """Finds the snapshot of one kind of location."""

    def open(self, location: Location) -> Snapshot:
        """The snapshot at the location; raises ConnectorError where it cannot be read."""
        ...


def connect(location: Location) -> Snapshot:
    """The snapshot at the location, through the connector that its scheme names.

    Raises:
        ConfigurationError: no connector of that name is installed.
        ConnectorError: the data cannot be read.
        RequestError: the location asks for what its kind does not have.
    """
    # The built-in connectors take the same road as any other: there is only one.
    connector = plugins.load("connectors", location.scheme)()
    if not isinstance(connector, Connector):
        raise ConfigurationError(
            f"found no method open in the plug-in {location.scheme!r}, expected a connector",
            hint="see connectors.Connector",
        )
    return connector.open(location)
