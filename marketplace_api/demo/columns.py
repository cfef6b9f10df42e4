"""Arrow columns out of numpy codes: text, money and instants, built from buffers.

A demo table holds millions of identifiers, so text of one width is laid out as a matrix of bytes,
a row to a value, and handed to Arrow whole; nothing here makes a Python string for a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from marketplace_api.demo.codes import START

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

EPOCH_MINUTES = int(datetime(START.year, START.month, START.day, tzinfo=UTC).timestamp()) // 60
DAY_ZERO = EPOCH_MINUTES // (24 * 60)
MICROSECONDS = 60_000_000
MONEY = pa.decimal128(18, 2)


@dataclass(frozen=True)
class Frame:
    """Columns of one length; a subclass names them as its fields."""

    def rows(self, chosen: Ints) -> Self:
        """The rows at those positions, in that order."""
        return type(self)(*(getattr(self, field.name)[chosen] for field in fields(self)))


def coded(values: Sequence[str], codes: Ints) -> pa.Array:
    """The value that each code counts to, as text.

    >>> coded(["sea", "air"], np.array([1, 0])).to_pylist()
    ['air', 'sea']
    """
    return pa.array(list(values), pa.string()).take(pa.array(codes))


def digits(numbers: Ints, width: int) -> Bytes:
    """The numbers in decimal, zero-padded: a matrix of digits 0 to 9, a row to a number.

    >>> digits(np.array([42]), 4).tolist()
    [[0, 0, 4, 2]]
    """
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers % 10).astype(np.uint8)


def letters(numbers: Ints, width: int) -> Bytes:
    """The numbers in base 26 as capital letters, in ASCII: a row to a number."""
    powers = 26 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers % 26 + ord("A")).astype(np.uint8)


def fixed_width(characters: Bytes) -> pa.Array:
    """A matrix of ASCII characters as text, a row to a value."""
    rows, width = characters.shape
    # Every value has the same width, so that offsets need no counting.
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))


def numbered(prefix: str, numbers: Ints, width: int = 7) -> pa.Array:
    """Identifiers of one shape: a prefix and a zero-padded number.

    >>> numbered("I", np.array([7, 12])).to_pylist()
    ['I0000007', 'I0000012']
    """
    head = np.frombuffer(prefix.encode("ascii"), np.uint8)
    return fixed_width(
        np.hstack([np.tile(head, (len(numbers), 1)), digits(numbers, width) + ord("0")])
    )


def where(present: Flags, column: pa.Array) -> pa.Array:
    """The column with nulls where it is not present."""
    return pc.if_else(pa.array(present), column, None)


def decimals(units: Ints, kind: pa.DataType = MONEY) -> pa.Array:
    """Whole numbers of the decimal's last digit (cents, tenths) as decimals.

    >>> decimals(np.array([150, -5])).to_pylist()
    [Decimal('1.50'), Decimal('-0.05')]
    """
    # Arrow holds a decimal as 128 bits, little end first: the number, then its sign.
    words = np.stack([units, np.where(units < 0, -1, 0)], axis=1).astype("<i8")
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(words)])


def dates(days: Ints) -> pa.Array:
    """Days since the world's first day as dates."""
    return pa.array((days + DAY_ZERO).astype(np.int32), pa.int32()).cast(pa.date32())


def instants(minutes: Ints) -> pa.Array:
    """Minutes since the world's first midnight as UTC timestamps."""
    return pa.array((minutes + EPOCH_MINUTES) * MICROSECONDS, pa.timestamp("us", tz="UTC"))
