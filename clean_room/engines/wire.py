"""How a worker and the clean room talk: length-prefixed JSON, and values rebuilt from their text.

No buffer of an engine crosses: an Arrow buffer keeps bytes under its nulls, and an engine leaves in
them what it last worked on.
"""

import json
import socket
import struct
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

Scalar = None | bool | int | str | Decimal | date | datetime

HEADER = struct.Struct(">I")

LARGEST = 256 * 1024 * 1024
"""The most bytes of one message."""

PROBE = "probe"
"""The job of saying what is in force, and no more."""

READ: dict[str, Callable[[str], Scalar]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


class WireError(Exception):
    """The other side sent nothing, too much, or what is no message."""


def send(channel: socket.socket, message: object) -> None:
    """Sends a message of JSON values."""
    body = json.dumps(message, separators=(",", ":")).encode()
    channel.sendall(HEADER.pack(len(body)) + body)


def receive(channel: socket.socket) -> object:
    """The next message.

    Raises:
        WireError: there is none.
    """
    (size,) = HEADER.unpack(_exactly(channel, HEADER.size))
    if size > LARGEST:
        raise WireError(f"a message of {size} bytes; at most {LARGEST} are read")
    try:
        found: object = json.loads(_exactly(channel, size))
    except ValueError:
        raise WireError("the message is not JSON") from None
    return found


def _exactly(channel: socket.socket, size: int) -> bytes:
    """So many bytes."""
    parts = bytearray()
    while len(parts) < size:
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
            return {"decimal": str(value)}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case list() | tuple():
            return [encode(item) for item in value]
        case _:
            raise WireError(f"a result has a {type(value).__name__}")


def decode(value: object) -> Scalar | tuple[Scalar, ...]:
    """A value of a result, or a list of them, from its JSON."""
    return tuple(_scalar(item) for item in value) if isinstance(value, list) else _scalar(value)


def _scalar(value: object) -> Scalar:
    """A value of a result from its JSON."""
    match value:
        case None | bool() | int() | str():
            return value
        case dict() if len(value) == 1:
            ((kind, text),) = value.items()
            return READ[kind](text)
        case _:
            raise WireError(f"a result has a {type(value).__name__}")
