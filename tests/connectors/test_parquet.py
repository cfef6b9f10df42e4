import pyarrow as pa
import pytest
from pyarrow import parquet

from connectors.location import Location
from connectors.parquet import ParquetConnector, plain
from data_products.errors import ConnectorError
from tests.connectors.tables import MOVES


def opened(path, **tables):
    """The snapshot of a folder with those files."""
    for name, table in tables.items():
        parquet.write_table(table, path / f"{name}.parquet")
    return ParquetConnector().open(Location("parquet", path))


def test_folder_is_one_table(tmp_path):
    snapshot = opened(tmp_path, b=MOVES.slice(2), a=MOVES.slice(0, 2))
    assert snapshot.read().read_all() == MOVES
    assert (snapshot.format, snapshot.version, snapshot.names) == ("parquet", None, ())


def test_layout_of_text_is_forgotten(tmp_path):
    stored = MOVES.set_column(0, "consignee", MOVES["consignee"].dictionary_encode())
    snapshot = opened(tmp_path, a=stored, b=MOVES)
    assert snapshot.schema == MOVES.schema
    assert snapshot.read().read_all() == pa.concat_tables([MOVES, MOVES])


@pytest.mark.parametrize(
    "stored", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string())]
)
def test_plain_text_is_string(stored):
    assert plain(pa.schema([("a", stored)])).types == [pa.string()]


def test_moments_of_old_writers_are_read(tmp_path):
    moments = pa.table({"at": pa.array([0, -62135596800000000], pa.timestamp("us"))})
    path = tmp_path / "a.parquet"
    parquet.write_table(moments, path, use_deprecated_int96_timestamps=True)
    snapshot = ParquetConnector().open(Location("parquet", path))
    assert snapshot.read().read_all() == moments


@pytest.mark.parametrize(
    ("other", "unlike"),
    [
        (MOVES.select(["consignee"]), "gross_kg"),
        (MOVES.append_column("extra", MOVES["gross_kg"]), "extra"),
        (MOVES.rename_columns(["Consignee", "gross_kg"]), "Consignee, consignee"),
        (MOVES.cast(pa.schema([("consignee", pa.string()), ("gross_kg", pa.int32())])), "gross_kg"),
        (MOVES.select(["gross_kg", "consignee"]), "in the same order"),
    ],
)
def test_unlike_files_are_refused(tmp_path, other, unlike):
    with pytest.raises(ConnectorError, match=rf"'b\.parquet'.*: {unlike}$"):
        opened(tmp_path, a=MOVES, b=other)


def test_damaged_file_is_refused(tmp_path):
    (tmp_path / "b.parquet").write_bytes(b"PAR1" * 9)
    with pytest.raises(ConnectorError, match=r"in 'b\.parquet'"):
        opened(tmp_path, a=MOVES)


def test_damaged_page_is_met_while_reading(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(MOVES, path, write_page_checksum=True)
    content = bytearray(path.read_bytes())
    content[40] ^= 0xFF
    path.write_bytes(content)
    snapshot = ParquetConnector().open(Location("parquet", path))
    with pytest.raises(ConnectorError, match="expected whole data"):
        snapshot.read().read_all()
