import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from connectors.files import DataFile
from connectors.rows import parquet_batches, repeated, rows
from data_products.errors import ConnectorError
from tests.connectors.tables import MOVES

SCHEMA = pa.schema([("consignee", pa.string()), ("gross_kg", pa.int64()), ("port", pa.string())])


def read(path, schema=SCHEMA, names=None, **file):
    """The rows of MOVES, stored at the path, in the schema."""
    parquet.write_table(MOVES, path / "a.parquet", row_group_size=2)
    batches = rows(
        parquet_batches, [DataFile(str(path / "a.parquet"), **file)], schema, names or {}
    )
    return pa.Table.from_batches(batches, schema)


def test_constant_fills_its_column(tmp_path):
    assert read(tmp_path, constants=(("port", "BE"),))["port"].to_pylist() == ["BE"] * 4


def test_constant_wins_over_the_stored(tmp_path):
    table = read(tmp_path, constants=(("port", None), ("consignee", "Z")))
    assert table["consignee"].to_pylist() == ["Z"] * 4
    assert table["port"].null_count == 4


def test_missing_column_is_null(tmp_path):
    table = read(tmp_path, missing=("port", "gross_kg"))
    assert table["port"].null_count == table["gross_kg"].null_count == 4


def test_renamed_column_is_found(tmp_path):
    table = read(tmp_path, names={"port": "consignee"})
    assert table["port"] == table["consignee"] == MOVES["consignee"]


def test_column_that_is_gone_is_refused(tmp_path):
    with pytest.raises(ConnectorError, match="found no column 'port' in a data file"):
        read(tmp_path)


@pytest.mark.parametrize("kind", [pa.int8(), pa.float64(), pa.decimal128(30, 2), pa.string()])
def test_value_is_cast_without_loss(tmp_path, kind):
    table = read(tmp_path, pa.schema([("gross_kg", kind)]))
    assert [int(Decimal(value.as_py())) for value in table["gross_kg"]] == [5, 7, 9, 11]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("consignee", pa.int64()), ("consignee", pa.date32()), ("gross_kg", pa.binary())],
)
def test_value_of_another_type_is_refused(tmp_path, name, kind):
    with pytest.raises(ConnectorError, match=re.escape(f"expected {kind}")) as caught:
        read(tmp_path, pa.schema([(name, kind)]))
    assert caught.value.__suppress_context__


def test_value_too_large_is_refused(tmp_path):
    parquet.write_table(pa.table({"a": [300]}), tmp_path / "a.parquet")
    batches = rows(
        parquet_batches, [DataFile(str(tmp_path / "a.parquet"))], pa.schema([("a", pa.int8())]), {}
    )
    with pytest.raises(ConnectorError) as caught:
        next(batches)
    assert "300" not in str(caught.value)


@pytest.mark.parametrize("deleted", [(), (0,), (3,), (1, 2), (0, 1, 2, 3)])
def test_deleted_rows_are_gone(tmp_path, deleted):
    table = read(tmp_path, MOVES.schema, deleted=deleted)
    kept = pa.array([i not in deleted for i in range(4)])
    assert table == MOVES.filter(kept)


@given(st.sets(st.integers(0, 99)), st.integers(1, 100))
def test_deleted_rows_are_counted_over_row_groups(tmp_path_factory, deleted, group):
    path = tmp_path_factory.mktemp("rows") / "a.parquet"
    parquet.write_table(pa.table({"a": range(100)}), path, row_group_size=group)
    file = DataFile(str(path), deleted=tuple(sorted(deleted)))
    kept = pa.Table.from_batches(rows(parquet_batches, [file], pa.schema([("a", pa.int64())]), {}))
    assert kept["a"].to_pylist() == sorted(set(range(100)) - deleted)


def test_file_gone_meanwhile_is_refused(tmp_path):
    file = DataFile(str(tmp_path / "gone.parquet"))
    with pytest.raises(ConnectorError, match=r"'gone\.parquet', which cannot be read"):
        next(rows(parquet_batches, [file], SCHEMA, {}))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x", pa.int64()),
        ("2026-13-01", pa.date32()),
        ("1.005", pa.decimal128(9, 2)),
        ("", pa.int8()),
    ],
)
def test_constant_of_another_type_is_refused(text, kind):
    with pytest.raises(ConnectorError, match="found a value in column 'a'"):
        repeated(text, pa.field("a", kind), 1)
