"""What the service sends besides answers, as values. Privacy loss is epsilon, as exact decimals.

Each value has the JSON object that it was read from as `document`, with all that it leaves out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Self, TypeVar

from entrepot.proofs import fields
from entrepot.proofs.canonical import Json, MalformedError
from entrepot.proofs.fields import Document

Item = TypeVar("Item")

NUMERIC = frozenset({"integer", "decimal", "float"})
# Bounded on both sides: formatting a huge exponent, or a million digits, would take the memory.
_DECIMAL = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?", re.ASCII)


def decimal(text: str) -> Decimal:
    """The decimal in a text such as `0.5`; no exponents, so that no short text is a huge number.

    Raises:
        MalformedError: it is something else.

    >>> decimal("4.0")
    Decimal('4.0')
    """
    if not _DECIMAL.fullmatch(text):
        raise MalformedError("expected a decimal such as 0.5")
    return Decimal(text)


def epsilon(source: Document, name: str) -> Decimal:
    """The privacy loss in a field."""
    return decimal(fields.text(source, name))


def listed(reply: Json, name: str, read: Callable[[Json], Item]) -> list[Item]:
    """The items of the list in a reply."""
    return [read(item) for item in fields.items(fields.as_object(reply, "reply"), name)]


def _texts(source: Document, name: str) -> tuple[str, ...]:
    """The texts in a list."""
    return tuple(fields.text({name: item}, name) for item in fields.items(source, name))


@dataclass(frozen=True)
class ResultColumn:
    """A column of an answer; `error` is the half width of the noise's 95 % interval, if any."""

    name: str
    type: str
    error: Decimal | None = None

    @classmethod
    def read(cls, item: Json) -> Self:
        """The column in a reply."""
        source = fields.as_object(item, "column")
        # Empty where there is no noise; a margin of zero would claim more than that.
        error = fields.text(source, "error", "")
        name, kind = fields.text(source, "name"), fields.text(source, "type")
        return cls(name, kind, decimal(error) if error else None)

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in NUMERIC


@dataclass(frozen=True)
class Cost:
    """What a question costs: privacy loss, and how many of the grant's questions."""

    epsilon: Decimal
    queries: int

    @classmethod
    def read(cls, source: Document) -> Self:
        """The cost in a reply."""
        return cls(epsilon(source, "epsilon"), fields.whole(source, "queries"))

    def __str__(self) -> str:
        """The cost in words."""
        return f"epsilon {self.epsilon} and {self.queries} question{'s' * (self.queries != 1)}"


@dataclass(frozen=True)
class Balance:
    """What a grant still allows, and what it allowed at first."""

    epsilon_left: Decimal
    epsilon_total: Decimal
    queries_left: int
    queries_total: int

    @classmethod
    def read(cls, source: Document) -> Self:
        """The balance in a reply."""
        return cls(
            epsilon(source, "epsilon_left"),
            epsilon(source, "epsilon_total"),
            fields.whole(source, "queries_left"),
            fields.whole(source, "queries_total"),
        )

    def __str__(self) -> str:
        """The balance in words."""
        return (
            f"epsilon {self.epsilon_left} of {self.epsilon_total}, "
            f"{self.queries_left} of {self.queries_total} questions"
        )


@dataclass(frozen=True)
class Budget:
    """A grant's balance, with what the grant is for."""

    grant: str
    product: str
    purpose: str
    balance: Balance
    document: Document = field(repr=False, compare=False)

    @classmethod
    def read(cls, item: Json) -> Self:
        """The budget in a reply."""
        source = fields.as_object(item, "budget")
        text = partial(fields.text, source)
        return cls(text("grant"), text("product"), text("purpose"), Balance.read(source), source)


@dataclass(frozen=True)
class Explanation:
    """What a query would do and cost; no row was read and nothing spent to say so.

    `cells` is how many groups the public key set has, where it is known.
    """

    mode: str
    cost: Cost
    cells: int | None
    min_units: int
    p_percent: int
    columns: tuple[ResultColumn, ...]
    rule: str
    budget: Balance
    cached: bool
    document: Document = field(repr=False, compare=False)

    @classmethod
    def read(cls, item: Json) -> Self:
        """The explanation in a reply."""
        source = fields.as_object(item, "explanation")
        return cls(
            mode=fields.text(source, "mode"),
            cost=Cost.read(source),
            # Where keys are not public, even their number would tell of the data.
            cells=None if source.get("cells") is None else fields.whole(source, "cells"),
            min_units=fields.whole(source, "min_units"),
            p_percent=fields.whole(source, "p_percent"),
            columns=tuple(map(ResultColumn.read, fields.items(source, "columns"))),
            rule=fields.text(source, "rule"),
            budget=Balance.read(fields.child(source, "budget")),
            cached=fields.flag(source, "cached"),
            document=source,
        )

    def __str__(self) -> str:
        """The explanation in sentences, a line to each."""
        # What it cost once is no longer its price.
        price = "nothing, as it was answered before" if self.cached else str(self.cost)
        groups = "the groups in the data" if self.cells is None else f"{self.cells} public groups"
        return (
            f"would cost {price}; left: {self.budget}\n"
            f"{self.mode} answer over {groups}, each of at least {self.min_units} units\n"
            f"decided by: {self.rule}"
        )


@dataclass(frozen=True)
class ProductColumn:
    """A column of a product, and what a query may do with it."""

    name: str
    type: str
    use: str
    filter: str
    description: str

    @classmethod
    def read(cls, item: Json) -> Self:
        """The column in a reply."""
        text = partial(fields.text, fields.as_object(item, "column"))
        return cls(text("name"), text("type"), text("use"), text("filter"), text("description"))


@dataclass(frozen=True)
class Product:
    """A data product: what it holds, whom it protects and how; a list leaves its columns out."""

    id: str
    title: str
    description: str
    version: str
    mode: str
    unit: str
    min_units: int
    purposes: tuple[str, ...]
    columns: tuple[ProductColumn, ...]
    document: Document = field(repr=False, compare=False)

    @classmethod
    def read(cls, item: Json) -> Self:
        """The product in a reply."""
        source = fields.as_object(item, "product")
        text, terms = partial(fields.text, source), fields.child(source, "terms")
        # A list of products leaves the columns out, so as to stay short.
        columns = fields.items(source, "columns") if "columns" in source else ()
        return cls(
            id=text("id"),
            title=text("title"),
            description=text("description"),
            version=text("version"),
            mode=fields.text(terms, "mode"),
            unit=fields.text(fields.child(source, "unit"), "column"),
            min_units=fields.whole(terms, "min_units"),
            purposes=_texts(terms, "purposes"),
            columns=tuple(map(ProductColumn.read, columns)),
            document=source,
        )

    def mentions(self, words: str) -> bool:
        """Whether every word is in the product's name, title, description or purposes."""
        # Case folding, for people search in capitals and in languages where lower() is not enough.
        said = " ".join([self.id, self.title, self.description, *self.purposes]).casefold()
        return all(word in said for word in words.casefold().split())
