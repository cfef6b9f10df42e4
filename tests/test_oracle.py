"""The oracle itself, on cells that can be worked out by hand."""

import pandas as pd
import pytest
from oracle import Cell, Rules, answer, dominated, labelled, ratio

FEW = Rules(min_units=3, p_percent=10)


def told(values, rules=FEW):
    """The one cell of a group in which each unit has one of the values."""
    rows = pd.DataFrame({"key": "a", "unit": range(len(values)), "x": values})
    return answer(rows, ["key"], ["x"], rules).get(("a",))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([50, 50, 5], True),
        ([50, 50, 4], False),
        ([100, 5, 10], False),
        ([100, 10, 10], True),
        ([-100, 10, 10], True),
        ([-100, 10, -9], False),
        ([0, 2, 2, 2], True),
        ([0, 0, 0], False),
        ([1, 1, 1], True),
        ([0, 1, 1], False),
    ],
)
def test_others_must_add_p_percent(values, shown):
    assert told(values)["x"] == Cell(sum(values), shown)


def test_few_units_are_no_group():
    assert told([1, 1]) is None


def test_unit_counts_once():
    rows = pd.DataFrame({"key": "a", "unit": [1, 1, 1, 2], "x": 1})

    assert answer(rows, ["key"], ["x"], FEW) == {}


def test_rows_of_one_unit_add_up():
    rows = pd.DataFrame({"key": "a", "unit": [1, 1, 2, 3], "x": [50, 50, 1, 1]})

    assert not answer(rows, ["key"], ["x"], FEW)[("a",)]["x"].shown


def test_units_without_value_contribute_nothing():
    assert told([10, 10, None])["x"] == Cell(20, shown=False)


def test_withheld_values_are_counted():
    rows = pd.DataFrame({"key": list("aaabbb"), "unit": [1, 2, 3] * 2, "x": [9, 9, 0, 9, 9, 9]})

    assert dominated(answer(rows, ["key"], ["x"], FEW), "x") == 1


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        (Cell(1, shown=True), Cell(4, shown=True), 0.25),
        (Cell(1, shown=False), Cell(4, shown=True), None),
        (Cell(1, shown=True), Cell(4, shown=False), None),
    ],
)
def test_ratio_needs_both(above, below, expected):
    assert ratio(above, below) == expected


def test_groups_are_labelled_as_text():
    rows = pd.DataFrame({"key": 7, "unit": [1, 2, 3], "x": 1})

    assert list(labelled(answer(rows, ["key"], ["x"], FEW))) == [("7",)]
