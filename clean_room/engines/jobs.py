"""A plan as a job: the plain data that a worker is sent.

No sum or product can overflow and no cast can fail, whatever the rows hold: whether a query failed
would tell something about a row.
"""

from collections.abc import Iterator
from dataclasses import astuple

from sqlglot import exp

from clean_room.expressions import Cell, Constant, Kind, columns
from clean_room.key_grid import declared_keys
from clean_room.plan import Plan
from clean_room.regeneration import regenerate
from clean_room.relation import Relation
from clean_room.results import Mark
from connectors.snapshot import DataFile
from data_products.contract import Column, ColumnType, Use

TYPES = {
    ColumnType.STRING: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
}

DIGITS = 18
"""Digits of a number in all: as many as fit in 64 bits, so that sums have 20 more to grow in."""

MOST_GROUPS = 10_000
"""No contract allows more cells: of more groups, one too many leaves the worker."""


def job(plan: Plan, *, memory: int, threads: int) -> dict[str, object]:
    """The plan for DuckDB, with so many mebibytes and threads."""
    (snapshot,) = plan.snapshots
    names, needed = dict(snapshot.names), _needed(plan.relation)
    return {
        "product": plan.relation.product.id,
        "format": snapshot.format,
        "files": [_file(file, needed) for file in snapshot.files],
        "columns": [
            {
                "name": column.name,
                "source": names.get(column.physical_name, column.physical_name),
                "types": _types(column),
            }
            for column in needed
        ],
        "query": _query(plan.relation).sql(dialect="duckdb"),
        "memory": memory,
        "threads": threads,
    }


def _file(file: DataFile, needed: list[Column]) -> dict[str, object]:
    """A file to read; a column that it lacks is NULL in all of it."""
    constants = dict(file.constants) | dict.fromkeys(file.missing)
    return {
        "path": file.path,
        "identity": list(astuple(file.identity)),
        "constants": {
            column.name: constants[column.physical_name]
            for column in needed
            if column.physical_name in constants
        },
        "deleted": list(file.deleted),
    }


def _needed(relation: Relation) -> list[Column]:
    """The columns that the relation computes with; the worker's view has no other."""
    expressions = [key.expression for key in relation.keys]
    expressions += [m.argument for m in relation.measures if m.argument is not None]
    expressions += [relation.where] if relation.where is not None else []
    names = {relation.product.contract.unit.column}.union(*map(columns, expressions))
    return [column for column in relation.product.contract if column.name in names]


def _types(column: Column) -> list[str]:
    """The DuckDB types that a column is cast to in turn; a number's scale is fixed.

    A measure is given more room than it can fill. (DuckDB keeps products of decimals of 18 digits
    within 18 digits, but not those of 19.)
    """
    measure = column.use is Use.MEASURE
    if column.type is ColumnType.NUMBER:
        exact = f"DECIMAL({DIGITS},{column.scale})"
        return [exact, f"DECIMAL({DIGITS + 1},{column.scale})"] if measure else [exact]
    return [TYPES[column.type], "HUGEINT"] if measure else [TYPES[column.type]]


def _query(relation: Relation) -> exp.Select:
    """The SQL; where noise protects, no group that is off the grid leaves the worker."""
    query = regenerate(relation).limit(MOST_GROUPS + 1)
    return query if relation.contribution is None else query.where(*_on_grid(relation))


def _on_grid(relation: Relation) -> Iterator[exp.Expr]:
    """The conditions that a group is on the public grid, one for each column that tells keys."""
    for places, keys in declared_keys(relation):
        told = [relation.keys[place] for place in places]
        kinds = [key.expression.kind for key in told]
        names = [exp.column(key.name, quoted=True) for key in told]
        groups = [exp.Tuple(expressions=list(map(_literal, values, kinds))) for values in keys]
        known = exp.In(this=exp.Tuple(expressions=names), expressions=groups)
        yield known if groups else exp.false()


def _literal(value: Cell, kind: Kind) -> exp.Expr:
    """A key of the grid as a literal; none is withheld."""
    return Constant(None if isinstance(value, Mark) else value, kind).sql()
