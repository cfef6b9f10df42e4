"""Parquet: one file, or a folder of files that have the same columns."""

import pyarrow as pa
from pyarrow import types

from connectors.files import DataFile, content_digest, listing
from connectors.footers import footer
from connectors.location import Location
from connectors.opening import Version
from connectors.snapshot import Snapshot
from data_products.errors import ConnectorError


class ParquetConnector:
    """Parquet: one file, or a folder of files that have the same columns."""

    def open(self, location: Location) -> Snapshot:
        """The snapshot of the file or folder.

        Raises:
            ConnectorError: a file is missing, damaged, not Parquet, or unlike the first.
            RequestError: the location pins a version.
        """
        files = listing(location, ".parquet")
        # An engine takes the first file's schema for all, and would cast or drop the rest.
        schema = plain(footer(files[0]).schema)
        for file in files[1:]:
            _check_alike(file, schema)
        return Snapshot(
            format="parquet",
            version=None,
            digest=content_digest("parquet", files),
            files=tuple(DataFile(str(file.path), identity=file.identity) for file in files),
            schema=schema,
        )


def plain(schema: pa.Schema) -> pa.Schema:
    """The schema without metadata and without how a writer laid text out."""
    return pa.schema(
        [pa.field(field.name, _plain_type(field.type), field.nullable) for field in schema]
    )


def _plain_type(stored: pa.DataType) -> pa.DataType:
    """The type of the values: dictionaries are a way to store them, as are two kinds of text."""
    # A dictionary's values may be laid out in any way too, hence the second look.
    if types.is_dictionary(stored):
        return _plain_type(stored.value_type)
    if types.is_large_string(stored) or types.is_string_view(stored):
        return pa.string()
    return stored


def _check_alike(file: Version, schema: pa.Schema) -> None:
    """Refuses a file with other columns or types: an engine would go by the first file's."""
    found = _columns(plain(footer(file).schema))
    expected = _columns(schema)
    if found == expected:
        return
    unlike = sorted({name for name, _ in set(found) ^ set(expected)})
    raise ConnectorError(
        f"found other columns or types in {file.path.name[:80]!r} than in the first file, "
        f"expected the same: {', '.join(unlike)[:200] or 'in the same order'}",
        hint="write the files with one schema, or publish a Delta table, which may change its own",
    )


def _columns(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """The names and types of a schema's columns; a writer's word on NULL is no more than that."""
    return [(field.name, field.type) for field in schema]
