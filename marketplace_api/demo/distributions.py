"""The shapes of trade, fitted to 54,000 customs declarations: few weigh much, most weigh little.

Declarations of an importer: median 2, 90th percentile 7, 99th 22, largest near 200 at 54,000
declarations. Item values: lognormal, the largest some 100,000 times the median.
"""

import numpy as np
import numpy.typing as npt

from marketplace_api.demo.codes import DAYS, START
from marketplace_api.demo.columns import Flags, Floats, Ints

# Fitted by trial to the quantiles above; one in seven of these importers never appears.
IMPORTERS_A_DECLARATION = 0.315
IMPORTER_EXPONENT, IMPORTER_SHIFT = 0.62, 5.0

# How busy each month is against the year's mean, January first: the autumn peak of a port.
SEASON = (0.88, 0.84, 0.99, 0.97, 1.0, 1.01, 0.95, 0.92, 1.08, 1.14, 1.16, 1.02)

# Monday first; offices rest at the end of the week.
WEEKDAY = (1.15, 1.15, 1.1, 1.1, 1.1, 0.8, 0.6)


def ranked(size: int, exponent: float, shift: float = 1.0) -> Floats:
    """Cumulative chances of `size` ranks by Zipf and Mandelbrot: (rank + shift) ** -exponent.

    >>> ranked(3, 1.0).round(3).tolist()
    [0.545, 0.818, 1.0]
    """
    return cumulative((np.arange(size) + shift) ** -exponent)


def cumulative(weights: npt.ArrayLike) -> Floats:
    """Weights as cumulative chances, the last of them exactly 1.

    >>> cumulative((1, 1, 2)).tolist()
    [0.25, 0.5, 1.0]
    """
    sums: Floats = np.cumsum(np.asarray(weights, dtype=np.float64))
    chances: Floats = sums / sums[-1]
    return chances


def happens(rng: np.random.Generator, share: float, count: int) -> Flags:
    """Whether something happens that does so in a share of all cases, for as many as asked."""
    return rng.random(count) < share


def pick(rng: np.random.Generator, chances: Floats, count: int) -> Ints:
    """As many indices as asked, each as likely as its share of the cumulative chances."""
    # random() is below 1 and the last chance is 1, so that no index is out of range.
    return np.searchsorted(chances, rng.random(count), side="right").astype(np.int64)


def importers(population: int) -> Floats:
    """Cumulative chances that a declaration is of the most, second most ... active importer."""
    return ranked(population, IMPORTER_EXPONENT, IMPORTER_SHIFT)


def season() -> Floats:
    """Cumulative chances of each day of the world: the month's season times the weekday's."""
    days = np.datetime64(START) + np.arange(DAYS)
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    # Day 0 of the Unix epoch was a Thursday.
    weekday = (days.astype(np.int64) + 3) % 7
    return cumulative(np.array(SEASON)[month] * np.array(WEEKDAY)[weekday])


def lognormal(rng: np.random.Generator, median: float, sigma: float, count: int) -> Floats:
    """Lognormal values by their median and the standard deviation of their logarithm."""
    return median * np.exp(sigma * rng.standard_normal(count))


def whole(values: Floats, low: int, high: int) -> Ints:
    """The values as whole numbers within [low, high].

    >>> whole(np.array([-3.0, 2.6, 1e12]), 0, 100).tolist()
    [0, 3, 100]
    """
    return np.clip(np.rint(values), low, high).astype(np.int64)
