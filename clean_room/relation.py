"""A bound query: every name is a contract's, every function one of ours.

The engine computes `measures` for each group of `keys` over the rows that satisfy `where`; what a
consumer reads is computed from released values afterwards, by `presentation`.
"""

from dataclasses import dataclass
from enum import StrEnum

from clean_room.expressions import Expression, Reference, walk
from data_products.product import DataProduct


class Function(StrEnum):
    """What is computed over the rows of a group."""

    COUNT = "count"
    SUM = "sum"
    UNITS = "units"


UNITS = "units"
"""The name of the count of distinct privacy units, which every disclosure rule needs."""


@dataclass(frozen=True)
class Key:
    """A dimension that groups are made by."""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Measure:
    """An aggregate; COUNT without an argument counts rows, UNITS counts distinct privacy units.

    There is no average: AVG is bound as a SUM over a COUNT, so that both are protected.

    `low` and `high`, where set, are what a row's argument is clipped to, in units of the last of
    the argument's `scale` decimal digits.
    """

    name: str
    function: Function
    argument: Expression | None = None
    scale: int = 0
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Output:
    """A column of the answer, computed from released keys and measures."""

    name: str
    expression: Expression

    def names(self) -> frozenset[str]:
        """The keys and measures that it is computed from."""
        return frozenset(e.name for e in walk(self.expression) if isinstance(e, Reference))


@dataclass(frozen=True)
class Ordering:
    """What the answer's rows are sorted by; NULL and withheld values come last."""

    expression: Expression
    descending: bool


@dataclass(frozen=True)
class Presentation:
    """What becomes of released groups: HAVING, the output columns, ORDER BY and LIMIT."""

    outputs: tuple[Output, ...]
    having: Expression | None = None
    ordering: tuple[Ordering, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Contribution:
    """How many groups, and rows of a group, one privacy unit may fill."""

    groups: int
    rows: int


@dataclass(frozen=True)
class Relation:
    """A bound query on its way to a plan.

    `contribution` bounds what one unit may add, where noise protects. Where exact answers are
    shown, `weighed` asks the engine for what the largest units add, and groups with fewer than
    `min_units` units do not even leave it.
    """

    product: DataProduct
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    presentation: Presentation
    where: Expression | None = None
    contribution: Contribution | None = None
    weighed: bool = False
    min_units: int = 0
