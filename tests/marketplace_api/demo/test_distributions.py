"""Trade is skewed as the real declarations are."""

import numpy as np
import pytest

from marketplace_api.demo import distributions
from marketplace_api.demo.codes import DAYS
from marketplace_api.demo.trade import Flow

REAL = 54_000


@pytest.fixture(scope="module")
def drawn():
    """As many consignments as there are real declarations."""
    return Flow("BEANR", REAL, 7).draw(0)


@pytest.fixture(scope="module")
def counts(drawn):
    """Declarations of each importer that has any."""
    every = np.bincount(drawn.importer)
    return every[every > 0]


@pytest.mark.parametrize(
    ("quantile", "low", "high"), [(0.5, 2, 2), (0.9, 6, 8), (0.99, 20, 26), (1.0, 150, 260)]
)
def test_importers_are_skewed_alike(quantile, low, high, counts):
    assert low <= np.quantile(counts, quantile) <= high


def test_importers_are_as_many(counts):
    assert 13_500 <= len(counts) <= 15_500


def test_values_span_five_decades(drawn):
    assert 4.5 <= np.log10(drawn.value.max() / np.median(drawn.value)) <= 5.5


def test_declarations_follow_arrival_within_two_days(drawn):
    lag = drawn.day * 24 * 60 - drawn.arrived

    assert 0.5 <= np.mean((lag >= 0) & (lag < 48 * 60)) <= 0.7
    assert np.mean(lag < 0) > 0.1


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_chances_end_at_one(size):
    assert distributions.ranked(size, 0.8)[-1] == 1.0


def test_pick_follows_weights():
    rng = np.random.default_rng(1)

    found = distributions.pick(rng, distributions.cumulative((1, 0, 3)), 10_000)

    assert set(found) == {0, 2}
    assert 0.72 <= np.mean(found == 2) <= 0.78


def test_autumn_is_busiest():
    chances = np.diff(distributions.season(), prepend=0.0)

    assert len(chances) == DAYS
    assert chances[273:334].mean() > 1.2 * chances[0:59].mean()


@pytest.mark.parametrize(("value", "expected"), [(-5.0, 1), (2.5, 2), (1e30, 9)])
def test_whole_numbers_stay_within(value, expected):
    assert distributions.whole(np.array([value]), 1, 9).tolist() == [expected]


def test_happens_in_share_of_cases():
    found = distributions.happens(np.random.default_rng(2), 0.25, 20_000)

    assert 0.23 <= found.mean() <= 0.27
