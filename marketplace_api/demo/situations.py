"""Situations planted in the trade of Antwerp, which a demonstration can count on at any size.

Dominance: in March 2026 fourteen importers bring frozen shrimp (HS 0306.17) from Ecuador, and one
of them 92 % of its value. The threshold of ten importers lets the cell pass; the p% rule does not.
Eight sibling subheadings, of eight importers each, make the heading (HS 0306) safe to show.

Chemicals: in one week of June 2026 thirty importers bring fuels (HS 2710.12) by sea, dangerous
goods of two classes, twelve importers of each, so that a class can be told by week.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np

from marketplace_api.demo.codes import HS6, MODES, ORIGINS, START
from marketplace_api.demo.columns import Ints

GOODS, ORIGIN = "030617", "EC"
MONTH = date(2026, 3, 1)
IMPORTERS, LEADING_PERCENT = 14, 92
SIBLINGS = tuple(code for code in HS6 if code.startswith("0306") and code != GOODS)
SIBLING_IMPORTERS = 8
CELL_CENTS, SIBLING_CENTS = 500_000_000, 125_000_000

FUEL, FUEL_ORIGIN, FUEL_IMPORTERS = "271012", "NO", 30
WEEK = date(2026, 6, 22)

# The situations' importers are ranked from here on: busy, but not the busiest.
FIRST_IMPORTER = 40
MINUTES_A_DAY = 24 * 60


def planted() -> Mapping[str, Ints]:
    """Columns of the rows that make both situations."""
    parts = (_dominance(), _chemicals())
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    count = len(columns["day"])
    importer = FIRST_IMPORTER + np.arange(count)
    return {
        **columns,
        "importer": importer,
        "seller": importer * 3,
        "departure": columns["origin"],
        "mode": np.full(count, MODES.index("1")),
        # Nine euros a kilogram, in tenths of one.
        "mass": columns["value"] // 90,
    }


def _dominance() -> dict[str, Ints]:
    """One subheading that one importer dominates, and its siblings."""
    siblings = len(SIBLINGS) * SIBLING_IMPORTERS
    goods = [GOODS] * IMPORTERS + [code for code in SIBLINGS for _ in range(SIBLING_IMPORTERS)]
    # Equal shares, so that none of the siblings is dominated by accident.
    others = np.full(siblings, SIBLING_CENTS // SIBLING_IMPORTERS)
    day = (MONTH - START).days + np.arange(len(goods)) % 28
    return {
        "day": day,
        "arrived": day * MINUTES_A_DAY - 36 * 60,
        "goods": np.array([HS6.index(code) for code in goods]),
        "origin": np.full(len(goods), ORIGINS.index(ORIGIN)),
        "value": np.concatenate([_cell_values(), others]),
    }


def _cell_values() -> Ints:
    """The cell's values in cents: the leading importer's, then equal shares of what is left."""
    leading = CELL_CENTS * LEADING_PERCENT // 100
    rest = (CELL_CENTS - leading) // (IMPORTERS - 1)
    return np.array([leading] + [rest] * (IMPORTERS - 1))


def _chemicals() -> dict[str, Ints]:
    """Fuels that arrive on three days of a week and are declared the day after."""
    arrival = (WEEK - START).days + np.arange(FUEL_IMPORTERS) % 3
    return {
        "day": arrival + 1,
        "arrived": arrival * MINUTES_A_DAY + 9 * 60,
        "goods": np.full(FUEL_IMPORTERS, HS6.index(FUEL)),
        "origin": np.full(FUEL_IMPORTERS, ORIGINS.index(FUEL_ORIGIN)),
        "value": np.full(FUEL_IMPORTERS, 4_000_000),
    }
