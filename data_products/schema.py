"""Contracts and Arrow: the schema that a contract promises, and whether data can keep the promise.

What may stand for a logical type is what turns into it without loss and in one way only. Text may
stand for all, for it is all that a CSV file has. A float or a finer decimal may not stand for a
whole number, nor a timestamp for a date: engines round and truncate them differently.
"""

from collections.abc import Callable, Iterable, Mapping

import pyarrow as pa
from pyarrow import types

from data_products.column import DIGITS, Column, ColumnType
from data_products.contract import Contract
from data_products.errors import SchemaMismatchError

Test = Callable[[pa.DataType], bool]


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a column.

    >>> from data_products.column import Use
    >>> str(arrow_type(Column("origin", ColumnType.STRING, Use.NEVER)))
    'string'
    """
    return {
        ColumnType.STRING: pa.string(),
        ColumnType.INTEGER: pa.int64(),
        ColumnType.NUMBER: pa.decimal128(DIGITS, column.scale),
        ColumnType.BOOLEAN: pa.bool_(),
        ColumnType.DATE: pa.date32(),
        ColumnType.TIMESTAMP: pa.timestamp("us"),
    }[column.type]


def arrow_schema(contract: Contract) -> pa.Schema:
    """The schema of data that keeps the contract exactly, under the columns' physical names."""
    return pa.schema(
        [
            pa.field(column.physical_name, arrow_type(column), nullable=not column.required)
            for column in contract
        ]
    )


def conform(schema: pa.Schema, contract: Contract) -> None:
    """Returns if data of that schema can keep the contract; columns it does not name may be more.

    Raises:
        SchemaMismatchError: it names every column that is missing, found twice, or of a type that
            cannot stand for the contract's.
    """
    lacking = [said for column in contract if (said := _lack(schema, column))]
    if lacking:
        raise SchemaMismatchError(
            "; ".join(lacking),
            where=str(contract.product),
            hint="correct physicalName or logicalType in the contract, or the data",
        )


def _lack(schema: pa.Schema, column: Column) -> str:
    """What the schema lacks for a column, or nothing."""
    # Exactly as it is written: an engine that is blind to case would take the nearest instead.
    name, expected = column.physical_name, _said(column)
    found = schema.get_all_field_indices(name)
    if len(found) != 1:
        return f"{name}: found {len(found) or 'no'} columns of that name, expected one {expected}"
    given = schema.field(found[0]).type
    stored = given.value_type if types.is_dictionary(given) else given
    if any(test(stored) for test in _STANDING[column.type]):
        return ""
    return f"{name}: found type {given}, expected {expected}"


def _said(column: Column) -> str:
    """A column's type in a message."""
    return f"{column.type} ({arrow_type(column)})"


def _textual(found: pa.DataType) -> bool:
    """Whether it is text, in any of Arrow's layouts."""
    return bool(
        types.is_string(found) or types.is_large_string(found) or types.is_string_view(found)
    )


def _whole(found: pa.DataType) -> bool:
    """Whether it is a whole number."""
    return bool(types.is_integer(found)) or bool(types.is_decimal(found) and found.scale <= 0)


def _zoneless(found: pa.DataType) -> bool:
    """Whether it is a moment in UTC, said or unsaid."""
    return bool(types.is_timestamp(found)) and found.tz in {None, "UTC", "+00:00", "Etc/UTC"}


# Whole numbers may stand for text, for keys are often stored so; but not the other numbers, which
# engines write as text each in its own way.
_STANDING: Mapping[ColumnType, Iterable[Test]] = {
    ColumnType.STRING: (_textual, types.is_integer),
    ColumnType.INTEGER: (_textual, _whole, types.is_boolean),
    ColumnType.NUMBER: (_textual, types.is_integer, types.is_floating, types.is_decimal),
    ColumnType.BOOLEAN: (_textual, types.is_boolean),
    ColumnType.DATE: (_textual, types.is_date),
    ColumnType.TIMESTAMP: (_textual, _zoneless, types.is_date),
}
