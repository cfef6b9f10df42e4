import sys
from pathlib import Path

import pyarrow as pa
import pytest

from connectors import Connector, DataFile, Location, Snapshot, connect
from connectors.csv_files import CsvConnector
from connectors.delta import DeltaConnector
from connectors.parquet import ParquetConnector
from data_products import plugins
from data_products.errors import ConfigurationError, ConnectorError


@pytest.mark.parametrize("kind", [CsvConnector, DeltaConnector, ParquetConnector])
def test_builtins_are_connectors(kind):
    assert isinstance(kind(), Connector)


def test_connect_goes_by_the_scheme(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    snapshot = connect(Location("csv", tmp_path / "a.csv"))
    assert snapshot == CsvConnector().open(Location("csv", tmp_path / "a.csv"))


def test_unknown_scheme_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigurationError, match="is called 'oracle'"):
        connect(Location("oracle", tmp_path))


@pytest.fixture
def odd(tmp_path):
    """An installed connector that is none; groups are asked once, so the answer is forgotten."""
    information = tmp_path / "strange-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[entrepot.connectors]\nodd = fractions:Fraction\n"
    )
    sys.path.append(str(tmp_path))
    plugins._points.cache_clear()
    yield "odd"
    sys.path.remove(str(tmp_path))
    plugins._points.cache_clear()


def test_plugin_without_open_is_refused(tmp_path, odd):
    with pytest.raises(ConfigurationError, match="found no method open in the plug-in 'odd'"):
        connect(Location(odd, tmp_path))


def test_plugin_gives_its_scheme(tmp_path, odd):
    (tmp_path / "x").mkdir()
    assert Location.parse(f"{odd}:x", (tmp_path,)) == Location("odd", tmp_path / "x")


def test_reading_is_lazy():
    file = DataFile(str(Path("/no/such.parquet")))
    snapshot = Snapshot("parquet", None, "0" * 64, (file,), pa.schema([("a", pa.int64())]))
    reader = snapshot.read()
    with pytest.raises(ConnectorError):
        reader.read_next_batch()


def test_snapshot_of_nothing_is_empty():
    snapshot = Snapshot("delta", 0, "0" * 64, (), pa.schema([("a", pa.int64())]))
    assert snapshot.read().read_all() == snapshot.schema.empty_table()
