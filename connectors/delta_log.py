"""Replays the log of a Delta table, to know what delta-rs does not tell.

delta-rs reads the same log again and is asked whether it found the same files. From here come the
partition values as they were written, the names of deletion vectors, and the certainty that no
path in the log leads out of the table before anything follows one.

The steps (Delta protocol, "Action Reconciliation"):

1. List the log; the version wanted is the last one, or the one asked for.
2. Begin with the newest complete checkpoint that is not past it, sidecars and all.
3. Apply every commit after that, in order; a gap is an error.
4. What is left are the table's files.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.delta_actions import Add, Metadata, Protocol, Replay, parsed
from connectors.footers import FOREIGN, footer, open_parquet
from connectors.opening import Version, names, opened, regular, unreadable
from data_products.digest import Json
from data_products.errors import ConnectorError

LOG = "_delta_log"
COMMIT = re.compile(r"(\d{20})\.json", re.ASCII)
CHECKPOINT = re.compile(
    r"(\d{20})\.checkpoint\.("
    r"parquet|"  # classic
    r"(?P<part>\d{10})\.(?P<parts>\d{10})\.parquet|"  # in parts
    r"[0-9a-fA-F-]{36}\.(json|parquet))",  # V2, named by a UUID
    re.ASCII,
)
LARGEST_COMMIT = 256 * 1024 * 1024
COLUMNS = (
    "add.path",
    "add.size",
    "add.partitionValues",
    "add.deletionVector",
    "metaData",
    "protocol",
    "sidecar",
)
"""The columns of a checkpoint that decide; the rest are statistics and tombstones."""


@dataclass(frozen=True)
class Table:
    """A Delta table at one version."""

    version: int
    metadata: Metadata
    protocol: Protocol
    files: tuple[Add, ...]


def replay(folder: Path, wanted: int | None) -> Table:
    """The table in the folder, which is real (no links in its path), at a version or the last.

    Raises:
        ConnectorError: there is no such version, or the log is damaged.
    """
    # 1. List the log. Its _last_checkpoint is only a hint, and is not followed.
    found = _names(folder)
    commits = {int(match[1]): name for name in found if (match := COMMIT.fullmatch(name))}
    checkpoints = _checkpoints(found)
    version = _version(wanted, commits.keys() | checkpoints.keys())
    # 2. Begin with a checkpoint. Sidecars are those that it names; theirs would lead in circles.
    base = max((known for known in checkpoints if known <= version), default=-1)
    state = Replay()
    for name in checkpoints.get(base, ()):
        _apply(state, folder, name)
    for sidecar in tuple(state.sidecars):
        _apply(state, folder, f"_sidecars/{sidecar}")
    # 3. Apply the commits after it.
    for number in range(base + 1, version + 1):
        if number not in commits:
            raise _damaged(f"found no commit of version {number}, expected all up to {version}")
        _apply(state, folder, commits[number])
    # 4. What is left is the table.
    return _table(version, state)


def _names(folder: Path) -> list[str]:
    """The names of the files in the log."""
    try:
        return names(folder / LOG)
    except OSError:
        raise ConnectorError(
            f"found no {LOG} in {folder.name[:80]!r}, expected a Delta table",
            hint="name the table's own folder, or use parquet: or csv: for plain files",
        ) from None


def _checkpoints(files: list[str]) -> dict[int, list[str]]:
    """The files of a complete checkpoint of each version that has one."""
    found: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    for name in files:
        if match := CHECKPOINT.fullmatch(name):
            count, part = int(match["parts"] or 1), int(match["part"] or 1)
            found[int(match[1]), count][part] = name
    # A checkpoint that lacks a part is one that is still being written.
    return {
        version: [parts[part] for part in sorted(parts)]
        for (version, count), parts in found.items()
        if sorted(parts) == [*range(1, count + 1)]
    }


def _version(wanted: int | None, known: set[int]) -> int:
    """The version to read."""
    if not known:
        raise _damaged("found no version, expected at least one commit or checkpoint")
    last = max(known)
    if wanted is not None and wanted > last:
        raise ConnectorError(
            f"found versions up to {last}, expected version {wanted}",
            hint=f"write ?version={last}, or leave it out for the last one",
        )
    return last if wanted is None else wanted


def _apply(state: Replay, folder: Path, name: str) -> None:
    """Applies the actions of a file of the log."""
    # Looked at before it is read: a sidecar's name is the log's word, and may lead anywhere.
    file = regular(folder, f"{LOG}/{name}")
    actions = _parquet_actions if name.endswith(".parquet") else _json_actions
    for action in actions(file):
        state.apply(action, name)


def _json_actions(file: Version) -> Iterator[Mapping[str, Json]]:
    """The actions of a commit, or of a checkpoint in JSON: one to a line."""
    if file.size > LARGEST_COMMIT:
        raise unreadable(file.path, f"at most {LARGEST_COMMIT} bytes")
    with opened(file) as path:
        lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _json_action(line, f"{file.path.name} line {number}")


def _json_action(line: bytes, source: str) -> Mapping[str, Json]:
    """The action on a line."""
    action = parsed(line)
    if not isinstance(action, dict):
        raise _damaged(f"{source}: found no JSON object, expected a Delta action")
    return action


def _parquet_actions(file: Version) -> Iterator[Mapping[str, Json]]:
    """The actions of a checkpoint in Parquet: one to a row."""
    # A checkpoint is Parquet like any other, and its footer is no more to be trusted.
    footer(file)
    with opened(file) as path:
        try:
            with open_parquet(path) as parts:
                for batch in parts.iter_batches(columns=COLUMNS):
                    yield from batch.to_pylist(maps_as_pydicts="strict")
        # The first two are for a name that a map or struct holds twice.
        except (KeyError, ValueError, *FOREIGN):
            raise unreadable(file.path, "a Delta checkpoint") from None


def _table(version: int, state: Replay) -> Table:
    """The table, if the log has told all of it."""
    files = sorted(state.files.values(), key=lambda add: add.path)
    if state.metadata is None or state.protocol is None:
        raise _damaged("found no metaData or no protocol, expected both")
    # Two deletion vectors for one file would have its rows counted twice.
    if len({add.path for add in files}) != len(files):
        raise _damaged("found a data file that is part of the table twice, expected once")
    return Table(version, state.metadata, state.protocol, tuple(files))


def _damaged(message: str) -> ConnectorError:
    """The error for a log that is not whole."""
    return ConnectorError(
        message, hint="the Delta log is damaged: restore it, or write the table again"
    )
