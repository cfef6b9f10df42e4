"""The files of a location: found without leaving it, and named by their content.

What is known of a file (its digest, its footer) is kept by path, size, inode and the times of its
last changes, so that asking twice costs a look at the directory.
"""

import hashlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from connectors.location import Location, real
from data_products.digest import digest
from data_products.errors import ConnectorError, RequestError

# DuckDB takes these for patterns, even in a list of files.
GLOBS = frozenset("*?[")
MOST_FILES = 100_000


@dataclass(frozen=True)
class DataFile:
    """A file of a snapshot, by its absolute path with links followed.

    `constants` are columns whose value is the same in the whole file, whatever is stored in it
    (Delta partition values), by logical name, as text that casts to the column's type. `missing`
    are the other columns of the schema that the file does not have: their value is NULL. `deleted`
    are row positions that are no longer part of the table (Delta deletion vectors), ascending.
    """

    path: str
    constants: tuple[tuple[str, str | None], ...] = ()
    deleted: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses a path that an engine would take for a pattern, and read other files by."""
        if not Path(self.path).is_absolute() or GLOBS & set(self.path):
            raise ConnectorError(
                "found a data file with *, ? or [ in its path, expected a plain absolute path",
                hint="rename the file or folder",
            )


@dataclass(frozen=True)
class Version:
    """A file as it is now: the same Version, the same content."""

    path: Path
    size: int
    modified: int
    # The time of the last change to the inode, which unlike the other no call can set back.
    changed: int
    inode: int


def regular(folder: Path, name: str) -> Version:
    """The file of that name beneath the folder, which has no links in its own path.

    Raises:
        ConnectorError: there is none, it is not a regular file, or a link is on the way to it:
            the same file must not count twice, nor another's at all.
    """
    path = folder / name
    # A path from a log may hold a NUL or half a surrogate pair, which are ValueErrors.
    try:
        status = path.lstat()
    except (OSError, ValueError):
        status = None
    # An absolute name replaces the folder, and one with .. or a link has another real path.
    if status is None or real(path) != path or not path.is_relative_to(folder):
        raise ConnectorError(
            f"found no file {path.name[:80]!r} there, or a link, expected a regular file",
            hint="restore the file; among the data there may be no links",
        )
    # Opening a pipe would wait for ever, and a device is nobody's data.
    if not stat.S_ISREG(status.st_mode):
        raise ConnectorError(
            f"found {path.name[:80]!r}, which is no regular file, expected one",
            hint="put only data files at the location",
        )
    return Version(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def unreadable(path: Path, expected: str = "a readable file") -> ConnectorError:
    """The error for a file that cannot be read; what was in it is not said."""
    return ConnectorError(
        f"found {path.name[:80]!r}, which cannot be read, expected {expected}",
        hint="check that the file is whole, and that the service may read it",
    )


def listing(location: Location, suffix: str) -> Sequence[Version]:
    """The file at the location, or the files of the folder, by name.

    Raises:
        RequestError: the location pins a version, which plain files do not have.
        ConnectorError: there is no file, or there is anything that is not one of `suffix`.
    """
    if location.version is not None:
        raise RequestError(
            f"found version {location.version}, expected none: plain files have no versions",
            hint="leave ?version=N out, or publish a Delta table",
        )
    path = real(location.path)
    if path is None:
        raise unreadable(location.path, "a file or folder")
    if not path.is_dir():
        return [regular(path.parent, _suffixed(path, suffix).name)]
    found = [regular(path, entry.name) for entry in _entries(path, suffix)]
    if not found:
        raise ConnectorError(
            f"found an empty folder, expected files named *{suffix}",
            hint="put the data there before it is published",
        )
    return found


def _entries(folder: Path, suffix: str) -> Iterator[Path]:
    """What lies in the folder, but for what writers leave behind (_SUCCESS, .crc)."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        raise unreadable(folder, "a readable folder") from None
    if len(paths) > MOST_FILES:
        raise ConnectorError(
            f"found {len(paths)} files, expected at most {MOST_FILES}",
            hint="write fewer and larger files, or publish a Delta table",
        )
    # Anything else is refused rather than passed over: a file that is still being written, or a
    # folder named key=value, whose column no file has.
    for path in paths:
        if not path.name.startswith(("_", ".")):
            yield _suffixed(path, suffix)


def _suffixed(path: Path, suffix: str) -> Path:
    """The path, if it is named as what it has to be."""
    if path.suffix.casefold() != suffix:
        raise ConnectorError(
            f"found {path.name[:80]!r}, expected a file named *{suffix}",
            hint="put only data files in the folder: no folders within it, nothing else",
        )
    return path


def content_digest(kind: str, files: Sequence[Version]) -> str:
    """The digest of a snapshot of plain files: their names, sizes and SHA-256, by name."""
    return digest(
        {
            "format": kind,
            "files": [
                {"name": file.path.name, "size": file.size, "sha256": sha256(file)}
                for file in files
            ],
        }
    )


@lru_cache(maxsize=4096)
def sha256(file: Version) -> str:
    """The SHA-256 of a file's content, in lower-case hexadecimal.

    Raises:
        ConnectorError: it cannot be read.
    """
    try:
        with file.path.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        raise unreadable(file.path) from None
    # A digest of half the old content and half the new would name data that never was.
    if regular(file.path.parent, file.path.name) != file:
        raise unreadable(file.path, "one that does not change while it is read")
    return found
