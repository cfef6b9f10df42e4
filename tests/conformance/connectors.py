"""What every connector must do. The author of one runs this suite by making a class of it:

class TestMine(ConnectorConformance):
    scheme = "mine"

    def place(self, root, table): ...    # lays the table beneath root, gives back its path
"""

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from connectors import Connector, DataFile, Location, Snapshot, connect
from data_products import plugins
from data_products.digest import canonical
from data_products.errors import ConnectorError, EntrepotError

TABLE = pa.table(
    {
        "importer": ["A", "B", None, "C", "A"],
        "hs4": ["0803", "0901", "0803", None, "8703"],
        "note": ["a,b", 'say "x"', "line\nbreak", "é", None],
    }
)
"""Text alone, for it is what every format can hold: leading zeros, quotes, line breaks and NULL."""


class ConnectorConformance:
    """The suite; `scheme` is the entry point's name, and `place` lays a table down."""

    scheme: str

    def place(self, root: Path, table: pa.Table) -> str:
        """Lays the table beneath the root, in place of an earlier one; its path from there."""
        raise NotImplementedError

    @pytest.fixture
    def root(self, tmp_path):
        """A data directory with a neighbour that is not part of it."""
        (tmp_path / "data").mkdir()
        (tmp_path / "neighbour").mkdir()
        return tmp_path / "data"

    def opened(self, root: Path, path: str) -> Snapshot:
        """The snapshot at a path, by the road that the clean room takes."""
        return connect(Location.parse(f"{self.scheme}:{path}", (root,)))

    def test_connector_is_installed(self):
        assert isinstance(plugins.load("connectors", self.scheme)(), Connector)

    def test_rows_come_back(self, root):
        snapshot = self.opened(root, self.place(root, TABLE))
        columns = [(name, "ascending") for name in TABLE.column_names]
        assert snapshot.read().read_all().sort_by(columns) == TABLE.sort_by(columns)

    def test_schema_is_the_readers(self, root):
        snapshot = self.opened(root, self.place(root, TABLE))
        assert snapshot.schema.equals(TABLE.schema)
        assert snapshot.read().schema == snapshot.schema

    def test_snapshot_can_be_read_twice(self, root):
        snapshot = self.opened(root, self.place(root, TABLE))
        assert snapshot.read().read_all() == snapshot.read().read_all()

    def test_empty_table_has_columns(self, root):
        snapshot = self.opened(root, self.place(root, TABLE.slice(0, 0)))
        assert snapshot.read().read_all() == TABLE.schema.empty_table()

    def test_same_data_same_digest(self, root):
        path = self.place(root, TABLE)
        assert self.opened(root, path) == self.opened(root, path)

    def test_digest_is_a_sha256(self, root):
        digest = self.opened(root, self.place(root, TABLE)).digest
        assert len(bytes.fromhex(digest)) == hashlib.sha256(canonical("")).digest_size

    def test_other_data_other_digest(self, root):
        before = self.opened(root, self.place(root, TABLE)).digest
        assert self.opened(root, self.place(root, TABLE.slice(1))).digest != before

    def test_files_lie_beneath_the_root(self, root):
        files = self.opened(root, self.place(root, TABLE)).files
        assert all(isinstance(file, DataFile) for file in files)
        assert all(Path(file.path).resolve().is_relative_to(root) for file in files)

    def test_opening_writes_nothing(self, root):
        path = self.place(root, TABLE)
        before = {file: file.stat().st_mtime_ns for file in root.rglob("*")}
        self.opened(root, path).read().read_all()
        assert {file: file.stat().st_mtime_ns for file in root.rglob("*")} == before

    @pytest.mark.parametrize(
        "path", ["../neighbour", "link", "/etc", "a/../../neighbour", "%2e%2e"]
    )
    def test_outside_is_refused(self, root, path):
        (root / "link").symlink_to(root.parent / "neighbour")
        self.place(root.parent / "neighbour", TABLE)
        with pytest.raises(EntrepotError) as caught:
            self.opened(root, path)
        assert caught.value.hint

    def test_linked_data_is_refused(self, root):
        """The location is fine; what lies there is another's."""
        path = root / self.place(root, TABLE)
        outside = root.parent / "neighbour"
        for file in path.rglob("*") if path.is_dir() else ():
            if file.is_file():
                file.rename(outside / file.name)
                file.symlink_to(outside / file.name)
        if path.is_dir():
            with pytest.raises(ConnectorError):
                self.opened(root, path.name)
        else:
            pytest.skip("the location is a file, and the file is all there is")

    def test_missing_data_is_refused(self, root):
        with pytest.raises(ConnectorError, match="in the data directory"):
            self.opened(root, "absent")

    def test_empty_folder_is_refused(self, root):
        (root / "empty").mkdir()
        with pytest.raises(ConnectorError) as caught:
            self.opened(root, "empty")
        assert caught.value.hint

    @pytest.mark.parametrize("kept", [0.0, 0.3, 0.7])
    def test_truncated_data_is_refused(self, root, kept):
        path = root / self.place(root, TABLE)
        for file in path.rglob("*") if path.is_dir() else [path]:
            if file.is_file():
                content = file.read_bytes()
                file.write_bytes(content[: int(len(content) * kept)])
        with pytest.raises(ConnectorError) as caught:
            self.opened(root, path.name).read().read_all()
        assert caught.value.hint
