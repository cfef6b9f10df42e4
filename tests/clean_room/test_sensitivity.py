from itertools import accumulate
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clean_room.relation import Contribution, Function, Measure
from clean_room.sensitivity import LARGEST_SCALE, MICRO, OUTSIDE, Noise, sensitivity
from data_products.errors import LimitError

BOUND = Contribution(groups=4, rows=3)


def outside(noise, width):
    """The chance that the noise is further from zero than the width, summed term by term."""
    ratio = exp(-1 / noise.scale)
    mass = (1 - ratio) / (1 + ratio)
    inside = mass + 2 * sum(mass * ratio**distance for distance in range(1, width + 1))
    return 1 - inside


@pytest.mark.parametrize(
    ("measure", "most"),
    [
        (Measure("units", Function.UNITS), 4),
        (Measure("m0", Function.COUNT), 12),
        (Measure("m0", Function.SUM, low=0, high=100), 1200),
        (Measure("m0", Function.SUM, low=-500, high=100), 6000),
        (Measure("m0", Function.SUM, low=-7, high=-3), 84),
        (Measure("m0", Function.SUM, low=0, high=0), 1),
    ],
)
def test_sensitivity_is_all_of_one_unit(measure, most):
    assert sensitivity(measure, BOUND) == most


@pytest.mark.parametrize("function", Function)
def test_sensitivity_grows_with_groups(function):
    measure = Measure("m0", function, low=0, high=9)
    found = [sensitivity(measure, Contribution(groups, 3)) for groups in (1, 2, 5, 50)]
    assert found == [found[0] * times for times in (1, 2, 5, 50)]


@given(st.integers(1, 50), st.integers(50_000, 5 * MICRO))
def test_interval_is_the_narrowest(most, epsilon):
    noise = Noise("m0", most, epsilon)
    width = noise.half_width
    assert outside(noise, width) <= OUTSIDE + 1e-9
    assert width == 0 or outside(noise, width - 1) > OUTSIDE - 1e-9


@given(st.integers(1, 10**6), st.integers(1000, 10 * MICRO))
def test_scale_is_never_too_small(most, epsilon):
    assert Noise("m0", most, epsilon).scale > most * MICRO / epsilon


@pytest.mark.parametrize("most", [1, 10**9, LARGEST_SCALE // (2 * MICRO)])
def test_wide_noise_has_an_interval(most):
    noise = Noise("m0", most, 1)
    assert 2.9 < noise.half_width / noise.scale < 3.1


@pytest.mark.parametrize("epsilon", [1, MICRO])
def test_noise_beyond_64_bits_is_refused(epsilon):
    with pytest.raises(LimitError, match="64 bits"):
        Noise("m0", LARGEST_SCALE + 1, epsilon)


def test_widths_follow_epsilon():
    widths = [Noise("m0", 10, epsilon).half_width for epsilon in (MICRO, MICRO // 2, MICRO // 4)]
    assert widths == sorted(accumulate(widths, max))
