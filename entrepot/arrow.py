"""Everything that needs pyarrow; loaded only when it is used, as pyarrow is slow to import."""

import importlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from entrepot.answer import WITHHELD, Answer, Value
from entrepot.models import ResultColumn
from entrepot.proofs.fields import Document

if TYPE_CHECKING:
    import pandas as pd

SIMPLE = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "float": pa.float64(),
    "date": pa.date32(),
}
NARROW, WIDE = 38, 76
"""Digits that Arrow's two decimal types hold."""
ACTIONS = ["add.path", "add.size", "add.partitionValues", "add.deletionVector", "metaData"]
"""What is read of a Delta checkpoint; the rest is statistics and tombstones."""


def table(answer: Answer) -> pa.Table:
    """The rows of an answer as an Arrow table, built anew from plain values."""
    arrays, members = [], []
    # Never from buffers of an engine: under a null those may hold what was to be hidden.
    for j, column in enumerate(answer.columns):
        values = [None if row[j] is WITHHELD else row[j] for row in answer.rows]
        arrays.append(pa.array(values, type=_type(column, values)))
        error = {"entrepot.error": str(column.error)} if column.error is not None else None
        members.append(pa.field(column.name, arrays[-1].type, metadata=error))
    # To Arrow, withheld and NULL are both null; the metadata tell them apart.
    withheld = [
        [i, j]
        for i, row in enumerate(answer.rows)
        for j, cell in enumerate(row)
        if cell is WITHHELD
    ]
    schema = pa.schema(members, metadata={"entrepot.withheld": json.dumps(withheld)})
    return pa.Table.from_arrays(arrays, schema=schema)


def _type(column: ResultColumn, values: Sequence[Value]) -> pa.DataType:
    """The Arrow type that holds the values of a column without loss."""
    match column.type:
        case "integer":
            return _integer_type(values)
        case "decimal":
            return _decimal_type([value for value in values if isinstance(value, Decimal)])
        case "timestamp" | "datetime":
            return _time_type(values)
        case simple:
            return SIMPLE[simple]


def _integer_type(values: Sequence[Value]) -> pa.DataType:
    """64 bits where they do, for everybody reads those; sums of 64-bit values may need more."""
    fits = all(-(2**63) <= value < 2**63 for value in values if isinstance(value, int))
    return pa.int64() if fits else pa.decimal256(WIDE, 0)


def _time_type(values: Sequence[Value]) -> pa.DataType:
    """Instants if any value tells its offset, else wall-clock times."""
    zoned = any(isinstance(value, datetime) and value.tzinfo is not None for value in values)
    return pa.timestamp("us", tz="UTC" if zoned else None)


def _decimal_type(values: Sequence[Decimal]) -> pa.DataType:
    """The decimal type with the scale of the finest of the values."""
    parts = [value.as_tuple() for value in values]
    scale = max((-int(part.exponent) for part in parts), default=0)
    whole = max((len(part.digits) + int(part.exponent) for part in parts), default=0)
    # The narrower type where it does, for other libraries read that one better.
    wide = scale + max(whole, 0) > NARROW
    return pa.decimal256(WIDE, scale) if wide else pa.decimal128(NARROW, scale)


def frame(answer: Answer) -> "pd.DataFrame":
    """The rows of an answer as a pandas DataFrame.

    Whole numbers and truth values get pandas' nullable types: in its older ones, a missing cell
    makes them floats and objects.
    """
    pandas = importlib.import_module("pandas")
    kinds = {pa.int64(): pandas.Int64Dtype(), pa.bool_(): pandas.BooleanDtype()}
    found: pd.DataFrame = table(answer).to_pandas(types_mapper=kinds.get)
    return found


def actions(path: Path) -> Iterator[Document]:
    """The add and metaData actions in a Delta checkpoint file.

    Raises:
        OSError, ValueError: it cannot be read as Parquet.
    """
    # By batches: the checkpoint of a large table does not fit into memory as Python values.
    for batch in pq.ParquetFile(path).iter_batches(columns=ACTIONS):
        for row in batch.to_pylist(maps_as_pydicts="strict"):
            yield {name: value for name, value in row.items() if value is not None}
