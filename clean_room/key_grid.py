"""The public grid of a query: every group that its keys can have, by the contract alone.

Groups are counted and listed from this, never from the data, so that an empty group and one that is
too small to be shown are told the same.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import product
from math import prod

from clean_room.expressions import (
    KINDS,
    Cell,
    ColumnValue,
    Expression,
    Kind,
    columns,
    walk,
)
from clean_room.operators import Junction
from clean_room.relation import Relation
from data_products.contract import Column

GroupKey = tuple[Cell, ...]

Places = tuple[int, ...]
"""Which of the relation's keys are told by one column."""

READ: dict[Kind, Callable[[str], Cell]] = {
    Kind.STRING: str,
    Kind.INTEGER: int,
    Kind.BOOLEAN: lambda text: text == "true",
    Kind.DATE: date.fromisoformat,
    Kind.TIMESTAMP: datetime.fromisoformat,
}
"""How a key's text in a contract becomes a value."""


def count_cells(relation: Relation) -> int | None:
    """How many groups the grid has; None where a key's values are not declared."""
    sizes = [None if keys is None else len(keys) for _, keys in _by_column(relation)]
    return None if None in sizes else prod(size or 0 for size in sizes)


def on_grid(relation: Relation) -> Callable[[GroupKey], bool]:
    """Whether a group is on the grid, as far as its keys' values are declared."""
    # Sets are built once: an answer may have thousands of groups.
    known = [(places, frozenset(keys)) for places, keys in declared_keys(relation)]
    return lambda group: all(
        tuple(group[place] for place in places) in keys for places, keys in known
    )


def declared_keys(relation: Relation) -> Iterator[tuple[Places, tuple[GroupKey, ...]]]:
    """For each column with declared values, the places of its keys and what these can be."""
    return ((places, keys) for places, keys in _by_column(relation) if keys is not None)


def list_cells(relation: Relation) -> Iterator[GroupKey]:
    """Every group of the grid, each by the order of the relation's keys.

    Where a key's values are not declared there is nothing to list.
    """
    found = _by_column(relation)
    order = [place for places, _ in found for place in places]
    for parts in product(*(keys or () for _, keys in found)):
        values = dict(zip(order, (value for part in parts for value in part), strict=True))
        yield tuple(values[place] for place in range(len(order)))


def _by_column(relation: Relation) -> list[tuple[Places, tuple[GroupKey, ...] | None]]:
    """For each column, the places of its keys and what these can be together, if it is declared.

    Keys of one column depend on one another, as a month and its year do; those of two columns do
    not.
    """
    places = _places(relation)
    return [(places[column], _together(column, places[column], relation)) for column in places]


def _together(column: Column, places: Places, relation: Relation) -> tuple[GroupKey, ...] | None:
    """What the column's keys can be together, if it is declared."""
    if KINDS[column.type] not in READ or not (column.grid.values or column.grid.start):
        return None
    told = [relation.keys[place].expression for place in places]
    alone = tuple(c for c in _conjuncts(relation.where) if columns(c) == {column.name})
    rows = ({column.name: value} for value in _column_values(column, alone))
    return tuple(dict.fromkeys(tuple(e.evaluate(row) for e in told) for row in rows))


def _places(relation: Relation) -> dict[Column, Places]:
    """The keys' columns, each with the places of the keys that it tells."""
    places: dict[Column, Places] = {}
    for place, key in enumerate(relation.keys):
        for part in walk(key.expression):
            if isinstance(part, ColumnValue):
                places[part.column] = (*places.get(part.column, ()), place)
    return places


@lru_cache(maxsize=8)
def _column_values(column: Column, conditions: tuple[Expression, ...]) -> tuple[Cell, ...]:
    """The column's values that satisfy every condition, each of which is on it alone.

    They are asked for several times on a query's way, and an hourly grid is long.
    """
    read = READ[KINDS[column.type]]
    keys = column.grid.keys()
    rows = ({column.name: read(text)} for text in keys)
    return tuple(
        row[column.name]
        for row in rows
        if all(condition.evaluate(row) is True for condition in conditions)
    )


def _conjuncts(where: Expression | None) -> tuple[Expression, ...]:
    """The conditions that must all hold."""
    if isinstance(where, Junction) and where.every:
        return where.items
    return () if where is None else (where,)
