"""The kinds of result. Only the last has a form that can be written out.

Aggregates      true values, as an engine computed them; they never leave the clean room
Measurements    what a mechanism made of them, not yet checked for disclosure
Release         what disclosure control let through, with what a reader must know to use it
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from data_products.digest import Json

LARGEST_EXACT = 2**53
"""JSON numbers are IEEE 754 doubles to most readers (RFC 7493): whole numbers are exact below this."""

Value = str | int | bool | float | Decimal | date | datetime | None


class Mark(Enum):
    """What stands in a cell that is not shown."""

    WITHHELD = "withheld"


@dataclass(frozen=True, repr=False)
class Aggregates:
    """True values for each group, by the names of the plan. There is no way to print one."""

    rows: tuple[Mapping[str, Value], ...]


@dataclass(frozen=True, repr=False)
class Measured:
    """One group: its keys, its measured values, and which of them a rule has already withheld."""

    keys: tuple[Value, ...]
    values: Mapping[str, Value | Mark]


@dataclass(frozen=True, repr=False)
class Measurements:
    """The groups as measured, and by which rule how many groups or cells are withheld."""

    groups: tuple[Measured, ...]
    below_threshold: int | None
    dominated: int


@dataclass(frozen=True)
class Field:
    """A column of a release.

    `type` is one of string, integer, decimal, float, boolean, date, timestamp; `error` is the half
    width of the 95 % interval of the noise, as text, or empty where there is none.
    """

    name: str
    type: str
    error: str = ""


@dataclass(frozen=True)
class Withheld:
    """How much is not shown, and why.

    `below_threshold` counts the cells of the public grid that hold fewer units than the threshold,
    or none at all, alike; it is None where the grid is not declared. `dominated` counts values that
    few units make up.
    """

    below_threshold: int | None
    dominated: int


@dataclass(frozen=True)
class Release:
    """What the consumer gets."""

    fields: tuple[Field, ...]
    rows: tuple[tuple[Value | Mark, ...], ...]
    withheld: Withheld

    def wire(self) -> dict[str, Json]:
        """The release as JSON: what the API sends, and what a receipt's `result` is the digest of."""
        return {
            "columns": [{"name": f.name, "type": f.type, "error": f.error} for f in self.fields],
            "rows": [[_plain(value) for value in row] for row in self.rows],
            "withheld": {
                "cells": [
                    [i, j]
                    for i, row in enumerate(self.rows)
                    for j, value in enumerate(row)
                    if value is Mark.WITHHELD
                ],
                "below_threshold": self.withheld.below_threshold,
                "dominated": self.withheld.dominated,
            },
        }


def _plain(value: Value | Mark) -> Json:
    """A cell as JSON: dates as ISO 8601, decimals and whole numbers beyond 2**53 as text."""
    match value:
        case Mark():
            return None
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case int() if not isinstance(value, bool) and abs(value) >= LARGEST_EXACT:
            return str(value)
        case _:
            return value
