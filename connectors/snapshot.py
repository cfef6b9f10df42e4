"""A product's data at one version, and the connectors that find it."""

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from connectors.location import Location


@dataclass(frozen=True)
class DataFile:
    """A file of a snapshot.

    `constants` are columns whose value is the same in the whole file and is not stored in it (Delta
    partition values), by logical name, as text. `deleted` are row positions that are no longer part
    of the table (Delta deletion vectors), ascending.
    """

    path: str
    constants: tuple[tuple[str, str | None], ...] = ()
    deleted: tuple[int, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """What an engine must read to read a product at one version.

    `schema` is the logical Arrow schema; `names` maps a logical name to the name in the files where
    the two differ (Delta column mapping). `digest` is a SHA-256 in hexadecimal.
    """

    format: str
    version: int | None
    digest: str
    files: tuple[DataFile, ...]
    schema: pa.Schema
    names: tuple[tuple[str, str], ...] = ()

    def read(self) -> pa.RecordBatchReader:
        """The snapshot's rows as Arrow batches in the logical schema."""
        raise NotImplementedError


class Connector(Protocol):
    """Finds the snapshot of one kind of location."""

    def open(self, location: Location) -> Snapshot:
        """The snapshot at the location; raises ConnectorError where it cannot be read."""
        ...


def connect(location: Location) -> Snapshot:
    """The snapshot at the location, through the connector that its scheme names."""
    raise NotImplementedError
