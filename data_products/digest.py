"""Canonical JSON (RFC 8785) and its digest: what contracts, plans and entries are named by."""

import hashlib
from collections.abc import Mapping, Sequence

import rfc8785

from data_products.errors import RequestError

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""What may be hashed or signed. Whole numbers beyond 2**53, and decimals, are text."""


def canonical(value: Json) -> bytes:
    """The value as RFC 8785 canonical JSON, in UTF-8.

    Raises:
        RequestError: it holds what I-JSON (RFC 7493) has no form for: half a surrogate pair, a
            whole number of 2**53 or more, or a number that is not finite.

    >>> canonical({"b": 1.0, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    # The second comes from keys: the library sorts them as UTF-16 before it looks at them.
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise RequestError(
            "found a text or number that JSON cannot carry, expected I-JSON (RFC 7493)",
            hint="send well-formed Unicode, and large or special numbers as text",
        ) from None


def digest(value: Json) -> str:
    """The SHA-256 of the canonical form, in lower-case hexadecimal.

    >>> digest({"b": 1, "a": "x"}) == digest({"a": "x", "b": 1})
    True
    """
    return hashlib.sha256(canonical(value)).hexdigest()
