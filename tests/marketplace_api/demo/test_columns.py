"""Arrow columns are what their numbers say, without a Python string for a row."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from marketplace_api.demo import columns
from marketplace_api.demo.codes import START


def test_codes_stand_for_values():
    found = columns.coded(["sea", "air", "road"], np.array([2, 0, 2]))

    assert found.to_pylist() == ["road", "sea", "road"]


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "X0000"), (42, "X0042"), (9999, "X9999"), (12345, "X2345")]
)
def test_numbers_are_padded(number, expected):
    assert columns.numbered("X", np.array([number]), 4).to_pylist() == [expected]


def test_no_rows_make_empty_text():
    found = columns.numbered("X", np.array([], np.int64), 4)

    assert found.to_pylist() == []
    found.validate(full=True)


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "AAA"), (25, "AAZ"), (26, "ABA"), (17575, "ZZZ")]
)
def test_letters_count_in_base_26(number, expected):
    (row,) = columns.letters(np.array([number]), 3)

    assert bytes(row).decode() == expected


@pytest.mark.parametrize("cents", [0, 1, -1, 99, 10**15, -(10**15)])
def test_decimals_are_exact(cents):
    found = columns.decimals(np.array([cents]))

    assert found.to_pylist() == [Decimal(cents).scaleb(-2)]
    found.validate(full=True)


def test_decimals_take_their_scale():
    found = columns.decimals(np.array([375]), pa.decimal128(6, 1))

    assert found.to_pylist() == [Decimal("37.5")]


def test_day_zero_is_start():
    assert columns.dates(np.array([0, 31])).to_pylist() == [START, date(2025, 2, 1)]


def test_instants_are_utc():
    (found,) = columns.instants(np.array([24 * 60 + 61])).to_pylist()

    assert found == datetime(2025, 1, 2, 1, 1, tzinfo=UTC)


def test_absent_values_are_null():
    found = columns.where(np.array([True, False]), pa.array(["a", "b"]))

    assert found.to_pylist() == ["a", None]


def test_rows_are_chosen_in_order():
    class Pair(columns.Frame):
        """Two columns."""

    assert Pair().rows(np.array([0])) == Pair()
