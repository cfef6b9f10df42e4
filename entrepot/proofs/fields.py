"""Fields of JSON objects that others sent, read one by one and refused where they do not fit."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence

from entrepot.proofs.canonical import Json, MalformedError

Document = Mapping[str, Json]
"""A JSON object."""

_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def as_object(value: Json, name: str) -> Document:
    """The value as an object.

    Raises:
        MalformedError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise MalformedError(f"{name} is {_kind(value)}, expected an object")
    return value


def exactly(value: Json, name: str, keys: str) -> Document:
    """The value as an object with these keys, separated by spaces, and no others.

    Raises:
        MalformedError: it is something else, a key is missing or unknown.

    >>> exactly({"a": 1, "b": 2}, "receipt", "a")
    Traceback (most recent call last):
    entrepot.proofs.canonical.MalformedError: receipt has the unknown field 'b'
    """
    found = as_object(value, name)
    wanted = keys.split()
    for key in wanted:
        if key not in found:
            raise MalformedError(f"{name} lacks the field {key!r}")
    for key in found:
        if key not in wanted:
            raise MalformedError(f"{name} has the unknown field {str(key)[:60]!r}")
    return found


def child(source: Document, key: str) -> Document:
    """The object in a field."""
    return as_object(source.get(key), key)


def text(source: Document, key: str, default: str | None = None) -> str:
    """The text in a field; the default, where there is one, for a field that is missing or null.

    >>> text({"hint": None}, "hint", "")
    ''
    """
    value = source.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise MalformedError(f"{key} is {_kind(value)}, expected text")
    return value


def whole(source: Document, key: str) -> int:
    """The whole number, not negative, in a field.

    >>> whole({"size": 40}, "size")
    40
    """
    value = source.get(key)
    # To Python, True is a whole number; to JSON it is not.
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise MalformedError(f"{key} is {_kind(value)}, expected a whole number from 0 up")
    return value


def flag(source: Document, key: str) -> bool:
    """The truth value in a field."""
    value = source.get(key)
    if not isinstance(value, bool):
        raise MalformedError(f"{key} is {_kind(value)}, expected true or false")
    return value


def items(source: Document, key: str) -> Sequence[Json]:
    """The list in a field."""
    return as_list(source.get(key), key)


def as_list(value: Json, name: str) -> Sequence[Json]:
    """The value as a list.

    Raises:
        MalformedError: it is something else.
    """
    if not isinstance(value, list | tuple):
        raise MalformedError(f"{name} is {_kind(value)}, expected a list")
    return value


def _kind(value: Json) -> str:
    """What a value is, in JSON's words; never the value itself."""
    match value:
        case None:
            return "missing"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case Mapping():
            return "an object"
        case _:
            return "a list"


def from_hex(text: str, length: int) -> bytes:
    r"""The bytes of lower-case hexadecimal text.

    Raises:
        MalformedError: other characters, or another length.

    >>> from_hex("00ff", 2)
    b'\x00\xff'
    """
    # bytes.fromhex would take capitals and blanks too: several spellings of the same bytes.
    if len(text) != 2 * length or not _HEX.fullmatch(text):
        raise MalformedError(f"expected {2 * length} lower-case hexadecimal digits")
    return bytes.fromhex(text)


def from_base64(text: str, length: int | None = None) -> bytes:
    r"""The bytes of standard base64 text (RFC 4648 section 4) with its padding.

    Raises:
        MalformedError: other characters, stray bits, or not the length asked for.

    >>> from_base64("AP8=", 2)
    b'\x00\xff'
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise MalformedError("expected standard base64") from error
    # Several texts decode to the same bytes unless the padding's spare bits are zero.
    if base64.b64encode(data).decode("ascii") != text:
        raise MalformedError("expected base64 in its one spelling")
    if length is not None and len(data) != length:
        raise MalformedError(f"expected base64 of {length} bytes, found {len(data)}")
    return data
