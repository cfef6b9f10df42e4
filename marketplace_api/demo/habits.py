"""What comes in, and from where: the chances of codes, and what each importer usually brings."""

from dataclasses import dataclass

import numpy as np

from marketplace_api.demo.codes import HS2, HS6, OFFICES, ORIGINS, RARE_ORIGINS
from marketplace_api.demo.columns import Floats, Ints
from marketplace_api.demo.distributions import cumulative, happens, lognormal, pick, ranked

# The chapter of each subheading, as an index into HS2.
HS2_OF = np.array([HS2.index(code[:2]) for code in HS6])

# How far importers, and goods, differ in value: this is what makes single importers dominate.
IMPORTER_SIGMA, GOODS_SIGMA = 1.1, 0.6
# The share of an importer's consignments that hold its usual goods, or are of its usual origin.
LOYALTY = 0.55


def _goods_chances() -> Floats:
    """Chances of each subheading: chapters by rank, subheadings by rank within their chapter."""
    within = np.array([np.sum(HS2_OF[:i] == chapter) for i, chapter in enumerate(HS2_OF)])
    return cumulative((HS2_OF + 4.0) ** -0.9 * (within + 1.0) ** -0.7)


def _origin_chances() -> Floats:
    """Chances of each origin by rank; the rare are rare, and the last is left to a situation."""
    weights = (np.arange(len(ORIGINS)) + 2.0) ** -1.2
    weights[[ORIGINS.index(code) for code in RARE_ORIGINS]] *= 0.005
    weights[-1] = 0.0
    return cumulative(weights)


GOODS_CHANCES = _goods_chances()
# A level belongs to the code: by a seed of its own it is the same in every world.
GOODS_LEVEL = lognormal(np.random.default_rng(6), 1.0, GOODS_SIGMA, len(HS6))
ORIGIN_CHANCES = _origin_chances()
# In the order of MODES: sea leads by far at a port.
MODE_CHANCES = cumulative((0.74, 0.2, 0.05, 0.01))
OFFICE_CHANCES = ranked(len(OFFICES), 1.3)
PROCESS_CHANCES = cumulative((0.72, 0.17, 0.08, 0.03))


@dataclass(frozen=True)
class Habits:
    """What each importer usually brings in, from where, and how its values compare (1 is usual)."""

    goods: Ints
    origin: Ints
    level: Floats

    @classmethod
    def drawn(cls, rng: np.random.Generator, importers: int) -> "Habits":
        """Habits for so many importers."""
        return cls(
            pick(rng, GOODS_CHANCES, importers),
            pick(rng, ORIGIN_CHANCES, importers),
            lognormal(rng, 1.0, IMPORTER_SIGMA, importers),
        )


def usual(rng: np.random.Generator, habit: Ints, chances: Floats) -> Ints:
    """The importer's usual code for a share of the rows, and any by its chance for the rest."""
    other = pick(rng, chances, len(habit))
    return np.where(happens(rng, LOYALTY, len(habit)), habit, other)
