"""The data contract: what a product holds, who is protected in it, and on what terms it is shared.

Budgets and losses are whole numbers of micro-epsilon: 1_000_000 is epsilon = 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from data_products.errors import BindingError
from data_products.parties import ProductId
from data_products.purpose import Purpose
from data_products.time_grid import Step, steps_between


class ColumnType(StrEnum):
    """ODCS logical types that a clean room can work with; a number has a fixed scale."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


class Use(StrEnum):
    """How a consumer's query may use a column."""

    NEVER = "never"
    JOIN = "join"
    DIMENSION = "dimension"
    MEASURE = "measure"
    UNIT = "unit"


class Filter(StrEnum):
    """Which literals a column may meet in a predicate: none, one or a list (=, IN), or a range."""

    NONE = "none"
    EQUALS = "equals"
    RANGE = "range"


class Mode(StrEnum):
    """How answers are protected: exactly with thresholds and dominance, or with noise."""

    EXACT = "exact"
    DP = "dp"


class UnitKind(StrEnum):
    """Whom a privacy unit is: a company or a natural person."""

    COMPANY = "company"
    PERSON = "person"


@dataclass(frozen=True)
class Bounds:
    """The closed range that a measure is clipped to before noise, in the column's own unit."""

    low: int
    high: int


@dataclass(frozen=True)
class Grid:
    """The public key set of a dimension: listed values, or every step of time in a half-open range."""

    values: tuple[str, ...] = ()
    step: Step | None = None
    start: date | None = None
    end: date | None = None

    def keys(self, step: Step | None = None) -> tuple[str, ...]:
        """The keys, at a coarser step if one is given; empty where the set is not declared.

        >>> Grid(step=Step.MONTH, start=date(2026, 1, 1), end=date(2026, 3, 1)).keys()
        ('2026-01-01', '2026-02-01')
        """
        finest = step or self.step
        if finest is None or self.start is None or self.end is None:
            return self.values
        return steps_between(self.start, self.end, finest)


@dataclass(frozen=True)
class Column:
    """A column as the contract promises it."""

    name: str
    type: ColumnType
    use: Use
    filter: Filter = Filter.NONE
    grid: Grid = Grid()
    bounds: Bounds | None = None
    scale: int = 0
    coarser: str = ""
    restricted: bool = False
    required: bool = False
    physical_name: str = ""
    description: str = ""


@dataclass(frozen=True)
class PrivacyUnit:
    """Whom the product protects, and how many groups, and rows of a group, one of them may fill."""

    column: str
    kind: UnitKind
    max_groups: int
    max_rows_per_group: int


@dataclass(frozen=True)
class Budgets:
    """Privacy budgets in micro-epsilon: for one query, one consumer, and the product's whole life."""

    query: int
    consumer: int
    product: int


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


@dataclass(frozen=True)
class Contract:
    """A version of a data contract; immutable once published."""

    product: ProductId
    version: str
    title: str
    description: str
    columns: tuple[Column, ...]
    unit: PrivacyUnit
    terms: Terms

    def __iter__(self) -> Iterator[Column]:
        """The columns in the contract's order."""
        return iter(self.columns)

    def column(self, name: str) -> Column:
        """The column of that name, case and all.

        Raises:
            BindingError: the contract names no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise BindingError(
            f"{self.product} has no column {name[:60]!r}",
            hint="columns: "
            + ", ".join(column.name for column in self if column.use is not Use.NEVER),
        )

    def offers(self, purpose: Purpose) -> bool:
        """Whether the contract lists the purpose, or one above it."""
        return any(listed.covers(purpose) for listed in self.terms.purposes)

    def prohibits(self, purpose: Purpose) -> bool:
        """Whether the contract forbids the purpose, or one above it, to everyone."""
        return any(listed.covers(purpose) for listed in self.terms.prohibited)
