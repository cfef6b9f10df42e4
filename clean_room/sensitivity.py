"""How far one privacy unit can move an aggregate, and how wide the noise must be for it.

The noise is discrete Laplace (Ghosh, Roughgarden, Sundararajan 2009; exact sampling by Canonne,
Kamath, Steinke 2020), on whole numbers of a measure's last digit. Neighbours differ by all rows of
one unit.
"""

from dataclasses import dataclass
from math import ceil, exp, log

from clean_room.relation import Contribution, Function, Measure
from data_products.errors import LimitError

MICRO = 1_000_000

OUTSIDE = 0.05
"""How often the true value may lie outside the interval that is shown: one time in twenty."""

LARGEST_SCALE = 2**56
"""With a true value within 2**62, noise of this scale is past 64 bits once in e**64 draws."""


@dataclass(frozen=True)
class Noise:
    """The noise of one measure: sensitivity in its last digit, epsilon in millionths."""

    measure: str
    sensitivity: int
    epsilon: int

    def __post_init__(self) -> None:
        """Refuses noise that 64 bits do not hold."""
        if max(self.sensitivity, self.scale) > LARGEST_SCALE:
            raise LimitError(
                "the noise of an aggregate would not fit in 64 bits",
                hint="allow more epsilon, or ask the provider for narrower privacyBounds",
            )

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
        return max(0, ceil(-self.scale * log(OUTSIDE * (1 + ratio) / 2) - 1))


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
