"""How far one privacy unit can move an aggregate, and how wide the noise must be for it.

The noise is discrete Laplace (Ghosh, Roughgarden, Sundararajan 2009; exact sampling by Canonne,
Kamath, Steinke 2020), on whole numbers of a measure's last digit. Neighbours differ by all rows of
one unit.
"""

from dataclasses import dataclass
from math import ceil, exp, log

from clean_room.relation import Contribution, Function, Measure

MICRO = 1_000_000

OUTSIDE = 0.05
"""How often the true value may lie outside the interval that is shown: one time in twenty."""


@dataclass(frozen=True)
class Noise:
    """The noise of one measure: sensitivity in its last digit, epsilon in millionths."""

    measure: str
    sensitivity: int
    epsilon: int

    @property
    def scale(self) -> float:
        """The scale of the discrete Laplace distribution, rounded up by a part in 2**40."""
        return self.sensitivity * MICRO / self.epsilon * (1 + 2**-40)

    @property
    def half_width(self) -> int:
        """Half the width of the 95 % interval.

        >>> Noise("m0", sensitivity=1, epsilon=1_000_000).half_width
        3
        """
        ratio = exp(-1 / self.scale)
        return max(0, ceil(log(OUTSIDE * (1 + ratio) / 2) / log(ratio) - 1))


def sensitivity(measure: Measure, bound: Contribution) -> int:
    """The L1 sensitivity of a measure over all groups, in units of its last digit.

    >>> sensitivity(Measure("n", Function.COUNT), Contribution(groups=4, rows=3))
    12
    """
    match measure.function:
        case Function.UNITS:
            return bound.groups
        case Function.COUNT:
            return bound.groups * bound.rows
        case Function.SUM:
            largest = max(abs(measure.low or 0), abs(measure.high or 0))
            return max(1, bound.groups * bound.rows * largest)
