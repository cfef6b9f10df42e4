"""Import declarations, the same on every run; and what a query's aggregates over them must be.

The aggregates are computed twice: by DuckDB, from the SQL that is written for it, and here, row by
row, from the typed expressions alone. That they agree says that both mean the same.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import duckdb
from harbour import COLUMNS, DECLARATIONS, HS2, MODES, ORIGINS
from sqlglot import exp

from clean_room.expressions import Cell, Constant, Expression, Kind, Row, columns
from clean_room.regeneration import regenerate
from clean_room.relation import Contribution, Function, Measure, Relation
from clean_room.results import Mark
from data_products.contract import Bounds, Column, ColumnType

TYPES = {
    ColumnType.STRING: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
}

Group = tuple[Cell, ...]
Rows = Sequence[Row]
Groups = dict[Group, dict[str, object]]
Contributions = dict[tuple[Group, Cell], Rows]
"""The rows of each unit in each group."""


def declare(count: int, seed: int = 7) -> list[dict[str, Cell]]:
    """So many declarations, of a few large importers and many small; some values are missing."""
    drawn = random.Random(seed)  # noqa: S311 - the same on every run
    return [_declaration(drawn) for _ in range(count)]


def _declaration(drawn: random.Random) -> dict[str, Cell]:
    """One declaration, with a value or two missing now and then."""
    arrived = datetime(2020, 1, 1) + timedelta(minutes=drawn.randrange(60 * 24 * 500))  # noqa: DTZ001 - UTC, as grids are
    hs4 = f"{drawn.choice(HS2[:6])}{drawn.randrange(1, 4):02d}"
    row: dict[str, Cell] = {
        "importer_id": f"importer-{int(drawn.paretovariate(0.7)) % 60}",
        "declarant_id": f"declarant-{drawn.randrange(9)}",
        "date": arrived.date(),
        "arrived_at": arrived,
        "hs2": hs4[:2],
        "hs4": hs4,
        "hs6": f"{hs4}10",
        "tariff_line": f"{hs4}1090",
        "origin": drawn.choice(ORIGINS),
        "dispatch": drawn.choice(ORIGINS),
        "mode": drawn.choice(MODES),
        "channel": drawn.randrange(1, 4),
        "inspected": drawn.random() < 0.3,
        "office": drawn.choice(("antwerp", "ghent", "liege")),
        "item_value": Decimal(int(drawn.lognormvariate(9, 3))).scaleb(-2),
        "net_mass_kg": Decimal(drawn.randrange(900_000)).scaleb(-1),
        "correction": drawn.randrange(-1_500, 1_500),
        "fraud": int(drawn.random() < 0.1),
        "goods_name": "toys",
    }
    return row | {name: None for name in row if drawn.random() < 0.02}


def database(rows: Rows) -> duckdb.DuckDBPyConnection:
    """A DuckDB in which the product's name is a table of the rows."""
    connection = duckdb.connect()
    described = ", ".join(f'"{column.name}" {_type(column)}' for column in COLUMNS)
    places = ", ".join("?" for _ in COLUMNS)
    connection.execute(f'CREATE TABLE "{DECLARATIONS.id}" ({described})')
    connection.executemany(
        f'INSERT INTO "{DECLARATIONS.id}" VALUES ({places})',
        [[row[column.name] for column in COLUMNS] for row in rows],
    )
    return connection


def _type(column: Column) -> str:
    """The DuckDB type that a worker gives the column."""
    number = column.type is ColumnType.NUMBER
    return f"DECIMAL(18,{column.scale})" if number else TYPES[column.type]


def by_duckdb(expression: Expression, row: Row) -> object:
    """The expression's value for one row of the contract's columns, by DuckDB."""
    types = {column.name: _type(column) for column in COLUMNS}
    values = (
        exp.alias_(exp.cast(Constant(value, Kind.STRING).sql(), types[name]), name, quoted=True)
        for name, value in row.items()
        if not isinstance(value, Mark)
    )
    select = exp.select(expression.sql())
    if row:
        select = select.from_(exp.select(*values).subquery("r"))
    (found,) = duckdb.execute(select.sql(dialect="duckdb")).fetchall()[0]
    return found


def complete(groups: Groups) -> Groups:
    """The groups whose keys are all there: where noise protects, no other is on the grid."""
    return {group: values for group, values in groups.items() if None not in group}


def compute(connection: duckdb.DuckDBPyConnection, relation: Relation) -> Groups:
    """Every group's aggregates, by DuckDB; the largest contributions as a list."""
    cursor = connection.execute(regenerate(relation).sql(dialect="duckdb"))
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    keys = [key.name for key in relation.keys]
    return {tuple(row.pop(key) for key in keys): row for row in found}


def recompute(rows: Rows, relation: Relation) -> Groups:
    """Every group's aggregates, by the expressions alone."""
    groups: dict[Group, list[Rows]] = {} if relation.keys else {(): []}
    for (group, _), members in _bounded(_contributions(rows, relation), relation).items():
        groups.setdefault(group, []).append(members)
    return {
        group: {
            name: value
            for measure in relation.measures
            for name, value in _aggregates(measure, units, relation).items()
        }
        for group, units in groups.items()
        if len(units) >= relation.min_units
    }


def _contributions(rows: Rows, relation: Relation) -> Contributions:
    """The rows that qualify, by group and unit."""
    unit = relation.product.contract.unit.column
    found: dict[tuple[Group, Cell], list[Row]] = defaultdict(list)
    for row in rows:
        kept = relation.where is None or relation.where.evaluate(row) is True
        if kept and row[unit] is not None:
            group = tuple(key.expression.evaluate(row) for key in relation.keys)
            found[group, row[unit]].append(row)
    return {**found}


def _bounded(contributions: Contributions, relation: Relation) -> Contributions:
    """The contributions, of each unit as many groups as it may fill: those of the least hashes."""
    if relation.contribution is None or not relation.keys:
        return contributions
    filled: dict[Cell, list[Group]] = defaultdict(list)
    for group, unit in sorted(contributions, key=lambda place: _hash(*place)):
        filled[unit].append(group)
    most = relation.contribution.groups
    return {place: c for place, c in contributions.items() if place[0] in filled[place[1]][:most]}


def _hash(group: Group, unit: Cell) -> tuple[bool, str]:
    """MD5 over unit and keys, as DuckDB writes them; groups with a missing key come last."""
    text = "|".join(_text(value) for value in (unit, *group))
    return None in group, hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _text(value: Cell) -> str:
    """A key as DuckDB casts it to text."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _aggregates(measure: Measure, units: Sequence[Rows], relation: Relation) -> dict[str, object]:
    """A measure's value over the rows of each unit, and its weights where these are asked for."""
    if measure.function is Function.UNITS:
        return {measure.name: len(units)}
    values = [_present(measure, rows) for rows in units]
    parts = [_part(measure, present, relation.contribution) for present in values]
    some = [part for part in parts if part is not None]
    found: dict[str, object] = {measure.name: sum(some) if some else None}
    if relation.weighed:
        amount = measure.function is Function.SUM and not _is_flag(measure)
        found |= _make_up(measure.name, some, zeros=amount)
    if relation.weighed and measure.function is Function.COUNT and measure.argument is not None:
        lacking = [len(rows) - len(present) for rows, present in zip(units, values, strict=True)]
        found |= _make_up(f"{measure.name}_lacking", [Decimal(number) for number in lacking])
    return found


def _is_flag(measure: Measure) -> bool:
    """Whether a sum is of ones and zeros."""
    assert measure.argument is not None
    flags = {column.name for column in COLUMNS if column.bounds == Bounds(0, 1)}
    return columns(measure.argument) <= flags


def _make_up(name: str, parts: Sequence[Decimal], *, zeros: bool = False) -> Mapping[str, object]:
    """How many units add something, what all add in absolute terms and what the two largest do."""
    weights = [abs(part) for part in parts]
    return {
        f"{name}_units": sum(zeros or weight > 0 for weight in weights),
        f"{name}_weight": sum(weights) if weights else None,
        f"{name}_top": sorted(weights, reverse=True)[:2] or None,
    }


def _present(measure: Measure, rows: Rows) -> list[Decimal]:
    """The values that are not NULL, clipped where the measure has bounds; ones for rows."""
    argument = measure.argument
    values = [1 if argument is None else argument.evaluate(row) for row in rows]
    counts = measure.function is Function.COUNT
    found = [Decimal(1 if counts else str(value)) for value in values if value is not None]
    if measure.low is None or measure.high is None:
        return found
    low, high = (Decimal(end).scaleb(-measure.scale) for end in (measure.low, measure.high))
    return [max(low, min(high, value)) for value in found]


def _part(measure: Measure, values: list[Decimal], bound: Contribution | None) -> Decimal | None:
    """What one unit adds to a measure, within what it may."""
    if measure.function is Function.COUNT:
        return Decimal(len(values) if bound is None else min(len(values), bound.rows))
    if bound is None:
        return sum(values, Decimal()) if values else None
    total = sum(values, Decimal())
    if len(values) > bound.rows:
        thinned = Decimal(float(total) / len(values) * bound.rows)
        total = thinned.quantize(Decimal(1).scaleb(-measure.scale), rounding=ROUND_HALF_UP)
    ends = (0, measure.low or 0, measure.high or 0)
    low, high = (Decimal(end).scaleb(-measure.scale) * bound.rows for end in (min(ends), max(ends)))
    return max(low, min(high, total))
