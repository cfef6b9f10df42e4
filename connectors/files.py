"""The files of a location: found without leaving it, and named by their content.

What is known of a file (its digest, its footer) is kept by path and identity, so that asking twice
costs a look at the file.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from connectors.location import Location
from connectors.opening import NOTHING, Identity, Version, names, opened, regular, seen, unreadable
from data_products.digest import digest
from data_products.errors import ConnectorError, RequestError

# Engines take these for patterns, even in a list of files.
GLOBS = frozenset("*?[")
MOST_FILES = 100_000


@dataclass(frozen=True)
class DataFile:
    """A file of a snapshot, by its absolute path, on which there are no links.

    `constants` are columns whose value is the same in the whole file, whatever is stored in it
    (Delta partition values), by logical name, as text that casts to the column's type. `missing`
    are the other columns of the schema that the file does not have: their value is NULL. `deleted`
    are row positions that are no longer part of the table (Delta deletion vectors), ascending.

    Who reads the file makes sure that it still has the `identity`: that of the file that was looked
    at, or, where a connector does not say, of the one that is there when this is made.
    """

    path: str
    constants: tuple[tuple[str, str | None], ...] = ()
    deleted: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    identity: Identity = NOTHING

    def __post_init__(self) -> None:
        """Refuses a path that an engine would take for a pattern, and read other files by."""
        if not Path(self.path).is_absolute() or GLOBS & set(self.path):
            raise ConnectorError(
                "found a data file with *, ? or [ in its path, expected a plain absolute path",
                hint="rename the file or folder",
            )
        if self.identity == NOTHING:
            object.__setattr__(self, "identity", seen(Path(self.path)))

    @property
    def version(self) -> Version:
        """The file as it has to be when it is read."""
        return Version(Path(self.path), self.identity)


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
    # The path is as it was checked: to resolve it once more would follow what has become a link.
    path = location.path
    try:
        entries = names(path)
    except NotADirectoryError:
        return [regular(path.parent, _suffixed(path, suffix).name)]
    except OSError:
        raise unreadable(path, "a file or folder") from None
    found = [regular(path, name) for name in _entries(entries, suffix)]
    if not found:
        raise ConnectorError(
            f"found an empty folder, expected files named *{suffix}",
            hint="put the data there before it is published",
        )
    return found


def _entries(found: Sequence[str], suffix: str) -> Iterator[str]:
    """The names in a folder, but for what writers leave behind (_SUCCESS, .crc)."""
    if len(found) > MOST_FILES:
        raise ConnectorError(
            f"found {len(found)} files, expected at most {MOST_FILES}",
            hint="write fewer and larger files, or publish a Delta table",
        )
    # Anything else is refused rather than passed over: a file that is still being written, or a
    # folder named key=value, whose column no file has.
    for name in found:
        if not name.startswith(("_", ".")):
            yield _suffixed(Path(name), suffix).name


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
        ConnectorError: it cannot be read, or is another by now.
    """
    with opened(file) as path, path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
