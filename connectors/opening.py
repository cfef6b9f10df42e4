"""Opens files without following a link, and knows again what it has seen.

Whoever provides data may write to its folder at any moment, also between two looks at it, and put
a link to another's file there. So a path is walked folder by folder from the top, no step over a
link, and what is read is read through the descriptor that the walk ends with.

`clean_room.engines.opening` takes the same walk: a worker imports nothing from here.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from data_products.errors import ConnectorError

# Not to wait for a writer, should it be a pipe.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_DIRECTORY
# A folder that may be passed but not listed cannot be opened in any other way.
PASSED: int = FOLDER | getattr(os, "O_PATH", 0)

DESCRIPTORS = Path("/proc/self/fd" if Path("/proc/self/fd").is_dir() else "/dev/fd")
"""Where this process's open files have names; not every system has /proc."""


@dataclass(frozen=True)
class Identity:
    """Which file it is and when it last changed; times are in nanoseconds since 1970.

    No call sets `changed` back, as one does `modified`: the same identity, the same content.
    """

    device: int
    inode: int
    size: int
    modified: int
    changed: int


NOTHING = Identity(0, 0, 0, 0, 0)
"""What no file is."""


@dataclass(frozen=True)
class Version:
    """A file as it was seen: the same Version, the same content."""

    path: Path
    identity: Identity

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.identity.size


def regular(folder: Path, name: str) -> Version:
    """The file of that name beneath the folder, which has no links in its own path.

    Raises:
        ConnectorError: there is none, it is not a regular file, a link is on the way to it, or it
            has a second name: the same file must not count twice, nor another's at all.
    """
    path = folder / name
    # An absolute name replaces the folder.
    try:
        descriptor = _walk(path if path.is_relative_to(folder) else Path(), FILE)
    except OSError:
        raise ConnectorError(
            f"found no file {path.name[:80]!r} there, or a link, expected a regular file",
            hint="restore the file; among the data there may be no links",
        ) from None
    try:
        return Version(path, _identity(descriptor, path))
    finally:
        os.close(descriptor)


def seen(path: Path) -> Identity:
    """The identity of the file at a path; NOTHING where `regular` refuses it."""
    try:
        return regular(path.parent, path.name).identity
    except ConnectorError:
        return NOTHING


def names(folder: Path) -> list[str]:
    """The names in a folder, sorted; OSError where it is none, or a link is on the way to it."""
    descriptor = _walk(folder, FOLDER)
    try:
        with os.scandir(descriptor) as entries:
            return sorted(entry.name for entry in entries)
    finally:
        os.close(descriptor)


@contextmanager
def opened(file: Version) -> Iterator[Path]:
    """A path that any reader may open, as often as it likes, and that leads to that very file.

    Raises:
        ConnectorError: it cannot be read, or is not the one that was seen, then or in the end.
    """
    with ExitStack() as held:
        try:
            descriptor = _walk(file.path, FILE)
            held.callback(os.close, descriptor)
            _check_same(descriptor, file)
            yield DESCRIPTORS / str(descriptor)
        except OSError:
            raise unreadable(file.path) from None
        # What is half of the old content and half of the new never was.
        _check_same(descriptor, file)


def unreadable(path: Path, expected: str = "a readable file") -> ConnectorError:
    """The error for a file that cannot be read; what was in it is not said."""
    return ConnectorError(
        f"found {path.name[:80]!r}, which cannot be read, expected {expected}",
        hint="check that the file is whole, and that the service may read it",
    )


def _walk(path: Path, flags: int) -> int:
    """A descriptor of what an absolute path leads to; OSError where it may not be followed."""
    if not path.is_absolute() or ".." in path.parts:
        raise OSError(errno.EINVAL, "no plain absolute path")
    try:
        top, *folders, name = path.parts
        with ExitStack() as passed:
            here = os.open(top, PASSED)
            passed.callback(os.close, here)
            for folder in folders:
                here = os.open(folder, PASSED, dir_fd=here)
                passed.callback(os.close, here)
            return os.open(name, flags, dir_fd=here)
    # A name from a log may also hold a NUL, or half a surrogate pair.
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from None


def _identity(descriptor: int, path: Path) -> Identity:
    """The identity of an open file that is nobody else's."""
    found = os.fstat(descriptor)
    # A pipe would be waited for, and a device is nobody's data.
    if not stat.S_ISREG(found.st_mode):
        raise ConnectorError(
            f"found {path.name[:80]!r}, which is no regular file, expected one",
            hint="put only data files at the location",
        )
    # The other name may lie in another's folder, and the file be another's.
    if found.st_nlink != 1:
        raise ConnectorError(
            f"found {path.name[:80]!r}, which has {found.st_nlink} names, expected one",
            hint="write a copy of the file; among the data there may be no hard links",
        )
    return Identity(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _check_same(descriptor: int, file: Version) -> None:
    """Refuses an open file that is not, or not any more, the one that was seen."""
    if _identity(descriptor, file.path) != file.identity:
        raise unreadable(file.path, "one that does not change while it is read")
