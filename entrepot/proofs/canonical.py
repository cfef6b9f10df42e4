"""Strict JSON in, RFC 8785 canonical JSON out, and the digests and commitments made of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest

import rfc8785

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A JSON value, as RFC 7493 (I-JSON) allows it."""

LONGEST_NUMBER = 32
"""Characters of a number; every number that RFC 8785 writes is shorter."""


class MalformedError(ValueError):
    """Bytes or text that are not in the form their standard asks for."""


def parse(data: bytes) -> Json:
    """The JSON value in the bytes, refusing what two readers could read differently.

    Raises:
        MalformedError: not UTF-8, not JSON, a key twice, a number beyond a double, or too deep.

    >>> parse(b'{"a": [1, 2.5, null]}')
    {'a': [1, 2.5, None]}
    """
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_fraction,
        )
        # Only an escape can hold half a surrogate pair, which no encoder could write again.
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not strict JSON: {_reason(error)}") from error
    return value


def canonical(value: Json) -> bytes:
    """The value as RFC 8785 canonical JSON.

    Raises:
        MalformedError: the value has no canonical form.

    >>> canonical({"b": 1.0, "a": "x"})
    b'{"a":"x","b":1}'
    """
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"no canonical form: {_reason(error)}") from error


def digest(value: Json) -> str:
    """The SHA-256 of the canonical form, in lower-case hexadecimal.

    >>> digest({})[:8]
    '44136fa3'
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def commitment(salt: bytes, value: Json) -> str:
    """What stands for a value in a log entry; without the salt nobody can tell which value."""
    # The salt has a fixed length, so no other salt and value make the same bytes.
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def parse_canonical(data: bytes) -> Json:
    """The JSON value in bytes that must be its canonical form, so that no byte can be changed.

    Raises:
        MalformedError: not strict JSON, or not its canonical form; says from which byte on.
    """
    value = parse(data)
    expected = canonical(value)
    if expected != data:
        differs = zip_longest(data, expected)
        at = next(i for i, (found, wanted) in enumerate(differs) if found != wanted)
        raise MalformedError(f"not canonical JSON (RFC 8785) from byte {at} on")
    return value


def _reason(error: Exception) -> str:
    """The error's sentence without the text that it may quote."""
    return "too deep" if isinstance(error, RecursionError) else str(error)[:120]


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """The object of the pairs; refuses a key that stands twice."""
    # Readers differ in which of the two they take, so one could be shown and the other signed.
    names = sorted(name for name, _ in pairs)
    for one, next_one in pairwise(names):
        if one == next_one:
            raise MalformedError(f"the key {one[:60]!r} stands twice")
    return dict(pairs)


def _whole(text: str) -> int:
    """A whole number that a double holds exactly."""
    # The length comes first: turning a million digits into a number takes minutes.
    if len(text) > LONGEST_NUMBER or abs(int(text)) >= 2**53:
        raise MalformedError(f"the number {text[:20]} is beyond 2**53")
    return int(text)


def _fraction(text: str) -> float:
    """A finite number with a fraction or an exponent."""
    value = float(text)
    # Infinity and NaN are the only numbers whose difference from themselves is not zero.
    if len(text) > LONGEST_NUMBER or value - value != 0:
        raise MalformedError(f"{text[:20]} is not a number that JSON has")
    return value
