"""Releases as CSV (RFC 4180), safe to open in a spreadsheet.

Text that a spreadsheet would take for a formula gets an apostrophe before it, headings too: they
are a consumer's words. Numbers do not need it. A withheld cell says so; an empty cell is a NULL.
"""

import csv
import io
from collections.abc import Mapping

from pydantic import BaseModel

from data_products.digest import Json

FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""The characters of OWASP's advice on CSV injection, the full-width ones among them."""
WITHHELD = "(withheld)"
TEXT = "string"


class _Column(BaseModel):
    """A column of a release."""

    name: str
    type: str


class _Withheld(BaseModel):
    """Which cells are not shown."""

    cells: frozenset[tuple[int, int]]


class _Release(BaseModel):
    """What of a release's wire form goes into a table."""

    columns: list[_Column]
    rows: list[list[str | int | float | bool | None]]
    withheld: _Withheld


def as_csv(release: Mapping[str, Json]) -> str:
    r"""The wire form of a release as CSV.

    >>> as_csv({"columns": [{"name": "port", "type": "string"}, {"name": "n", "type": "integer"}],
    ...         "rows": [["=1+1", -5], ["a", None]], "withheld": {"cells": [[1, 1]]}})
    "port,n\r\n'=1+1,-5\r\na,(withheld)\r\n"
    """
    read = _Release.model_validate(release)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_safe(column.name) for column in read.columns)
    for i, row in enumerate(read.rows):
        writer.writerow(
            WITHHELD if (i, j) in read.withheld.cells else _cell(value, column.type)
            for j, (value, column) in enumerate(zip(row, read.columns, strict=True))
        )
    return text.getvalue()


def _cell(value: float | str | None, kind: str) -> str:
    """A value as text; only text can be taken for a formula."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return _safe(str(value)) if kind == TEXT else str(value)


def _safe(text: str) -> str:
    """The text, such that no spreadsheet computes it.

    >>> _safe("=1+1"), _safe("Antwerp")
    ("'=1+1", 'Antwerp')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
