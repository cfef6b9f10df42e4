from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_products.time_grid import Step, floor, following, on_grid, steps_between

STEPS = st.sampled_from(Step)
MOMENTS = st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01"))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step.HOUR, "2026-11-25T14:00:00"),
        (Step.DAY, "2026-11-25T00:00:00"),
        (Step.WEEK, "2026-11-23T00:00:00"),
        (Step.MONTH, "2026-11-01T00:00:00"),
        (Step.QUARTER, "2026-10-01T00:00:00"),
        (Step.YEAR, "2026-01-01T00:00:00"),
    ],
)
def test_floor_is_the_beginning(step, expected):
    moment = datetime.fromisoformat("2026-11-25T14:59:59.999999")
    assert floor(moment, step).isoformat() == expected


@given(MOMENTS, STEPS)
def test_floor_is_the_nearest_before(moment, step):
    begun = floor(moment, step)
    assert begun <= moment < following(moment, step)
    assert on_grid(begun, step)


@given(MOMENTS, STEPS)
def test_following_is_the_next_on_grid(moment, step):
    after = following(moment, step)
    assert on_grid(after, step)
    assert floor(after - timedelta(microseconds=1), step) == floor(moment, step)


@given(MOMENTS, STEPS, STEPS)
def test_within_means_shared_boundaries(moment, coarse, fine):
    if coarse.within(fine):
        assert on_grid(floor(moment, coarse), fine)


@pytest.mark.parametrize(
    ("coarse", "fine"),
    [
        (Step.MONTH, Step.WEEK),
        (Step.WEEK, Step.MONTH),
        (Step.HOUR, Step.DAY),
        (Step.YEAR, Step.WEEK),
    ],
)
def test_crossing_steps_are_not_within(coarse, fine):
    assert not coarse.within(fine)


@given(start=st.dates(date(1900, 1, 1), date(2199, 1, 1)), days=st.integers(1, 800), step=STEPS)
def test_steps_cover_the_range(start, days, step):
    end = start + timedelta(days=days)
    moments = [datetime.fromisoformat(key) for key in steps_between(start, end, step)]
    assert all(on_grid(moment, step) for moment in moments)
    assert moments[0].date() <= start
    assert [following(moment, step) for moment in moments[:-1]] == moments[1:]
    assert following(moments[-1], step).date() >= end


def test_empty_range_has_no_steps():
    assert steps_between(date(2026, 1, 1), date(2026, 1, 1), Step.DAY) == ()


def test_hours_carry_their_time():
    keys = steps_between(date(2026, 1, 1), date(2026, 1, 2), Step.HOUR)
    assert (len(keys), keys[13]) == (24, "2026-01-01T13:00:00")
