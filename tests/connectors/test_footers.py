import struct
from contextlib import suppress

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from connectors import footers
from connectors.footers import footer
from connectors.location import Location
from connectors.opening import regular
from connectors.parquet import ParquetConnector
from data_products.errors import ConnectorError, EntrepotError
from tests.connectors.tables import MOVES


@pytest.fixture
def moves(tmp_path):
    parquet.write_table(MOVES, tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


def read(path):
    return footer(regular(path.parent, path.name))


def test_footer_tells_columns_and_rows(moves):
    assert (read(moves).schema.names, read(moves).rows) == (["consignee", "gross_kg"], 4)


def test_footer_is_read_once(moves):
    assert read(moves) is read(moves)


@pytest.mark.parametrize(
    "content",
    [b"", b"PAR1", b"PAR1garbagegarbage\x08\0\0\0PAR1", b"x" * 100, b"PARE" * 9],
)
def test_garbage_is_no_parquet(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(ConnectorError, match=r"'a\.parquet', which cannot be read") as caught:
        read(tmp_path / "a.parquet")
    assert caught.value.hint


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_truncated_parquet_is_refused(moves, kept):
    content = moves.read_bytes()
    moves.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ConnectorError):
        read(moves)


@pytest.mark.parametrize("length", [10_000, 2**31, 2**32 - 1])
def test_endless_footer_is_refused(moves, length):
    moves.write_bytes(moves.read_bytes()[:-8] + struct.pack("<I", length) + b"PAR1")
    with pytest.raises(ConnectorError, match=f"found a footer of {length} bytes"):
        read(moves)


def test_parquet_bomb_is_refused(tmp_path):
    bomb = pa.table({"a": pa.nulls(1, pa.string()).fill_null("x" * 70_000_000)})
    parquet.write_table(bomb, tmp_path / "a.parquet", compression="zstd", use_dictionary=False)
    with pytest.raises(ConnectorError, match="expected what its size can hold"):
        read(tmp_path / "a.parquet")


def test_too_many_columns_are_refused(tmp_path):
    wide = pa.table({f"c{i}": [1] for i in range(footers.MOST_COLUMNS + 1)})
    parquet.write_table(wide, tmp_path / "a.parquet")
    with pytest.raises(ConnectorError, match="2001 columns"):
        read(tmp_path / "a.parquet")


@pytest.mark.parametrize("names", [["a", "a"], ["Date", "date"], ["ß", "SS"]])
def test_columns_alike_are_refused(tmp_path, names):
    alike = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=names)
    parquet.write_table(alike, tmp_path / "a.parquet")
    with pytest.raises(ConnectorError, match="found two columns of one name"):
        read(tmp_path / "a.parquet")


def test_file_gone_meanwhile_is_refused(moves):
    stale = regular(moves.parent, moves.name)
    moves.unlink()
    with pytest.raises(ConnectorError, match="cannot be read"):
        footer(stale)


@given(st.integers(0, 10**6), st.integers(0, 30), st.binary(max_size=4))
def test_damaged_parquet_is_never_a_foreign_error(tmp_path_factory, start, length, put):
    path = tmp_path_factory.mktemp("files") / "a.parquet"
    parquet.write_table(MOVES, path)
    content = path.read_bytes()
    start %= len(content)
    path.write_bytes(content[:start] + put + content[start + length :])
    with suppress(EntrepotError):
        assert ParquetConnector().open(Location("parquet", path)).read().read_all().num_rows >= 0
