"""What every engine must do. The author of one runs this suite by making a class of it:

@pytest.fixture(scope="module")
def engine(): ...    # yields the engine, and closes it afterwards

class TestMine(EngineConformance): ...
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from harbour import NOISY, declarations, plan, select
from pyarrow import csv
from yard import Rows, store, table

from clean_room.engines import Engine
from clean_room.results import Aggregates
from connectors import DataFile, Location, Snapshot, connect
from data_products.errors import ExecutionError

PRODUCT = declarations(min_units=3)

ROWS: Rows = {
    "importer_id": ["a", "b", "c", "a", None, "a", "b", "c", "d"],
    "hs2": ["84"] * 5 + ["85"] * 4,
    "channel": [1, 1, 1, 1, 1, 2, 2, 2, 2],
    "inspected": [True] * 9,
    "date": [date(2020, 1, 31)] * 5 + [date(2020, 2, 1)] * 4,
    "arrived_at": [datetime(2020, 1, 31, 23, 59)] * 9,  # noqa: DTZ001 - UTC
    "item_value": [Decimal(v) for v in ("1.25", "-2.50", "0.01", "1.00", "9", "5", "5", "5", "5")],
    "correction": [1, None, 3, -4, 9, None, None, None, None],
    "net_mass_kg": [None] * 9,
}


def lay_parquet(root: Path) -> str:
    """Two files in a folder."""
    (root / "rows").mkdir()
    for number in range(2):
        pq.write_table(table(ROWS).slice(number, 8), root / "rows" / f"{number}.parquet")
    return "parquet:rows"


def lay_csv(root: Path) -> str:
    """One file."""
    csv.write_csv(table(ROWS), root / "rows.csv")
    return "csv:rows.csv"


def lay_delta(root: Path) -> str:
    """Partitions, a file without some columns, and rows that are gone again."""
    path = str(root / "rows")
    write_deltalake(path, table(ROWS), partition_by=["hs2"])
    fewer = table(ROWS).select(["importer_id", "hs2", "correction"])
    write_deltalake(path, fewer, mode="append", schema_mode="merge")
    DeltaTable(path).delete("correction = -4 OR importer_id = 'd'")
    return "delta:rows"


class EngineConformance:
    """The suite; the fixture `engine` is the one that is to be tested."""

    @pytest.fixture
    def snapshot(self, tmp_path: Path) -> Snapshot:
        """The rows, in one Parquet file."""
        return store(tmp_path, ROWS)

    def groups(
        self, engine: Engine, sql: str, snapshot: Snapshot, product=PRODUCT
    ) -> dict[object, Mapping[str, object]]:
        """The aggregates by their first key."""
        rows = engine.run(plan(sql, product, snapshot)).rows
        return {row.get("k0"): row for row in rows}

    def test_aggregates_are_true(self, engine, snapshot):
        sql = select("hs2, SUM(item_value), COUNT(correction)", "GROUP BY hs2")
        (row,) = [self.groups(engine, sql, snapshot)["84"]]
        assert (row["m0"], row["m1"], row["units"]) == (Decimal("-0.24"), 3, 3)

    def test_contributions_are_weighed(self, engine, snapshot):
        row = self.groups(engine, select("hs2, SUM(item_value)", "GROUP BY hs2"), snapshot)["84"]
        assert row["m0_units"] == 3
        assert row["m0_weight"] == Decimal("4.76")
        assert list(row["m0_top"]) == [Decimal("2.50"), Decimal("2.25")]

    def test_lacking_importers_are_counted(self, engine, snapshot):
        row = self.groups(engine, select("hs2, COUNT(correction)", "GROUP BY hs2"), snapshot)["84"]
        assert (row["m0_units"], row["m0_weight"], list(row["m0_top"])) == (2, 3, [2, 1])
        assert (row["m0_lacking_units"], row["m0_lacking_weight"]) == (1, 1)

    def test_rows_of_nobody_are_left_out(self, engine, snapshot):
        row = self.groups(engine, select("hs2, COUNT(*)", "GROUP BY hs2"), snapshot)["84"]
        assert (row["m0"], row["m0_weight"]) == (4, 4)

    @pytest.mark.parametrize("value", ["correction", "net_mass_kg"])
    def test_sum_of_nothing_is_nothing(self, engine, snapshot, value):
        row = self.groups(engine, select(f"hs2, SUM({value})", "GROUP BY hs2"), snapshot)["85"]
        assert (row["m0"], row["m0_units"], row["m0_weight"]) == (None, 0, None)

    def test_small_groups_stay_inside(self, engine, snapshot):
        sql = select("channel, COUNT(*)", "GROUP BY channel")
        assert list(self.groups(engine, sql, snapshot, declarations(min_units=4))) == [2]

    def test_conditions_hold(self, engine, snapshot):
        sql = select("COUNT(*)", "WHERE hs2 = '85' AND date >= '2020-02-01'")
        assert self.groups(engine, sql, snapshot)[None]["m0"] == 4

    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            ("channel", 2),
            ("inspected", True),
            ("DATE_TRUNC('QUARTER', date)", date(2020, 1, 1)),
            ("DATE_TRUNC('HOUR', arrived_at)", datetime(2020, 1, 31, 23)),  # noqa: DTZ001
            ("EXTRACT(ISODOW FROM arrived_at)", 5),
        ],
    )
    def test_keys_are_of_their_kind(self, engine, snapshot, key, expected):
        found = self.groups(engine, select("COUNT(*)", f"GROUP BY {key}"), snapshot)
        assert expected in found
        assert {type(value) for value in found} == {type(expected)}

    def test_noise_is_bounded_inside(self, engine, tmp_path):
        rows = {"importer_id": ["a"] * 30, "channel": [1] * 30, "correction": [10**6] * 30}
        sql = select("channel, COUNT(*), SUM(correction)", "GROUP BY channel")
        row = self.groups(engine, sql, store(tmp_path, rows), NOISY)[1]
        assert (row["m0"], row["m1"], row["units"]) == (20, 20 * 1000, 1)

    def test_same_plan_same_aggregates(self, engine, snapshot):
        asked = plan(select("hs2, SUM(item_value)", "GROUP BY hs2"), NOISY, snapshot)
        once, again = ({row["k0"]: row for row in engine.run(asked).rows} for _ in range(2))
        assert once == again

    def test_nothing_to_read_is_nothing(self, engine):
        nowhere = Snapshot("parquet", None, "0" * 64, (), pa.schema([]))
        asked = plan(select("hs2, COUNT(*)", "GROUP BY hs2"), PRODUCT, nowhere)
        assert engine.run(asked) == Aggregates(())

    def test_failure_says_nothing(self, engine):
        missing = Snapshot(
            "parquet", None, "0" * 64, (DataFile("/nowhere.parquet"),), pa.schema([])
        )
        with pytest.raises(ExecutionError) as raised:
            engine.run(plan(select("COUNT(*)"), PRODUCT, missing))
        assert "nowhere" not in f"{raised.value}{raised.value.hint}"

    def test_facts_are_for_receipts(self, engine):
        facts = engine.facts()
        assert set(facts) == {"engine", "version", "sandbox"}
        assert re.fullmatch(r"\d+(\.\d+)*", str(facts["version"]))
        assert all(isinstance(measure, str) for measure in facts["sandbox"])

    def test_deleted_rows_are_gone(self, engine, tmp_path):
        whole = store(tmp_path, ROWS)
        (file,) = whole.files
        left = Snapshot("delta", 1, "1" * 64, (DataFile(file.path, (), (0, 8)),), whole.schema)
        found = self.groups(engine, select("hs2, COUNT(*)", "GROUP BY hs2"), left)
        assert {key: row["m0"] for key, row in found.items()} == {"84": 3, "85": 3}

    def test_constants_are_columns(self, engine, tmp_path):
        plain = store(tmp_path, {name: ROWS[name] for name in ("importer_id", "correction")})
        file = DataFile(plain.files[0].path, (("hs2", "07"), ("channel", "3")))
        parted = Snapshot("delta", 1, "1" * 64, (file,), table(ROWS).schema)
        found = self.groups(engine, select("hs2, COUNT(*)", "GROUP BY hs2, channel"), parted)
        assert {(row["k0"], row["k1"], row["m0"]) for row in found.values()} == {("07", 3, 8)}

    @pytest.mark.parametrize(
        "laid", [lay_parquet, lay_csv, lay_delta], ids=lambda lay: lay.__name__
    )
    def test_rows_are_the_connectors(self, engine, tmp_path, laid):
        snapshot = connect(Location.parse(laid(tmp_path), (tmp_path,)))
        rows = [row for row in snapshot.read().read_all().to_pylist() if row["importer_id"]]
        expected = {
            hs2: sum(int(row["correction"] or 0) for row in rows if row["hs2"] == hs2)
            for hs2 in {row["hs2"] for row in rows}
        }
        found = self.groups(engine, select("hs2, SUM(correction)", "GROUP BY hs2"), snapshot)
        assert {hs2: row["m0"] or 0 for hs2, row in found.items()} == expected
