"""Identifiers that pass their standard's check, and that no real thing bears.

Container owner codes are invented, IMO numbers begin with 2 to 4, a range never assigned to ships.
"""

import numpy as np
import pyarrow as pa

from marketplace_api.demo.codes import words
from marketplace_api.demo.columns import Ints, digits, fixed_width, letters, numbered

ZERO = ord("0")
# What ISO 6346 counts A to Z as: 10 to 38, without the multiples of 11.
LETTER_VALUES = np.array([n for n in range(10, 39) if n % 11], np.int64)

OWNERS = words("QXA QXB QXE QYD QZF XQH XQK XQM")
# The six digits before an IMO number's check digit start here, and run for 300,000 numbers.
IMO_FIRST = 200_000


def container_numbers(serials: Ints) -> pa.Array:
    """Container numbers by ISO 6346: owner code, U, six digits of the serial, and the check digit.

    >>> container_numbers(np.array([0])).to_pylist()
    ['QXAU0000000']
    """
    owners = np.array([list(owner.encode("ascii")) for owner in OWNERS], np.uint8)
    owner = owners[serials % len(OWNERS)]
    category = np.full((len(serials), 1), ord("U"), np.uint8)
    number = digits(serials // len(OWNERS) % 1_000_000, 6)
    # Each character counts twice as much as the one before it.
    values = np.hstack([LETTER_VALUES[np.hstack([owner, category]) - ord("A")], number])
    check = values @ (2 ** np.arange(10, dtype=np.int64)) % 11 % 10
    tail = np.hstack([number, check[:, None].astype(np.uint8)]) + ZERO
    return fixed_width(np.hstack([owner, category, tail]).astype(np.uint8))


def imo_numbers(serials: Ints) -> pa.Array:
    """Ship numbers by IMO resolution A.1117(30): six digits and the check digit they weigh up to.

    >>> imo_numbers(np.array([0, 1])).to_pylist()
    ['2000004', '2000016']
    """
    body = digits(IMO_FIRST + serials, 6)
    check = body.astype(np.int64) @ np.arange(7, 1, -1) % 10
    return fixed_width(np.hstack([body, check[:, None].astype(np.uint8)]) + np.uint8(ZERO))


def mmsi_numbers(country_digits: Ints, serials: Ints) -> pa.Array:
    """Maritime mobile identities by ITU-R M.585: the flag's country, then a serial."""
    return numbered("", country_digits * 1_000_000 + serials % 1_000_000, 9)


def plates(serials: Ints) -> pa.Array:
    """Number plates of a made-up country: three letters and three digits.

    >>> plates(np.array([1007])).to_pylist()
    ['AAB007']
    """
    return fixed_width(
        np.hstack([letters(serials // 1000, 3), digits(serials, 3) + np.uint8(ZERO)])
    )
