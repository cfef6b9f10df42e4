"""The actions of a Delta log that decide what a table is: add, remove, metaData, protocol."""

import json
import uuid
from base64 import b85decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from data_products.digest import Json
from data_products.errors import ConnectorError, ContractError
from data_products.fields import Fields

Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
RFC1924 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
UUID_LENGTH = 20
"""Of a UUID in Z85."""


@dataclass(frozen=True)
class Deletion:
    """A deletion vector: its unique id, how many rows it deletes, and its file, if it has one."""

    id: str
    cardinality: int
    path: str


@dataclass(frozen=True)
class Add:
    """A data file: its path beneath the table, decoded, and its partition values as written."""

    path: str
    size: int
    partition: Mapping[str, str | None]
    deletion: Deletion | None

    @property
    def key(self) -> tuple[str, str]:
        """What a later action names it by."""
        return self.path, self.deletion.id if self.deletion else ""


@dataclass(frozen=True)
class Metadata:
    """What the table is: its id, schema as JSON text and parsed, and how it is partitioned."""

    id: str
    schema: str
    parsed: Mapping[str, Json]
    partition: tuple[str, ...]
    configuration: Mapping[str, Json]
    provider: str


@dataclass(frozen=True)
class Protocol:
    """What a reader must understand."""

    version: int
    features: tuple[str, ...]


@dataclass
class Replay:
    """The table as the actions so far make it."""

    files: dict[tuple[str, str], Add] = field(default_factory=dict)
    metadata: Metadata | None = None
    protocol: Protocol | None = None
    sidecars: list[str] = field(default_factory=list)

    def apply(self, action: Mapping[str, Json], source: str) -> None:
        """Takes the next action, of the log file `source`; those that concern no reader pass.

        Raises:
            ConnectorError: the action is not of the protocol's form.
        """
        # Checkpoints have a column for every kind of action, NULL in all rows but one kind's.
        own = Fields({key: value for key, value in action.items() if value is not None}, "")
        try:
            self._apply(own)
        except (ContractError, ValueError) as error:
            said = error if isinstance(error, ContractError) else "found a malformed path"
            raise ConnectorError(
                f"{source}: {said}",
                hint="the Delta log is damaged: restore it, or write the table again",
            ) from None

    def _apply(self, own: Fields) -> None:
        """Takes the next action."""
        # A file is known by its path and its deletion vector: deleting rows is a remove and an
        # add of the same path, in either order.
        if "add" in own.values:
            added = _add(own.inner("add"))
            self.files[added.key] = added
        if "remove" in own.values:
            removed = own.inner("remove")
            deletion = _deletion(removed)
            self.files.pop((_path(removed), deletion.id if deletion else ""), None)
        if "metaData" in own.values:
            self.metadata = _metadata(own.inner("metaData"))
        if "protocol" in own.values:
            self.protocol = _protocol(own.inner("protocol"))
        if "sidecar" in own.values:
            self.sidecars.append(_path(own.inner("sidecar")))


def _add(add: Fields) -> Add:
    """A data file."""
    partition = add.inner("partitionValues")
    return Add(
        path=_path(add),
        size=add.whole("size"),
        partition={
            name: None if value is None else partition.text(name)
            for name, value in partition.values.items()
        },
        deletion=_deletion(add),
    )


def _path(action: Fields) -> str:
    """A path, which the log has URL-encoded."""
    return unquote(action.text("path"), errors="strict")


def _deletion(action: Fields) -> Deletion | None:
    """The deletion vector of a file.

    Its id is the storage type, the path or content, and the offset, if it has one, after an @.
    """
    if action.values.get("deletionVector") is None:
        return None
    vector = action.inner("deletionVector")
    # The third storage type, p, is an absolute path: delta-rs would read what lies there.
    storage, content = vector.text("storageType"), vector.text("pathOrInlineDv")
    if storage not in {"u", "i"}:
        raise vector.wrong(
            "storageType",
            "found a deletion vector at an absolute path, expected one beneath the table",
            "write the table again; a shallow clone cannot be read",
        )
    offset = vector.values.get("offset")
    suffix = "" if offset is None else f"@{vector.whole('offset')}"
    return Deletion(
        id=f"{storage}{content}{suffix}",
        cardinality=vector.whole("cardinality"),
        path=_vector_path(content) if storage == "u" else "",
    )


def _vector_path(content: str) -> str:
    """The path beneath the table of a deletion vector whose UUID, and prefix, are given.

    >>> _vector_path("ab^-aqEH.-t@S}K{vb[*k^")
    'ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin'
    """
    # Python has b85 in RFC 1924's alphabet; Z85 is the same code with another (ZeroMQ RFC 32).
    prefix, code = content[:-UUID_LENGTH], content[-UUID_LENGTH:]
    name = uuid.UUID(bytes=b85decode(code.translate(str.maketrans(Z85, RFC1924))))
    return f"{prefix}/deletion_vector_{name}.bin".removeprefix("/")


def _metadata(values: Fields) -> Metadata:
    """What the table is."""
    schema = values.text("schemaString")
    return Metadata(
        id=values.text("id"),
        schema=schema,
        parsed=Fields({"schema": parsed(schema)}, "schemaString").inner("schema").values,
        partition=values.texts("partitionColumns"),
        configuration=values.inner("configuration", {}).values,
        provider=values.inner("format").text("provider"),
    )


def parsed(text: str | bytes) -> Json:
    """The value that JSON text says; nothing where it is not JSON, or nested without end."""
    try:
        found: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def _protocol(values: Fields) -> Protocol:
    """What a reader must understand."""
    listed = values.values.get("readerFeatures") is not None
    return Protocol(
        version=values.whole("minReaderVersion"),
        features=values.texts("readerFeatures") if listed else (),
    )
