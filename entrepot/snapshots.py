"""Recomputes a snapshot's digest, to tell whether a receipt's answer was made from these files.

Written from the Delta protocol alone (actions, reconciliation, checkpoints), apart from the
service's own reader. A Delta table's digest is the SHA-256 of the canonical JSON of

    {"format": "delta", "table": <metadata id>, "version": n, "schema": <schemaString's SHA-256>,
     "files": [{"path", "size", "partitionValues", "deletionVector"}, ... sorted by path]}

over the files that are active in that version: their paths URL-decoded, partition values as text or
null, and the deletion vector's unique id or null. Plain files' is that of

    {"format": "parquet" or "csv", "files": [{"name", "size", "sha256"}, ... sorted by name]}
"""

import hashlib
import importlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from entrepot.errors import SnapshotError
from entrepot.proofs import fields
from entrepot.proofs.canonical import Json, MalformedError, digest
from entrepot.proofs.fields import Document

_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet")
Stated = tuple[str, int | None, str]
"""A product, the version of its snapshot if it has one, and the snapshot's digest."""
# A table may have lost thousands of files; the first few say enough.
MOST_NAMED = 5
"""Files that a message names; it counts the rest."""


@dataclass(frozen=True)
class DeltaState:
    """A table at one version: its id, its schema, and its active files sorted by path."""

    version: int
    table: str
    schema: str
    files: tuple[Document, ...]

    def digest(self) -> str:
        """The snapshot digest, in lower-case hexadecimal."""
        return digest(
            {
                "format": "delta",
                "table": self.table,
                "version": self.version,
                "schema": hashlib.sha256(self.schema.encode()).hexdigest(),
                "files": self.files,
            }
        )


class DeltaLog:
    """The log of a Delta table on disk.

    Raises:
        SnapshotError: the directory holds no Delta table.
    """

    def __init__(self, table: Path) -> None:
        self.table = table
        names = sorted(path.name for path in (table / "_delta_log").glob("*"))
        self._commits = {int(found[1]) for name in names if (found := _COMMIT.fullmatch(name))}
        self._checkpoints = _complete(names)
        if not self._commits and not self._checkpoints:
            raise SnapshotError(f"{table} holds no Delta table", hint="name the table's directory")

    @property
    def newest(self) -> int:
        """The newest version."""
        return max(self._commits | self._checkpoints.keys())

    def state(self, version: int) -> DeltaState:
        """The table at a version.

        Raises:
            SnapshotError: the log does not lead to that version, or a file of it cannot be read.
        """
        try:
            return self._replay(version)
        except (MalformedError, OSError, ValueError, RecursionError) as error:
            raise SnapshotError(
                f"the log of {self.table} cannot be read up to version {version}: {error}"
            ) from error

    def _replay(self, version: int) -> DeltaState:
        """As `state`: the actions from the newest checkpoint on, reconciled."""
        # Commits before a checkpoint may have been cleaned up; it stands for them all.
        start = max((one for one in self._checkpoints if one <= version), default=-1)
        needed = range(start + 1, version + 1)
        # A gap must not be passed over: the commit that is gone may have taken files away. Looked
        # for one by one, a version beyond all reason costs no more than the first gap.
        for one in needed:
            if one not in self._commits:
                raise MalformedError(f"there is no commit {one}")
        files: dict[tuple[str, str | None], Document] = {}
        metadata: Document = {}
        for action in self._actions(start, needed):
            if isinstance(added := action.get("add"), dict):
                files[_key(added)] = added
            # By path and vector: a file whose rows were deleted is taken away and added anew.
            if isinstance(removed := action.get("remove"), dict):
                files.pop(_key(removed), None)
            if isinstance(changed := action.get("metaData"), dict):
                metadata = changed
        return DeltaState(
            version,
            fields.text(metadata, "id"),
            fields.text(metadata, "schemaString"),
            tuple(sorted(map(_file, files.values()), key=lambda file: str(file["path"]))),
        )

    def _actions(self, checkpoint: int, commits: Iterable[int]) -> Iterator[Document]:
        """The actions of a checkpoint, if there is one, and of the commits after it."""
        folder = self.table / "_delta_log"
        for name in self._checkpoints.get(checkpoint, ()):
            # pyarrow is loaded only where there is Parquet to read; see Answer.to_arrow.
            yield from importlib.import_module("entrepot.arrow").actions(folder / name)
        for version in commits:
            # No commit removes what it adds itself, so the order of its actions does not matter.
            with (folder / f"{version:020}.json").open(encoding="utf-8") as lines:
                yield from (fields.as_object(json.loads(line), "action") for line in lines)

    def damage(self, state: DeltaState) -> str:
        """What on disk does not fit the log at that version; empty where all does."""
        missing, resized = [], []
        for file in state.files:
            path = self.table / str(file["path"])
            if not path.is_file():
                missing.append(str(file["path"]))
            elif path.stat().st_size != file["size"]:
                resized.append(str(file["path"]))
        said = _named("missing", missing), _named("of another size than the log says", resized)
        return "; ".join(sentence for sentence in said if sentence)


def check_table(statement: Document, table: Path) -> str:
    """The product, out of a verified receipt's statement, whose stated snapshot is on disk here.

    Raises:
        SnapshotError: none is; says for each product what differs.
    """
    stated = list(_snapshots(statement))
    try:
        differences = list(_differences(table, stated))
    except (MalformedError, OSError) as error:
        raise SnapshotError(f"{table} cannot be read: {error}") from error
    for product, difference in differences:
        if not difference:
            return product
    said = "; ".join(f"{product}: {difference}" for product, difference in differences)
    raise SnapshotError(said or "the receipt states no snapshot of this kind")


def _differences(table: Path, stated: Sequence[Stated]) -> Iterator[tuple[str, str]]:
    """For each product that may be there, how what is there differs; empty if it does not."""
    if (table / "_delta_log").is_dir():
        return _delta_differences(DeltaLog(table), stated)
    return _plain_differences(_plain_digest(table), stated)


def _delta_differences(log: DeltaLog, stated: Iterable[Stated]) -> Iterator[tuple[str, str]]:
    """As `_differences`, for the products that have versions."""
    for product, version, expected in stated:
        if version is not None:
            state = log.state(version)
            yield f"{product} version {version}", _difference(log, state, expected)


def _plain_differences(found: str, stated: Iterable[Stated]) -> Iterator[tuple[str, str]]:
    """As `_differences`, for the products that have none."""
    for product, version, expected in stated:
        if version is None:
            yield product, "" if found == expected else _two_digests(found, expected)


def _plain_digest(place: Path) -> str:
    """The digest of a Parquet or CSV file, or of a folder of them."""
    # By name and not as the file system lists them, which differs between machines.
    paths = sorted(place.iterdir()) if place.is_dir() else [place]
    # What writers leave behind, such as _SUCCESS and .crc files, is no data.
    paths = [path for path in paths if not path.name.startswith(("_", "."))]
    kinds = {path.suffix.casefold().removeprefix(".") for path in paths}
    if len(kinds) != 1 or not kinds <= {"parquet", "csv"}:
        raise SnapshotError(f"{place} holds neither a Delta table nor Parquet or CSV files alone")
    files: list[Json] = [
        {"name": path.name, "size": path.stat().st_size, "sha256": _sha256(path)} for path in paths
    ]
    return digest({"format": kinds.pop(), "files": files})


def _sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _snapshots(statement: Document) -> Iterator[Stated]:
    """Each product of a statement with its snapshot."""
    try:
        for item in fields.items(statement, "products"):
            product = fields.as_object(item, "products")
            snapshot = fields.child(product, "snapshot")
            plain = snapshot.get("version") is None
            yield (
                fields.text(product, "product"),
                None if plain else fields.whole(snapshot, "version"),
                fields.text(snapshot, "digest"),
            )
    except MalformedError as error:
        raise SnapshotError(f"the receipt states no snapshot: {error}") from error


def _difference(log: DeltaLog, state: DeltaState, expected: str) -> str:
    """How the table differs from the stated snapshot; empty where it does not."""
    found, damage = state.digest(), log.damage(state)
    later = log.newest > state.version
    said = (
        _two_digests(found, expected) if found != expected else "",
        f"files {damage}" if damage else "",
        f"the table has later versions, up to {log.newest}" if found != expected and later else "",
    )
    return "; ".join(sentence for sentence in said if sentence)


def _two_digests(found: str, expected: str) -> str:
    """The digests' beginnings side by side."""
    return f"the snapshot's digest is {found[:16]}..., the receipt states {expected[:16]}..."


def _named(what: str, names: Sequence[str]) -> str:
    """Some of the names and the number of the rest."""
    if not names:
        return ""
    rest = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{what}: {', '.join(names[:MOST_NAMED])}{rest}"


def _complete(names: Iterable[str]) -> dict[int, tuple[str, ...]]:
    """The checkpoints of which every part is there, by version; the newest form wins."""
    found: dict[tuple[int, int], list[str]] = {}
    for name in names:
        if part := _CHECKPOINT.fullmatch(name):
            found.setdefault((int(part[1]), int(part[3] or 1)), []).append(name)
    return {
        version: tuple(parts)
        for (version, count), parts in sorted(found.items())
        # A writer that stopped half way leaves parts that mean nothing.
        if len(parts) == count
    }


def _vector(action: Document) -> str | None:
    """The unique id of the deletion vector in an action, as the Delta protocol makes it."""
    vector = action.get("deletionVector")
    if vector is None:
        return None
    source = fields.as_object(vector, "deletionVector")
    unique = fields.text(source, "storageType") + fields.text(source, "pathOrInlineDv")
    offset = source.get("offset")
    return unique if offset is None else f"{unique}@{offset}"


def _key(action: Document) -> tuple[str, str | None]:
    """What makes a logical file: its path and its deletion vector."""
    return fields.text(action, "path"), _vector(action)


def _file(added: Document) -> Document:
    """An active file as the digest has it."""
    values = fields.as_object(added.get("partitionValues") or {}, "partitionValues")
    return {
        # The log has paths URL-encoded; two encodings of a path are the same file.
        "path": unquote(fields.text(added, "path")),
        "size": fields.whole(added, "size"),
        "partitionValues": dict(values),
        "deletionVector": _vector(added),
    }
