"""Takes typed fields out of a mapping that somebody else wrote, and names what is wrong by path."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from data_products.digest import Json
from data_products.errors import ContractError
from data_products.yaml_text import kind

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Six digits are a millionth, the smallest loss that the ledger can book.
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
MICRO = 1_000_000


@dataclass(frozen=True)
class Fields:
    """A mapping, and its path in the document. A field that is absent and has no default is wrong.

    >>> Fields({"minUnits": 10}, "terms").whole("minUnits")
    10
    """

    values: Mapping[str, Json]
    where: str

    def path(self, key: str) -> str:
        """The path of a field."""
        return f"{self.where}.{key}" if self.where else key

    def wrong(self, key: str, message: str, hint: str) -> ContractError:
        """The error for a field."""
        return ContractError(message, where=self.path(key), hint=hint)

    def known(self, keys: Iterable[str]) -> None:
        """Refuses fields of any other name: a slip of the pen must not pass for a term."""
        names = list(keys)
        for key in self.values:
            if key not in names:
                near = get_close_matches(key, names, n=1)
                raise self.wrong(
                    key[:60],
                    f"found an unknown field, expected {' or '.join(names) or 'none'}",
                    f"write {near[0]}" if near else "leave it out",
                )

    def text(self, key: str, default: str | None = None) -> str:
        """A text."""
        return self._typed(key, str, "text", default)

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        return self._typed(key, int, "a whole number", default)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return self._typed(key, bool, "true or false", default)

    def inner(self, key: str, default: dict[str, Json] | None = None) -> "Fields":
        """A mapping within this one."""
        return Fields(self._typed(key, dict, "a mapping", default), self.path(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where it is absent."""
        found: list[str] = []
        for i, value in enumerate(self._typed(key, list, "a list", [])):
            if not isinstance(value, str):
                raise self.wrong(
                    f"{key}[{i}]", f"found {kind(value)}, expected text", "write it in quotes"
                )
            found.append(value)
        return tuple(found)

    def choice(self, key: str, words: type[Choice], default: Choice | None = None) -> Choice:
        """One word of a list."""
        found = self.text(key, default and str(default))
        if found in list(words):
            return words(found)
        listed = ", ".join(words)
        near = get_close_matches(found, list(words), n=1)
        raise self.wrong(
            key,
            f"found {found[:60]!r}, expected one of {listed}",
            f"write {near[0]}" if near else f"write one of {listed}",
        )

    def pair(self, key: str) -> tuple[Json, Json]:
        """A list of two."""
        found = self._typed(key, list, "a list of two", None)
        match found:
            case [low, high]:
                return low, high
        raise self.wrong(key, f"found a list of {len(found)}, expected two", "write [from, to]")

    def day(self, key: str, value: Json) -> date:
        """A value of the field as an ISO 8601 day."""
        # fromisoformat also takes 20260101 and 2026-W01-1, which others would read as text.
        if isinstance(value, str) and DAY.fullmatch(value):
            with suppress(ValueError):  # the 30th of February
                return date.fromisoformat(value)
        raise self.wrong(
            key, f"found {kind(value)}, expected a day of the calendar", "write 2026-01-01"
        )

    def micro(self, key: str) -> int:
        """A decimal number over 0, in text or not, as whole millionths: "0.5" is 500_000."""
        value = self.values.get(key)
        # A float's shortest text is the number that was written; its binary value is not.
        text = str(value) if type(value) in {int, float, str} else ""
        if DECIMAL.fullmatch(text) and Decimal(text):
            return int(Decimal(text) * MICRO)
        raise self.wrong(
            key,
            f"found {kind(value)}, expected a decimal number over 0 of at most 6 digits",
            'write a number such as "0.5"',
        )

    def _typed(self, key: str, wanted: type[Value], words: str, default: Value | None) -> Value:
        """The field, of exactly the type: true is not a whole number."""
        value = self.values.get(key, default)
        # isinstance alone would take true for 1.
        if isinstance(value, wanted) and type(value) is wanted:
            return value
        raise self.wrong(key, f"found {kind(value)}, expected {words}", f"write {words} for {key}")
