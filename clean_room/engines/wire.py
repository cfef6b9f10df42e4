"""How a worker and the clean room talk: length-prefixed JSON, and values rebuilt from their text.

No buffer of an engine crosses: an Arrow buffer keeps bytes under its nulls, and an engine leaves in
them what it last worked on.
"""

import json
import re
import socket
import struct
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from time import monotonic

Scalar = None | bool | int | str | Decimal | date | datetime

HEADER = struct.Struct(">I")

SHORTEST = 0.001
"""Seconds; a time-out of nothing would mean not to wait for what has already come."""

LARGEST = 256 * 1024 * 1024
"""The most bytes of one message."""

PROBE = "probe"
"""The job of saying what is in force, and no more."""

DECIMAL = re.compile(r"-?[0-9]{1,39}(\.[0-9]{1,38})?")
"""What an engine can hold; a longer number, or one with an exponent, could be a bomb."""


def _decimal(text: str) -> Decimal:
    """A decimal from its plain text."""
    if not DECIMAL.fullmatch(text):
        raise ValueError("no plain decimal")
    return Decimal(text)


READ: dict[str, Callable[[str], Scalar]] = {
    "decimal": _decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


class WireError(Exception):
    """The other side sent nothing, too much, or what is no message."""


def send(channel: socket.socket, message: object) -> None:
    """Sends a message of JSON values."""
    body = json.dumps(message, separators=(",", ":")).encode()
    channel.sendall(HEADER.pack(len(body)) + body)


def receive(channel: socket.socket, seconds: float | None = None) -> object:
    """The next message, if all of it comes within so many seconds.

    Raises:
        WireError: there is none.
        TimeoutError: it did not come in time.
    """
    end = None if seconds is None else monotonic() + seconds
    (size,) = HEADER.unpack(_exactly(channel, HEADER.size, end))
    if size > LARGEST:
        raise WireError(f"a message of {size} bytes; at most {LARGEST} are read")
    try:
        found: object = json.loads(_exactly(channel, size, end))
    except (ValueError, RecursionError):
        raise WireError("the message is not JSON") from None
    return found


def _exactly(channel: socket.socket, size: int, end: float | None) -> bytes:
    """So many bytes, before the end: each alone may come late, but not all of them."""
    parts = bytearray()
    while len(parts) < size:
        channel.settimeout(None if end is None else max(end - monotonic(), SHORTEST))
        chunk = channel.recv(min(size - len(parts), 1 << 20))
        if not chunk:
            raise WireError("the other side went away")
        parts += chunk
    return bytes(parts)


def encode(value: object) -> object:
    """A value of a result as JSON; a type that a result cannot have is refused.

    >>> decode(encode((Decimal("1.50"), date(2026, 1, 31)))) == (Decimal("1.50"), date(2026, 1, 31))
    True
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {"decimal": format(value, "f")}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case list() | tuple():
            return [encode(item) for item in value]
        case _:
            raise WireError(f"a result has a {type(value).__name__}")


def decode(value: object) -> Scalar | tuple[Scalar, ...]:
    """A value of a result, or a list of them, from its JSON; raises WireError."""
    return tuple(_scalar(item) for item in value) if isinstance(value, list) else _scalar(value)


def _scalar(value: object) -> Scalar:
    """A value of a result from its JSON."""
    match value:
        case None | bool() | int() | str():
            return value
        case dict() if len(value) == 1:
            ((kind, text),) = value.items()
            return _read(kind, text)
        case _:
            raise WireError(f"a result has a {type(value).__name__}")


def _read(kind: str, text: object) -> Scalar:
    """A value from its kind and text; a worker that has been taken over may send anything."""
    read = READ.get(kind)
    if read is None or not isinstance(text, str):
        raise WireError("a value is of no known kind")
    try:
        return read(text)
    except ValueError:
        raise WireError(f"a {kind} cannot be read") from None
