import shutil

import pytest
from deltalake import write_deltalake
from pyarrow import csv, parquet

from data_products.errors import ConnectorError, RequestError
from tests.conformance.connectors import TABLE, ConnectorConformance


class TestParquet(ConnectorConformance):
    scheme = "parquet"

    def place(self, root, table):
        (root / "table").mkdir(exist_ok=True)
        parquet.write_table(table, root / "table" / "a.parquet")
        return "table"


class TestCsv(ConnectorConformance):
    scheme = "csv"

    def place(self, root, table):
        (root / "table").mkdir(exist_ok=True)
        csv.write_csv(table, root / "table" / "a.csv")
        return "table"


class TestDelta(ConnectorConformance):
    scheme = "delta"

    def place(self, root, table):
        shutil.rmtree(root / "table", ignore_errors=True)
        write_deltalake(root / "table", table, partition_by=["hs4"])
        return "table"

    def test_version_stays_what_it_was(self, root):
        path = self.place(root, TABLE)
        before = self.opened(root, path)
        write_deltalake(root / path, TABLE, mode="append")
        assert self.opened(root, f"{path}?version=0") == before
        assert self.opened(root, path).version == 1

    def test_missing_version_is_refused(self, root):
        path = self.place(root, TABLE)
        with pytest.raises(ConnectorError, match="expected version 7"):
            self.opened(root, f"{path}?version=7")


@pytest.mark.parametrize("suite", [TestParquet, TestCsv])
def test_plain_files_have_no_versions(suite, tmp_path):
    made = suite()
    with pytest.raises(RequestError, match="plain files have no versions"):
        made.opened(tmp_path, f"{made.place(tmp_path, TABLE)}?version=0")
