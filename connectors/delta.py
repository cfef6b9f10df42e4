"""Delta tables, at the version that the location names or the last one, through delta-rs.

The steps of opening a table:

1. Replay the log by our own reading (`delta_log`): nothing in it leads out of the table.
2. Refuse by name what a reader must understand and we do not.
3. Have delta-rs read the same version, and compare: version, table, schema, files, sizes.
4. Look at each file: it is there, of the size the log says, and stores what the log says.
5. Take the deletion vectors from delta-rs, and compare how many rows they delete.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pyarrow import compute

from connectors.delta_actions import Add, parsed
from connectors.delta_columns import Columns, constants, missing, read_columns
from connectors.delta_log import Table, replay
from connectors.files import DataFile
from connectors.footers import FOREIGN
from connectors.location import Location
from connectors.opening import Version, regular
from connectors.snapshot import Snapshot
from data_products.digest import digest
from data_products.errors import ConnectorError

# The last concerns those who vacuum, which a reader never does.
READABLE = {
    "columnMapping",
    "deletionVectors",
    "timestampNtz",
    "v2Checkpoint",
    "vacuumProtocolCheck",
}
HIGHEST_READER = 3


class DeltaConnector:
    """Delta tables, at the version that the location names or the last one."""

    def open(self, location: Location) -> Snapshot:
        """The snapshot of the table.

        Raises:
            ConnectorError: there is no table or no such version, the log or a file is damaged or
                leads elsewhere, or a reader must understand what this one does not.
        """
        # 1. Our own reading of the log, and the paths in it.
        folder = location.path
        table = replay(folder, location.version)
        # 2. Before delta-rs, which may know features that our way of reading does not.
        _check_features(table)
        # 3. and 5. delta-rs opens no path that has not been looked at here.
        files = [(add, _file(folder, add)) for add in table.files]
        try:
            read = DeltaTable(str(folder), version=table.version)
            columns = read_columns(table.metadata, _compared(read, table))
            deleted = _deleted(read, folder, table)
        except (DeltaError, *FOREIGN):
            raise ConnectorError(
                f"found version {table.version} of {folder.name[:80]!r}, which delta-rs cannot "
                "read, expected a Delta table",
                hint="the Delta log is damaged: restore it, or write the table again",
            ) from None
        # 4. The files' footers, against the log's schema.
        return Snapshot(
            format="delta",
            version=table.version,
            digest=_digest(table),
            files=tuple(_data_file(add, file, columns, deleted) for add, file in files),
            schema=columns.schema,
            names=columns.renamed,
        )


def _check_features(table: Table) -> None:
    """Step 2."""
    protocol, provider = table.protocol, table.metadata.provider
    strange = sorted({feature[:60] for feature in protocol.features} - READABLE)
    if protocol.version > HIGHEST_READER:
        strange.append(f"reader version {protocol.version}")
    if provider != "parquet":
        strange.append(f"files of format {provider[:30]!r}")
    if strange:
        raise ConnectorError(
            f"found a Delta table that needs {', '.join(strange)}, "
            f"expected no more than {', '.join(sorted(READABLE))}",
            hint="write the table without it, for example with ALTER TABLE ... DROP FEATURE",
        )


def _compared(read: DeltaTable, table: Table) -> pa.Schema:
    """Step 3; the schema as delta-rs has it."""
    theirs = pa.table(read.get_add_actions()).select(["path", "size_bytes"]).to_pylist()
    schema = read.schema()
    if (
        read.version() != table.version
        or str(read.metadata().id) != table.metadata.id
        or parsed(schema.to_json()) != table.metadata.parsed
        or {(unquote(file["path"]), file["size_bytes"]) for file in theirs}
        != {(add.path, add.size) for add in table.files}
    ):
        raise ConnectorError(
            "found a log that two readers understand differently, expected one meaning",
            hint="the Delta log is damaged: restore it, or write the table again",
        )
    return pa.schema(schema)


def _file(folder: Path, add: Add) -> Version:
    """Step 4, but for what the file stores; its deletion vector must be there too."""
    if add.deletion and add.deletion.path:
        regular(folder, add.deletion.path)
    file = regular(folder, add.path)
    if file.size != add.size:
        raise ConnectorError(
            f"found {file.size} bytes in {file.path.name[:80]!r}, "
            f"expected {add.size} as the log says",
            hint="restore the file, or write the table again",
        )
    return file


def _deleted(read: DeltaTable, folder: Path, table: Table) -> Mapping[str, tuple[int, ...]]:
    """Step 5: the positions that are deleted, by path beneath the table."""
    # A mask may end at the last deleted row, so its length says nothing; the count does.
    expected = {add.path: add.deletion.cardinality for add in table.files if add.deletion}
    if not expected:
        return {}
    vectors = pa.table(read.deletion_vectors())
    found = {
        _beneath(folder, uri.as_py()): _positions(kept)
        for uri, kept in zip(vectors["filepath"], vectors["selection_vector"], strict=True)
    }
    if {path: len(positions) for path, positions in found.items()} != expected:
        raise ConnectorError(
            "found deletion vectors that delete more or fewer rows than the log says",
            hint="the table is damaged: restore it, or write it again",
        )
    return found


def _positions(kept: pa.ListScalar) -> tuple[int, ...]:
    """The positions that a list of true and false does not keep."""
    return tuple(compute.indices_nonzero(compute.invert(kept.values)).to_pylist())


def _beneath(folder: Path, uri: str) -> str:
    """The path beneath the table that delta-rs gives as a file URI."""
    return str(Path(unquote(urlsplit(uri).path)).relative_to(folder))


def _data_file(
    add: Add, file: Version, columns: Columns, deleted: Mapping[str, tuple[int, ...]]
) -> DataFile:
    """A file of the snapshot."""
    return DataFile(
        path=str(file.path),
        constants=constants(add, columns),
        deleted=deleted.get(add.path, ()),
        missing=missing(file, columns),
        identity=file.identity,
    )


def _digest(table: Table) -> str:
    """The digest of a version: the table, its schema, and its files as the log names them."""
    # As the log has it, to the byte: whoever verifies a receipt needs no Delta library for it.
    schema = hashlib.sha256(table.metadata.schema.encode()).hexdigest()
    return digest(
        {
            "format": "delta",
            "table": table.metadata.id,
            "version": table.version,
            "schema": schema,
            "files": [
                {
                    "path": add.path,
                    "size": add.size,
                    "partitionValues": dict(add.partition),
                    "deletionVector": add.deletion.id if add.deletion else None,
                }
                for add in table.files
            ],
        }
    )
