import json
import sys
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entrepot.arrow import actions
from entrepot.errors import MissingExtraError
from tests.entrepot.test_answer import COLUMNS, RELEASE, one_column, read


def test_types_survive():
    schema = read().to_arrow().schema
    assert [str(kind) for kind in schema.types] == [
        "string",
        "int64",
        "decimal128(38, 2)",
        "double",
        "date32[day]",
        "timestamp[us, tz=UTC]",
        "bool",
    ]


def test_withheld_is_null_and_listed():
    table = read().to_arrow()
    assert table["value"].to_pylist() == [Decimal("1234567.80"), None, None]
    assert json.loads(table.schema.metadata[b"entrepot.withheld"]) == [[1, 2]]
    assert table.schema.field("value").metadata == {b"entrepot.error": b"12.50"}


def test_stream_is_read_by_others():
    assert pa.table(read()).num_rows == 3


def test_pandas_keeps_whole_numbers():
    frame = read().to_pandas()
    assert frame["n"].tolist() == [12, 9007199254740993, 5]
    assert frame["open"].tolist() == [True, False, pd.NA]
    assert str(frame["n"].dtype) == "Int64"


def test_missing_pandas_names_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError) as caught:
        read().to_pandas()
    assert caught.value.hint == 'pip install "entrepot[pandas]"'


@pytest.mark.parametrize(
    ("kind", "cell", "arrow"),
    [
        ("integer", "9223372036854775807", "int64"),
        ("integer", "9223372036854775808", "decimal256(76, 0)"),
        ("integer", None, "int64"),
        ("decimal", "0.001", "decimal128(38, 3)"),
        ("decimal", "1" * 37 + ".25", "decimal256(76, 2)"),
        ("decimal", None, "decimal128(38, 0)"),
        ("timestamp", "2026-01-01T00:00:00", "timestamp[us]"),
        ("datetime", None, "timestamp[us]"),
    ],
)
def test_type_holds_every_value(kind, cell, arrow):
    column = one_column(kind, cell).to_arrow()["x"]
    assert str(column.type) == arrow
    assert str(column[0]) == ("None" if cell is None else cell.replace("T", " "))


def test_no_rows_is_a_table():
    found = read(rows=[], withheld={**RELEASE["withheld"], "cells": []})
    assert found.to_arrow().column_names == [column["name"] for column in COLUMNS]


def test_checkpoint_gives_actions(tmp_path):
    metadata = pa.array([None, {"id": "t", "schemaString": "{}"}])
    add = pa.array(
        [{"path": "a", "size": 1, "partitionValues": [("p", None)]}, None],
        pa.struct(
            {
                "path": pa.string(),
                "size": pa.int64(),
                "partitionValues": pa.map_(pa.string(), pa.string()),
            }
        ),
    )
    pq.write_table(
        pa.table({"add": add, "metaData": metadata, "txn": [1, 2]}), tmp_path / "c.parquet"
    )
    assert list(actions(tmp_path / "c.parquet")) == [
        {"add": {"path": "a", "size": 1, "partitionValues": {"p": None}}},
        {"metaData": {"id": "t", "schemaString": "{}"}},
    ]
