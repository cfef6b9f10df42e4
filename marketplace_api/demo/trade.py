"""The trade of a port, drawn a chunk at a time.

Each chunk comes from the seed, the port and the chunk's number alone, so a table of any length is
written in bounded memory, and two tables of one world that speak of a consignment agree about it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from marketplace_api.demo import distributions, situations
from marketplace_api.demo.codes import HUBS, MODES, ORIGINS, PORTS
from marketplace_api.demo.columns import Floats, Ints
from marketplace_api.demo.consignments import Consignments
from marketplace_api.demo.distributions import happens, pick, ranked
from marketplace_api.demo.habits import (
    GOODS_CHANCES,
    GOODS_LEVEL,
    MODE_CHANCES,
    OFFICE_CHANCES,
    ORIGIN_CHANCES,
    PROCESS_CHANCES,
    Habits,
    usual,
)

# Rows in memory at a time; tables are longer, and are written chunk by chunk.
CHUNK = 250_000
SEA = MODES.index("1")

# With the levels of goods and importers, the largest of 54,000 is 70,000 times the median.
MEDIAN_CENTS, LARGEST_CENTS, ITEM_SIGMA = 120_000.0, 10_000_000_000, 2.4
# Nine euros a kilogram in the median.
CENTS_A_KILOGRAM, KILOGRAM_SIGMA, HEAVIEST_TENTHS = 900.0, 1.3, 100_000_000
DECLARATIONS_A_DECLARANT = 45
# Of goods that come without a hub; of those declared before they arrive.
DIRECT_SHARE, EARLY_SHARE = 0.8, 0.15


@dataclass(frozen=True)
class Flow:
    """The trade of one port: so many consignments, for a population of importers in proportion."""

    port: str
    consignments: int
    seed: int

    @property
    def importers(self) -> int:
        """How many importers could appear."""
        return int(self.consignments * distributions.IMPORTERS_A_DECLARATION)

    @property
    def chunks(self) -> int:
        """How many chunks the flow is drawn in."""
        return -(-self.consignments // CHUNK)

    @cached_property
    def activity(self) -> Floats:
        """Cumulative chances of each importer, the most active first."""
        return distributions.importers(self.importers)

    @cached_property
    def habits(self) -> Habits:
        """What each importer usually brings in."""
        return Habits.drawn(self.rng("habits", 0), self.importers)

    def rng(self, purpose: str, chunk: int) -> np.random.Generator:
        """A generator for one purpose and chunk, so that no table's draws shift another's."""
        words = int.from_bytes(purpose.encode("ascii"), "big")
        return np.random.default_rng([self.seed, PORTS.index(self.port), words, chunk])

    def draw(self, chunk: int) -> Consignments:
        """The chunk's consignments, the same at every call; Antwerp's first has the situations."""
        drawn = self._drawn(chunk)
        planted = chunk == 0 and self.port == PORTS[0]
        return drawn.ending_in(situations.planted()) if planted else drawn

    def _drawn(self, chunk: int) -> Consignments:
        """The chunk's consignments as chance has them."""
        first = chunk * CHUNK
        count = min(CHUNK, self.consignments - first)
        rng = self.rng("trade", chunk)
        importer = pick(rng, self.activity, count)
        goods = usual(rng, self.habits.goods[importer], GOODS_CHANCES)
        origin = usual(rng, self.habits.origin[importer], ORIGIN_CHANCES)
        day = pick(rng, distributions.season(), count)
        value = self._cents(rng, importer, goods)
        declarants = ranked(max(20, self.consignments // DECLARATIONS_A_DECLARANT), 0.8)
        return Consignments(
            serial=np.arange(first, first + count),
            day=day,
            arrived=day * 24 * 60 - _lag(rng, count),
            importer=importer,
            # An importer buys from three sellers of its own.
            seller=importer * 3 + rng.integers(0, 3, count),
            declarant=pick(rng, declarants, count),
            goods=goods,
            origin=origin,
            departure=_departure(rng, origin),
            mode=pick(rng, MODE_CHANCES, count),
            office=pick(rng, OFFICE_CHANCES, count),
            process_type=pick(rng, PROCESS_CHANCES, count),
            mass=_tenths(rng, value),
            value=value,
        )

    def _cents(self, rng: np.random.Generator, importer: Ints, goods: Ints) -> Ints:
        """Item values: the goods' and the importer's level times what the item happens to be."""
        level = self.habits.level[importer] * GOODS_LEVEL[goods]
        items = distributions.lognormal(rng, MEDIAN_CENTS, ITEM_SIGMA, len(importer))
        return distributions.whole(items * level, 1, LARGEST_CENTS)


def _departure(rng: np.random.Generator, origin: Ints) -> Ints:
    """The country of departure: mostly the origin, sometimes a hub where goods change ships."""
    hubs = np.array([ORIGINS.index(code) for code in HUBS])
    through = hubs[rng.integers(0, len(hubs), len(origin))]
    return np.where(happens(rng, DIRECT_SHARE, len(origin)), origin, through)


def _lag(rng: np.random.Generator, count: int) -> Ints:
    """Minutes from arrival to the day of declaration: most within 48 hours, some before."""
    late, early = rng.exponential(40, count), -rng.exponential(30, count)
    return (np.where(happens(rng, EARLY_SHARE, count), early, late) * 60).astype(np.int64)


def _tenths(rng: np.random.Generator, value: Ints) -> Ints:
    """Net masses in tenths of a kilogram: values at a price per kilogram that varies widely."""
    price = distributions.lognormal(rng, CENTS_A_KILOGRAM, KILOGRAM_SIGMA, len(value))
    return distributions.whole(value / price * 10, 1, HEAVIEST_TENTHS)
