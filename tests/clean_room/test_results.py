"""What a release looks like on the wire, and what cannot be printed."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clean_room.results import (
    Aggregates,
    Field,
    Mark,
    Measured,
    Measurements,
    Release,
    Weight,
    Withheld,
    plain,
)
from data_products.digest import digest


def release(*rows: tuple[object, ...]) -> Release:
    """A release of these rows."""
    return Release((Field("a", "string", "3"), Field("b", "integer")), rows, Withheld(4, 1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (Mark.WITHHELD, None),
        ("é", "é"),
        (True, True),
        (2**53 - 1, 9007199254740991),
        (2**53, "9007199254740992"),
        (1 - 2**53, -9007199254740991),
        (-(2**53), "-9007199254740992"),
        (Decimal("1E-9"), "0.000000001"),
        (Decimal("10.50"), "10.50"),
        (Decimal(10) ** 30, "1" + "0" * 30),
        (0.1, 0.1),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 13), "2026-01-31T13:00:00"),  # noqa: DTZ001 - grids have no zone
    ],
)
def test_values_have_one_form(value, expected):
    assert release((value, 1)).wire()["rows"] == [[expected, 1]]


def test_withheld_cells_are_marked():
    wire = release((Mark.WITHHELD, None), (None, Mark.WITHHELD)).wire()
    assert wire["withheld"] == {"cells": [[0, 0], [1, 1]], "below_threshold": 4, "dominated": 1}
    assert wire["rows"] == [[None, None], [None, None]]


def test_columns_are_described():
    assert release().wire()["columns"] == [
        {"name": "a", "type": "string", "error": "3"},
        {"name": "b", "type": "integer", "error": ""},
    ]


VALUES = st.one_of(
    st.none(),
    st.just(Mark.WITHHELD),
    st.booleans(),
    st.integers(-(10**38), 10**38),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=9),
    st.dates(),
    st.text(st.characters(exclude_categories=["Cs"])),
)


@given(st.lists(st.tuples(VALUES, VALUES)))
def test_digest_survives_json(rows):
    wire = release(*rows).wire()
    assert digest(json.loads(json.dumps(wire))) == digest(wire)


@pytest.mark.parametrize(
    "secret",
    [
        Aggregates(({"k0": "canary", "m0": 9},)),
        Weight(9, Decimal(9), Decimal(9), Decimal(9)),
        Measured(("canary",), {"m0": 9}, {}),
        Measurements((Measured(("canary",), {"m0": 9}, {}),)),
    ],
    ids=lambda secret: type(secret).__name__,
)
def test_true_values_cannot_be_printed(secret):
    assert repr(secret) == str(secret) == object.__repr__(secret)


@pytest.mark.parametrize(("value", "expected"), [(5, 5), ((1, 2), None), (None, None)])
def test_several_values_are_not_one(value, expected):
    assert plain(value) == expected
