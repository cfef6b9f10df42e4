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
"""To most readers JSON numbers are IEEE 754 doubles, exact below this (RFC 7493)."""

Value = str | int | bool | float | Decimal | date | datetime | None


EngineValue = Value | tuple[Value, ...]
"""What an engine gives: a value, or the largest few of several."""

EngineRow = Mapping[str, EngineValue]


def plain(value: EngineValue) -> Value:
    """The value, which is not several."""
    return None if isinstance(value, tuple) else value


class Mark(Enum):
    """What stands in a cell that is not shown."""

    WITHHELD = "withheld"


@dataclass(frozen=True, repr=False)
class Aggregates:
    """True values for each group, by the names of the plan. There is no way to print one."""

    rows: tuple[EngineRow, ...]


@dataclass(frozen=True, repr=False)
class Weight:
    """Of what a value is made: how many units have one, what all add and what the largest two do.

    All in absolute terms, so that values of opposite sign hide nothing. Of a count, and of a sum of
    ones and zeros, which is one, a unit that adds nothing is none of them. `lacking` is the same of
    the rows that a count of values leaves out, since rows less values is a count of those.
    """

    units: int
    total: Decimal
    largest: Decimal
    second: Decimal
    lacking: "Weight | None" = None


@dataclass(frozen=True, repr=False)
class Measured:
    """One group: its keys, its values by the names of the plan, and their weights where exact."""

    keys: tuple[Value | Mark, ...]
    values: Mapping[str, Value]
    weights: Mapping[str, Weight]


@dataclass(frozen=True, repr=False)
class Measurements:
    """The groups as measured, not yet checked for disclosure."""

    groups: tuple[Measured, ...]


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
        """The release as JSON: what is sent, and what a receipt's `result` is the digest of."""
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
