"""The ranges of a column: what a measure is clipped to, and the keys that a dimension may have."""

from dataclasses import dataclass
from datetime import date

from data_products.errors import expect
from data_products.time_grid import Step, steps_between

MOST_KEYS, LONGEST_KEY = 10_000, 200
# Fifty years of hours are 438,000 keys: as many as can be listed while somebody waits.
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1900, 2200, 50


@dataclass(frozen=True)
class Bounds:
    """The closed range that a measure is clipped to before noise, in the column's own unit."""

    low: int
    high: int

    def __post_init__(self) -> None:
        """Refuses an empty range."""
        expect(
            self.low < self.high,
            f"found low {self.low} and high {self.high}, expected low under high",
            where="customProperties.privacyBounds",
            hint="write [low, high], such as [0, 45000]",
        )


@dataclass(frozen=True)
class Grid:
    """The public key set of a dimension: listed values, or every step of a half-open time range."""

    values: tuple[str, ...] = ()
    step: Step | None = None
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        """Refuses keys listed twice or unprintable, and a range that is open, empty or too long."""
        self._check_values()
        self._check_range()

    def _check_values(self) -> None:
        """Keys are few, distinct, and can be shown."""
        # isprintable() refuses marks that turn text around, which would make one key look another.
        plain = all(0 < len(key) <= LONGEST_KEY and key.isprintable() for key in self.values)
        expect(
            plain and len(set(self.values)) == len(self.values) <= MOST_KEYS,
            f"found over {MOST_KEYS} keys, or one that is listed twice, empty, unprintable or over "
            f"{LONGEST_KEY} characters; expected distinct short texts",
            where="customProperties.privacyDomain",
            hint="list each value that may be shown once",
        )
        expect(
            not (self.values and self.step),
            "found a domain and a step, expected one of the two",
            where="customProperties.privacyDomain",
            hint="list values for text, give a step for time",
        )

    def _check_range(self) -> None:
        """A range has a step and both ends, in order and within reach."""
        # A step without a range is a grid too: its keys are not declared, only how fine they are.
        given = (self.start, self.end)
        if given == (None, None):
            return
        expect(
            self.step is not None and _within_reach(self.start, self.end),
            f"found {self.start} to {self.end} with step {self.step}, expected a step, both ends, "
            f"in order, within {FIRST_YEAR} to {LAST_YEAR} and {MOST_YEARS} years of one another",
            where="customProperties.privacyRange",
            hint='write privacyStep, and privacyRange such as ["2026-01-01", "2027-01-01"]',
        )

    def keys(self, step: Step | None = None) -> tuple[str, ...]:
        """The keys, at a coarser step if one is given; empty where the set is not declared.

        >>> Grid(step=Step.MONTH, start=date(2026, 1, 1), end=date(2026, 3, 1)).keys()
        ('2026-01-01', '2026-02-01')
        """
        finest = step or self.step
        if finest is None or self.start is None or self.end is None:
            return self.values
        return steps_between(self.start, self.end, finest)


def _within_reach(start: date | None, end: date | None) -> bool:
    """Whether the ends are given, in order, and near enough for their steps to be listed."""
    if start is None or end is None:
        return False
    return (
        start < end
        and start.year >= FIRST_YEAR
        and end.year <= LAST_YEAR
        and end.year - start.year <= MOST_YEARS
    )
