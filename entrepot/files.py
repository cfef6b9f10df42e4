"""Reads and writes small files, with errors that name the file and say what to do."""

from pathlib import Path

from entrepot.errors import InputError


def read_bytes(path: Path, *, limit: int) -> bytes:
    """The bytes of a file that may not hold more than `limit` of them.

    Raises:
        InputError: it is missing, unreadable, or larger.
    """
    try:
        with path.open("rb") as file:
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
