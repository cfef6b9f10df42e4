"""What wire models share: strictness, and privacy loss as decimal text."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from data_products.errors import RequestError

MICRO = 1_000_000
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


class Incoming(BaseModel):
    """A request's body: exactly the fields that are named, of exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Outgoing(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def micro(text: str) -> int:
    """Micro-epsilon from decimal text.

    Raises:
        RequestError: it is not a decimal of at most six places; binary floats would not add up.

    >>> micro("0.5"), micro("4")
    (500000, 4000000)
    """
    if not DECIMAL.fullmatch(text):
        raise RequestError(
            "epsilon is not decimal text with at most six places", hint='write it as text: "0.5"'
        )
    return int(Decimal(text) * MICRO)


def decimal(amount: int) -> str:
    """Micro-epsilon as decimal text, with at least one place.

    >>> decimal(500_000), decimal(4_000_000), decimal(1)
    ('0.5', '4.0', '0.000001')
    """
    whole, rest = divmod(amount, MICRO)
    return f"{whole}.{f'{rest:06d}'.rstrip('0') or '0'}"


Document = Mapping[str, object]
"""A JSON object that another floor has made, and that goes out as it is."""

Epsilon = Annotated[
    str, Field(description="epsilon as decimal text", examples=["0.5"], max_length=20)
]
"""Privacy loss on the wire."""

ShortText = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(min_length=1, max_length=2000)]
