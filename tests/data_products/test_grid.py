from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_products.errors import ContractError
from data_products.grid import Bounds, Grid
from data_products.time_grid import Step

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1)])
def test_bounds_must_be_ordered(low, high):
    with pytest.raises(ContractError, match=f"found low {low} and high {high}"):
        Bounds(low, high)


@pytest.mark.parametrize(
    "values",
    [("a", "a"), ("",), ("a\n",), ("\u202ea",), ("x" * 201,), tuple(map(str, range(10_001)))],
)
def test_keys_must_be_showable(values):
    with pytest.raises(ContractError, match=r"^customProperties\.privacyDomain: "):
        Grid(values=values)


def test_keys_and_step_exclude_each_other():
    with pytest.raises(ContractError, match="a domain and a step"):
        Grid(values=("a",), step=Step.DAY)


@pytest.mark.parametrize(
    ("step", "start", "end"),
    [
        (None, JANUARY, MARCH),
        (Step.DAY, JANUARY, None),
        (Step.DAY, None, MARCH),
        (Step.DAY, MARCH, JANUARY),
        (Step.DAY, JANUARY, JANUARY),
        (Step.DAY, date(1899, 12, 31), date(1901, 1, 1)),
        (Step.DAY, date(2199, 1, 1), date(2201, 1, 1)),
        (Step.HOUR, date(1950, 1, 1), date(2001, 1, 1)),
    ],
)
def test_range_must_be_whole(step, start, end):
    with pytest.raises(ContractError, match=r"^customProperties\.privacyRange: "):
        Grid(step=step, start=start, end=end)


def test_undeclared_keys_are_none():
    assert Grid().keys() == Grid(step=Step.DAY).keys() == ()


def test_listed_keys_are_given():
    assert Grid(values=("b", "a")).keys() == ("b", "a")


@pytest.mark.parametrize(
    ("step", "count"), [(None, 59), (Step.HOUR, 59 * 24), (Step.MONTH, 2), (Step.YEAR, 1)]
)
def test_keys_follow_the_step(step, count):
    assert len(Grid(step=Step.DAY, start=JANUARY, end=MARCH).keys(step)) == count


@given(
    step=st.sampled_from([step for step in Step if step is not Step.HOUR]),
    start=st.dates(date(1900, 1, 1), date(2199, 1, 1)),
    days=st.integers(1, 400),
)
def test_keys_lie_around_the_range(step, start, days):
    end = min(start + timedelta(days=days), date(2199, 12, 31))
    grid = Grid(step=step, start=start, end=end)
    keys = [date.fromisoformat(key) for key in grid.keys(step)]
    assert keys == sorted(set(keys))
    assert keys[0] <= start
    assert keys[-1] < end
