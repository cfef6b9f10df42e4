"""On what terms a product is shared: its privacy unit, budgets, purposes and limits.

Budgets and losses are whole numbers of micro-epsilon: 1_000_000 is epsilon = 1.
"""

from dataclasses import dataclass
from enum import StrEnum

from data_products.errors import expect
from data_products.purpose import Purpose

FEWEST_UNITS = 3
"""No contract may show a group of fewer privacy units: two of them could tell the third's part."""
MOST_EPSILON = 1_000_000_000_000
"""In micro-epsilon. What is beyond protects nobody, and is surely a slip of the pen."""
TERMS = "customProperties.privacyTerms"


class Mode(StrEnum):
    """How answers are protected: exactly with thresholds and dominance, or with noise."""

    EXACT = "exact"
    DP = "dp"


class UnitKind(StrEnum):
    """Whom a privacy unit is: a company or a natural person."""

    COMPANY = "company"
    PERSON = "person"


@dataclass(frozen=True)
class PrivacyUnit:
    """Whom the product protects, and how many groups, and rows of a group, one of them may fill."""

    column: str
    kind: UnitKind
    max_groups: int
    max_rows_per_group: int

    def __post_init__(self) -> None:
        """Refuses a unit that may contribute nothing, or without limit."""
        _within(self.max_groups, 1, 10_000, f"{TERMS}.unit.maxGroups")
        _within(self.max_rows_per_group, 1, 1_000_000, f"{TERMS}.unit.maxRowsPerGroup")


@dataclass(frozen=True)
class Budgets:
    """Privacy budgets in micro-epsilon: for one query, one consumer, and the product's whole life.

    All three are 0 where a product in exact mode grants no noisy answers.
    """

    query: int
    consumer: int
    product: int

    def __post_init__(self) -> None:
        """Refuses budgets of which the narrower is the larger."""
        expect(
            # All or none: a product's budget that no query may touch is a slip of the pen.
            0 <= self.query <= self.consumer <= self.product <= MOST_EPSILON
            and (self.query > 0 or self.product == 0),
            f"found {self.query}, {self.consumer} and {self.product} micro-epsilon, expected "
            f"0 < query <= consumer <= product <= {MOST_EPSILON}, or none",
            where=f"{TERMS}.epsilon",
            hint="write them from the smallest to the largest, such as 0.5, 4.0 and 40.0",
        )


@dataclass(frozen=True)
class Terms:
    """On what terms the product is shared."""

    mode: Mode
    purposes: frozenset[Purpose]
    prohibited: frozenset[Purpose]
    min_units: int
    p_percent: int
    budgets: Budgets
    max_dimensions: int = 3
    max_cells: int = 5000
    suggested: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses terms that protect nobody, or that no query could meet."""
        _within(self.min_units, FEWEST_UNITS, 1_000_000, f"{TERMS}.minUnits")
        _within(self.p_percent, 1, 50, f"{TERMS}.pPercent")
        _within(self.max_dimensions, 1, 4, f"{TERMS}.maxDimensions")
        _within(self.max_cells, 1, 10_000, f"{TERMS}.maxCells")
        expect(
            self.mode is not Mode.DP or self.budgets.query > 0,
            "found no privacy budget for mode dp, expected one over 0",
            where=f"{TERMS}.epsilon",
            hint='write epsilon: {query: "0.5", consumer: "4.0", product: "40.0"}',
        )
        self._check_purposes()

    def _check_purposes(self) -> None:
        """Purposes are listed, and none of them is prohibited."""
        expect(
            bool(self.purposes),
            "found no purpose, expected at least one",
            where=f"{TERMS}.purposes",
            hint="list what the data may be used for, such as ent:TradeStatistics",
        )
        # A purpose beneath a prohibited one could never be used: its provider means one of the two.
        barred = sorted(
            str(purpose)
            for purpose in self.purposes
            if any(prohibited.covers(purpose) for prohibited in self.prohibited)
        )
        expect(
            not barred,
            f"found {', '.join(barred)} among purposes that are prohibited, expected no overlap",
            where=f"{TERMS}.purposes",
            hint="take it out of purposes or prohibitedPurposes; what lies beneath one counts too",
        )


def _within(found: int, low: int, high: int, where: str) -> None:
    """Refuses a number outside a closed range."""
    expect(
        low <= found <= high,
        f"found {found}, expected {low} to {high}",
        where=where,
        hint=f"write a whole number from {low} to {high}",
    )
