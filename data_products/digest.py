"""Canonical JSON (RFC 8785) and its digest: how contracts, plans, releases and entries are named."""

import hashlib
from collections.abc import Mapping, Sequence

import rfc8785

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""What may be hashed or signed. Whole numbers stay within 2**53; larger ones, and decimals, are text."""


def canonical(value: Json) -> bytes:
    """The value as RFC 8785 canonical JSON."""
    return rfc8785.dumps(value)


def digest(value: Json) -> str:
    """The SHA-256 of the canonical form, in lower-case hexadecimal.

    >>> digest({"b": 1, "a": "x"}) == digest({"a": "x", "b": 1})
    True
    """
    return hashlib.sha256(canonical(value)).hexdigest()
