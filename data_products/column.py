"""A column as the contract promises it: its type, and what a query may do with it.

The rules, which every Column keeps from the moment it is made:

1. A measure is a number and has bounds; nothing else has bounds.
2. The privacy unit is text or a whole number, and no predicate may meet it.
3. A dimension of time has a step; listed keys are for text, whole numbers and booleans.
4. Only dimensions and measures may be filtered, and only what is ordered by range.
5. A scale is for numbers, and the bounds fit 18 decimal digits with it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from data_products.errors import expect
from data_products.grid import Bounds, Grid
from data_products.time_grid import Step

# Lower case, for SQL folds it; 40 letters, for the name stands in messages and column heads.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
DIGITS = 18
"""Decimal digits of a number or a whole number, as in Arrow's decimal128(18) and int64."""
MOST_SCALE = 9
LONGEST_NAME, LONGEST_TEXT = 200, 4000
# Control characters, line separators that YAML folds, halves of surrogate pairs, and what is no
# character at all.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class ColumnType(StrEnum):
    """ODCS logical types that a clean room can work with; a number has a fixed scale."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"

    @property
    def numeric(self) -> bool:
        """Whether it can be summed."""
        return self in {ColumnType.INTEGER, ColumnType.NUMBER}

    @property
    def temporal(self) -> bool:
        """Whether it tells a time."""
        return self in {ColumnType.DATE, ColumnType.TIMESTAMP}


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


LISTABLE: dict[ColumnType, Callable[[str], object]] = {
    ColumnType.STRING: str,
    ColumnType.INTEGER: re.compile(r"0|-?[1-9][0-9]{0,17}").fullmatch,
    ColumnType.BOOLEAN: {"true", "false"}.__contains__,
}
"""The types whose keys may be listed, and what each key must satisfy."""


UNLISTED = Grid()


def check_text(text: str, where: str) -> None:
    """Refuses a description that is too long, or that YAML would not give back as it is.

    Raises:
        ContractError: with that path.
    """
    # Line breaks and tabs are all that a description needs of control characters.
    plain = not UNPRINTABLE.search(text.replace("\n", "").replace("\t", ""))
    expect(
        len(text) <= LONGEST_TEXT and plain,
        f"found {len(text)} characters, expected at most {LONGEST_TEXT} and only printable ones",
        where=where,
        hint="shorten it, or take out the control characters",
    )


@dataclass(frozen=True)
class Column:
    """A column as the contract promises it.

    `coarser` is the column to use in its place where it is restricted or too fine. `physical_name`
    is what the column is called in the data; left out, it becomes the name.
    """

    name: str
    type: ColumnType
    use: Use
    filter: Filter = Filter.NONE
    grid: Grid = UNLISTED
    bounds: Bounds | None = None
    scale: int = 0
    coarser: str = ""
    restricted: bool = False
    required: bool = False
    physical_name: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        """Refuses a column that breaks one of the module's rules."""
        # The one assignment that a frozen class makes: nobody above must ask whether it is empty.
        object.__setattr__(self, "physical_name", self.physical_name or self.name)
        self._check_names()
        self._check_measure()
        self._check_unit()
        self._check_grid()
        self._check_filter()

    def _check_names(self) -> None:
        """The name is plain, so that it can be written in SQL; the physical one can be shown."""
        expect(
            NAME.fullmatch(self.name) is not None,
            f"found {self.name[:60]!r}, expected lower-case letters, digits and _, at most 40",
            where="name",
            hint="write a name such as gross_kg, and the data's own name as physicalName",
        )
        expect(
            len(self.physical_name) <= LONGEST_NAME and not UNPRINTABLE.search(self.physical_name),
            f"found an unprintable name or one over {LONGEST_NAME} characters, expected a name",
            where="physicalName",
            hint="write the column's name as it is in the data",
        )
        check_text(self.description, "description")

    def _check_measure(self) -> None:
        """Rules 1 and 5."""
        measure = self.use is Use.MEASURE
        expect(
            self.type.numeric or not measure,
            f"found measure for type {self.type}, expected integer or number",
            where="customProperties.privacyUse",
            hint="use dimension or never, or change the logicalType",
        )
        expect(
            measure is (self.bounds is not None),
            f"found {'no ' if measure else ''}bounds for {self.use}, expected them for measures",
            where="customProperties.privacyBounds",
            hint="write [low, high] for a measure, and leave it out elsewhere",
        )
        scaled = self.type is ColumnType.NUMBER
        expect(
            0 <= self.scale <= (MOST_SCALE if scaled else 0),
            f"found {self.scale} for type {self.type}, expected 0 to {MOST_SCALE}, numbers only",
            where="customProperties.privacyScale",
            hint="write how many decimal digits a number has",
        )
        # Sums are taken in the smallest unit, so the bounds must fit with all their decimals.
        furthest = max(abs(self.bounds.low), abs(self.bounds.high)) if self.bounds else 0
        expect(
            furthest * 10**self.scale < 10**DIGITS,
            f"found bounds that need over {DIGITS} decimal digits at scale {self.scale}",
            where="customProperties.privacyBounds",
            hint="narrow the bounds, or lower privacyScale",
        )

    def _check_unit(self) -> None:
        """Rule 2, but for predicates."""
        expect(
            self.use is not Use.UNIT or self.type in {ColumnType.STRING, ColumnType.INTEGER},
            f"found unit for type {self.type}, expected string or integer",
            where="customProperties.privacyUse",
            hint="name the column that identifies the company or person",
        )

    def _check_grid(self) -> None:
        """Rule 3."""
        # Without a step, a consumer could draw a line at any instant, and count who crosses it.
        stepped = self.use is Use.DIMENSION and self.type.temporal
        expect(
            stepped is (self.grid.step is not None),
            f"found step {self.grid.step} for {self.use} of type {self.type}, "
            "expected one for dimensions of date and timestamp only",
            where="customProperties.privacyStep",
            hint="write hour, day, week, month, quarter or year for a dimension of time",
        )
        expect(
            not (self.type is ColumnType.DATE and self.grid.step is Step.HOUR),
            "found step hour for type date, expected day or coarser",
            where="customProperties.privacyStep",
            hint="write day, or make the column a timestamp",
        )
        # A key that is not written as the type writes it would never meet a value.
        fits = LISTABLE.get(self.type, frozenset[str]().__contains__)
        expect(
            not self.grid.values
            or (self.use is Use.DIMENSION and all(fits(key) for key in self.grid.values)),
            f"found keys for {self.use} of type {self.type}, or keys that are not of the type; "
            "expected them for dimensions of string, integer and boolean only",
            where="customProperties.privacyDomain",
            hint='write keys as the type writes them, such as ["1", "2"] or ["true", "false"]',
        )

    def _check_filter(self) -> None:
        """Rule 4, and rule 2 on predicates."""
        expect(
            self.filter is Filter.NONE or self.use in {Use.DIMENSION, Use.MEASURE},
            f"found {self.filter} for use {self.use}, expected none",
            where="customProperties.privacyFilter",
            hint="leave it out: only dimensions and measures may be filtered",
        )
        expect(
            self.filter is not Filter.RANGE or self.type.numeric or self.type.temporal,
            f"found range for type {self.type}, expected none or equals",
            where="customProperties.privacyFilter",
            hint="write equals; ranges are for dates, timestamps and numbers",
        )
