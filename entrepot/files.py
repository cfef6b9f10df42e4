"""Reads and writes small files, with errors that name the file and say what to do."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from entrepot.errors import InputError


def read_bytes(path: Path, *, limit: int, private: bool = False) -> bytes:
    """The bytes of a file of at most `limit` of them, which only its owner may touch if `private`.

    Raises:
        InputError: it is missing, unreadable, larger, or open to others.
    """
    try:
        with path.open("rb") as file:
            if private:
                _refuse_open(path, file)
            # One byte more tells a file that is too large without reading all of it.
            data = file.read(limit + 1)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}", hint="check the path and its permissions"
        ) from error
    if len(data) > limit:
        raise InputError(f"{path} is larger than the {limit} bytes that such a file may have")
    return data


def read_text(path: Path, *, limit: int) -> str:
    """The UTF-8 text of a file of at most `limit` bytes.

    Raises:
        InputError: it is missing, unreadable, larger, or not UTF-8.
    """
    try:
        return read_bytes(path, limit=limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text from byte {error.start} on") from error


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file, replacing what was there.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror}", hint="check the path and its permissions"
        ) from error


def _refuse_open(path: Path, file: BinaryIO) -> None:
    """Refuses a file that others than its owner may read or write."""
    # Asking the open file, not its name, leaves no moment to put another in its place.
    mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    # Windows keeps such rights elsewhere, and reports every file as open to all.
    if os.name == "posix" and mode & 0o077:
        raise InputError(
            f"{path} has mode {mode:04o}, expected 0600: others may read the secret in it",
            hint=f"chmod 600 {path}",
        )
