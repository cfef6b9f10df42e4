"""Files that only the hub's own account may read, and that are on the disk before they count."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from data_products.errors import ConfigurationError, ExecutionError

# Read and write for the owner, nothing for anyone else.
PRIVATE = 0o600


def create_private(path: Path, content: bytes) -> bool:
    """Makes the file with mode 0600; False, and nothing changed, where it is there already.

    Raises:
        ConfigurationError: the folder is missing or cannot be written.
    """
    # O_EXCL decides between two servers that start at once, and follows no link laid in its way.
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigurationError(
            f"cannot make {path}: {error.strerror}",
            hint="the folder must exist and belong to the account that runs the hub",
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        _flush(file, content)
    _sync_folder(path.parent)
    return True


def require_private(path: Path) -> None:
    """Refuses a file that others may open.

    Raises:
        ConfigurationError: its mode is wider than 0600.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~PRIVATE:
        raise ConfigurationError(
            f"{path} has mode {mode:04o}, expected {PRIVATE:04o}",
            hint=f"find out who could have read it, then: chmod 600 {path}",
        )


def replace_private(path: Path, content: bytes) -> None:
    """Puts new content in the place of old; a crash leaves one or the other, never a mixture.

    Raises:
        ExecutionError: the disk is full or not writable.
    """
    fresh = path.with_name(f"{path.name}.new")
    # What a crash has left may have another mode, or be a link.
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            _flush(file, content)
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise ExecutionError(
            f"cannot write {path}: {error.strerror}", hint="look at the disk's space and the mode"
        ) from error


def _flush(file: BinaryIO, content: bytes) -> None:
    """Writes the content and waits until the disk has it."""
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Waits until the disk has the folder's entry, without which a synced file can vanish."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
