"""The data contract: what a product holds, who is protected in it, and on what terms it is shared.

The rules that every Contract keeps from the moment it is made:

1. Columns differ in name and in where they lie, so that one cannot be had under another's terms.
2. Exactly one column is the privacy unit, and it is the one that the unit names.
3. A coarser column exists, is a dimension, and leads back to nothing.
4. Suggested columns exist and are dimensions.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from data_products.column import Column, ColumnType, Filter, Use, check_text
from data_products.errors import BindingError, expect
from data_products.grid import Bounds, Grid
from data_products.parties import ProductId
from data_products.purpose import Purpose
from data_products.terms import TERMS, Budgets, Mode, PrivacyUnit, Terms, UnitKind

__all__ = [
    "Bounds",
    "Budgets",
    "Column",
    "ColumnType",
    "Contract",
    "Filter",
    "Grid",
    "Mode",
    "PrivacyUnit",
    "Terms",
    "UnitKind",
    "Use",
]

# An owner has - and a product _ between words, so that SQL may write _ for both without doubt.
PRODUCT = re.compile(r"[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9_]{0,39}")
VERSION = re.compile(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}(-[0-9A-Za-z.-]{1,40})?", re.ASCII)
MOST_COLUMNS = 500
LONGEST_TITLE = 200


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

    def __post_init__(self) -> None:
        """Refuses a contract that breaks one of the module's rules."""
        self._check_names()
        self._check_distinct("name", [column.name for column in self])
        # Engines are blind to the case of names, so two that differ in case alone are one to them.
        self._check_distinct("physicalName", [column.physical_name.casefold() for column in self])
        self._check_unit()
        for i, column in enumerate(self):
            self._check_coarser(i, column)
        self._check_suggested()

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

    def _check_names(self) -> None:
        """The product, the version and the texts have their form."""
        expect(
            PRODUCT.fullmatch(self.product) is not None,
            f"found product {self.product[:90]!r}, expected owner.name",
            where="tenant",
            hint="write a tenant such as customs-be, and a schema name such as port_calls",
        )
        expect(
            VERSION.fullmatch(self.version) is not None,
            f"found {self.version[:60]!r}, expected a semantic version",
            where="version",
            hint="write three numbers, such as 1.0.0",
        )
        expect(
            self.title.isprintable() and 0 < len(self.title) <= LONGEST_TITLE,
            f"found {len(self.title)} characters, expected 1 to {LONGEST_TITLE}, on one line",
            where="name",
            hint="write a short title",
        )
        check_text(self.description, "description.purpose")

    def _check_distinct(self, word: str, values: list[str]) -> None:
        """Rule 1, for one of the two names."""
        repeated = [value for value, count in Counter(values).items() if count > 1]
        expect(
            0 < len(values) <= MOST_COLUMNS and not repeated,
            f"found {len(values)} columns, of which alike in {word}: {', '.join(repeated[:5])}; "
            f"expected 1 to {MOST_COLUMNS} that differ",
            where="schema[0].properties",
            hint="describe each column of the data once",
        )

    def _check_unit(self) -> None:
        """Rule 2."""
        units = [column.name for column in self if column.use is Use.UNIT]
        expect(
            len(units) == 1,
            f"found {len(units)} columns with privacyUse unit, expected exactly one",
            where="schema[0].properties",
            hint="give privacyUse unit to the one column that says whose row it is",
        )
        expect(
            units == [self.unit.column],
            f"found {self.unit.column[:60]!r}, expected {units[0]!r}, which has privacyUse unit",
            where=f"{TERMS}.unit.column",
            hint="name the column whose privacyUse is unit",
        )

    def _check_coarser(self, i: int, column: Column) -> None:
        """Rule 3, for the column of that index."""
        # Followed to its end from each column, so that the error is at a column of the circle or
        # at one that leads into it.
        by_name = {other.name: other for other in self}
        seen = [column.name]
        while column.coarser:
            following = by_name.get(column.coarser)
            expect(
                following is not None and following.use is Use.DIMENSION,
                f"found {column.coarser[:60]!r}, expected the name of a dimension",
                where=f"schema[0].properties[{i}].customProperties.privacyCoarser",
                hint=f"dimensions: {_names(self)}",
            )
            expect(
                column.coarser not in seen,
                f"found {column.coarser!r}, which leads back to itself, expected an end",
                where=f"schema[0].properties[{i}].customProperties.privacyCoarser",
                hint="leave privacyCoarser out of the coarsest column",
            )
            column = by_name[column.coarser]
            seen.append(column.name)

    def _check_suggested(self) -> None:
        """Rule 4."""
        dimensions = {column.name for column in self if column.use is Use.DIMENSION}
        # They stand in the rewrites that refusals offer, which must pass as they are.
        strange = [name for name in self.terms.suggested if name not in dimensions]
        expect(
            not strange and len(set(self.terms.suggested)) == len(self.terms.suggested),
            f"found {', '.join(strange)[:90] or 'a name twice'}, expected dimensions, each once",
            where=f"{TERMS}.suggested",
            hint=f"dimensions: {_names(self)}",
        )


def _names(columns: Iterable[Column]) -> str:
    """The names of the dimensions, for a hint."""
    return ", ".join(column.name for column in columns if column.use is Use.DIMENSION) or "none"
