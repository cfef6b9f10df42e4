"""An answer: released groups as typed values, with what a reader must know to use them."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Self

from entrepot.errors import MissingExtraError
from entrepot.models import Balance, Cost, ResultColumn, decimal
from entrepot.proofs import fields
from entrepot.proofs.canonical import Json, MalformedError
from entrepot.proofs.fields import Document
from entrepot.receipts import Keys, Receipt
from entrepot.tables import html_table, text_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SHOWN_ROWS = 40
"""Rows that `print(answer)` and a notebook show; `rows` has them all."""
SEPARATED = 10_000
"""A column with such a number gets thousands separators; smaller ones may be years."""


class Withheld(Enum):
    """The one value that stands in a cell that is not shown; it is not zero and not null."""

    WITHHELD = "withheld"

    def __repr__(self) -> str:
        """The name by which the package exports it."""
        return "WITHHELD"


WITHHELD = Withheld.WITHHELD

Value = str | int | bool | float | Decimal | date | datetime | Withheld | None

# Text stands for numbers that a JSON reader would round; a float column has none of those.
_READERS: Mapping[str, tuple[tuple[type, ...], Callable[..., Value]]] = {
    "string": ((str,), str),
    "boolean": ((bool,), bool),
    "integer": ((int, str), int),
    "decimal": ((int, str), lambda cell: decimal(str(cell))),
    "float": ((int, float), float),
    "date": ((str,), date.fromisoformat),
    "datetime": ((str,), datetime.fromisoformat),
    "timestamp": ((str,), datetime.fromisoformat),
}
"""For each type of column, how its values are written in JSON, and how they are read."""


@dataclass(frozen=True)
class Answer:
    """A release, its receipt, and what it cost.

    `below_threshold` is how many cells of the public grid hold too few units, or none, alike; it is
    None where the grid is not declared. `dominated` is how many values few units make up.
    """

    id: str
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Value, ...], ...] = field(repr=False)
    below_threshold: int | None
    dominated: int
    cached: bool
    cost: Cost
    rule: str
    budget: Balance
    receipt: Receipt
    document: Document = field(repr=False, compare=False)

    @classmethod
    def read(cls, item: Json, keys: Keys | None) -> Self:
        """The answer in a reply, its receipt not yet verified.

        Raises:
            MalformedError: the reply is not in its form.
        """
        document = fields.as_object(item, "answer")
        release = fields.child(document, "release")
        withheld = fields.child(release, "withheld")
        columns = tuple(map(ResultColumn.read, fields.items(release, "columns")))
        # Null, where keys are not public: how many groups there are would tell of the data.
        below = withheld.get("below_threshold")
        return cls(
            id=fields.text(document, "id"),
            columns=columns,
            rows=tuple(_rows(release, columns)),
            below_threshold=None if below is None else fields.whole(withheld, "below_threshold"),
            dominated=fields.whole(withheld, "dominated"),
            cached=fields.flag(document, "cached"),
            cost=Cost.read(fields.child(document, "cost")),
            rule=fields.text(document, "rule"),
            budget=Balance.read(fields.child(document, "budget")),
            receipt=Receipt(fields.child(document, "receipt"), keys, release),
            document=document,
        )

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        """The rows, each by its columns' names."""
        names = [column.name for column in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def __str__(self) -> str:
        """The first rows as an aligned table."""
        return self.table(SHOWN_ROWS)

    def table(self, most: int | None = None) -> str:
        """The rows, or at most so many of them, as an aligned table of text."""
        numeric = [column.numeric for column in self.columns]
        return text_table(self._header(), self._texts(most), right=numeric) + self._more(most)

    def _texts(self, most: int | None) -> list[list[str]]:
        """The cells of the first rows as text; a column's numbers are all written alike."""
        # Only the rows that are shown decide, so that what is below them changes nothing.
        shown = self.rows[:most]
        large = [any(_is_large(row[j]) for row in shown) for j in range(len(self.columns))]
        return [
            [cell_text(value, grouped=wide) for value, wide in zip(row, large, strict=True)]
            for row in shown
        ]

    def facts(self) -> str:
        """What a reader must know besides the rows, in sentences, a line to each."""
        # Too few and none are counted together: apart, they would tell which groups exist.
        below, again = self.below_threshold, " (answered before, so free)" if self.cached else ""
        under = "an unstated number of groups" if below is None else f"{below} groups"
        return (
            f"released: {len(self.rows)} groups\n"
            f"withheld: {under} with too few units or none, "
            f"{self.dominated} values that few units make up\n"
            f"decided by: {self.rule}\n"
            f"cost: {self.cost}{again}; left: {self.budget}"
        )

    def _header(self) -> list[str]:
        """The columns' names, with the half width of the 95 % interval where there is noise."""
        return [
            column.name + (f" \u00b1{cell_text(column.error)}" if column.error else "")
            for column in self.columns
        ]

    def _more(self, most: int | None) -> str:
        """A line that says how many rows are not in the table."""
        left = len(self.rows) - len(self.rows[:most])
        return f"\n({left} more rows)" if left else ""

    def _repr_html_(self) -> str:
        """The first rows as a table for notebooks, every text escaped."""
        note = self._more(SHOWN_ROWS).strip()
        return html_table(self._header(), self._texts(SHOWN_ROWS), note=note)

    def to_arrow(self) -> "pa.Table":
        """The rows as an Arrow table; withheld cells are null, and listed in the schema's metadata.

        The metadata `entrepot.withheld` is a JSON list of [row, column]; a field's metadata
        `entrepot.error` is the half width of its 95 % interval.
        """
        # pyarrow takes longer to import than all the rest, and many answers are only printed.
        table: pa.Table = importlib.import_module("entrepot.arrow").table(self)
        return table

    def to_pandas(self) -> "pd.DataFrame":
        """The rows as a pandas DataFrame; withheld cells are missing values.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        # Looked for before pyarrow is loaded, whose own message would not name our extra.
        if importlib.util.find_spec("pandas") is None:
            raise MissingExtraError(
                "pandas is not installed", hint='pip install "entrepot[pandas]"'
            )
        frame: pd.DataFrame = importlib.import_module("entrepot.arrow").frame(self)
        return frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows for any library that reads the Arrow PyCapsule interface."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)


def _rows(release: Document, columns: tuple[ResultColumn, ...]) -> Iterator[tuple[Value, ...]]:
    """The release's rows as typed values."""
    # The list decides, not the null: an SQL NULL is a value that is shown.
    hidden = {_place(cell) for cell in fields.items(fields.child(release, "withheld"), "cells")}
    rows = [fields.as_list(row, "rows") for row in fields.items(release, "rows")]
    for i, row in enumerate(rows):
        if len(row) != len(columns):
            raise MalformedError(f"row {i} has {len(row)} cells, expected {len(columns)}")
        yield tuple(
            _withheld(cell) if (i, j) in hidden else _value(cell, column)
            for j, (cell, column) in enumerate(zip(row, columns, strict=True))
        )


def _place(cell: Json) -> tuple[int, int]:
    """The row and column of a withheld cell."""
    match cell:
        case [int() as row, int() as column]:
            return row, column
        case _:
            raise MalformedError("a withheld cell is not [row, column]")


def _withheld(cell: Json) -> Withheld:
    """The sentinel for a cell that must be empty."""
    # A value here would be one that a rule has withheld; it must not get any further.
    if cell is not None:
        raise MalformedError("a withheld cell has a value")
    return WITHHELD


def _value(cell: Json, column: ResultColumn) -> Value:
    """A cell as the value that its column's type says."""
    kinds, read = _READERS.get(column.type, ((), str))
    if cell is None:
        return None
    try:
        # To Python, True is a whole number; in a column of numbers it is a fault.
        if isinstance(cell, kinds) and isinstance(cell, bool) == (bool in kinds):
            return read(cell)
    except ValueError as error:
        raise MalformedError(f"a cell of {column.name} is not a {column.type}") from error
    raise MalformedError(f"a cell of {column.name} is not a {column.type}")


def _is_large(value: Value) -> bool:
    """Whether it is a number that nobody reads at a glance."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    # Compared and not converted: a whole number may be too large for a float.
    return not -SEPARATED < value < SEPARATED


def cell_text(value: Value, *, grouped: bool = False) -> str:
    """A value as people read it; `grouped` puts separators between thousands.

    >>> cell_text(WITHHELD), cell_text(1234567, grouped=True), cell_text(2026), cell_text(None)
    ('withheld', '1,234,567', '2026', '')
    """
    # The order matters: bool is a kind of int, and datetime a kind of date.
    match value:
        case None:
            return ""
        case Withheld():
            return value.value
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return _number(value, "," if grouped else "")
        case datetime():
            return value.isoformat(sep=" ")
        case _:
            return str(value)


def _number(value: float | Decimal, separator: str) -> str:
    """A number; fractions that came as binary floats are shown to six digits."""
    if isinstance(value, Decimal):
        return format(value, f"{separator}f")
    if isinstance(value, float):
        return format(value, f"{separator}.2f" if separator else ".6g")
    return format(value, f"{separator}d")
