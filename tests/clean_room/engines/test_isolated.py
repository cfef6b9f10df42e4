"""Plans through real workers, and what is made of a worker that lies."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from harbour import COLUMNS, NOISY, declarations, plan, select
from yard import ask, named, room, store, write

from clean_room.engines.isolated import IsolatedDuckDB
from clean_room.engines.jobs import MOST_GROUPS
from data_products.contract import Column, ColumnType, Grid, Use
from data_products.errors import ExecutionError, LimitError
from data_products.time_grid import Step

TABLE = "FROM customs_be.import_declarations"
TEN = [f"i{n}" for n in range(10)]
COUNT = f"SELECT channel, COUNT(*) AS n {TABLE} GROUP BY channel"
NAMES = ["k0", "m0", "m0_units", "m0_weight", "m0_top", "units"]
FAILED = r"^the clean room could not finish the plan$"
GOOD = [1, 7, 7, 7, [1, 1], 7]


@dataclass
class Liar:
    """A workshop whose worker has been taken over."""

    answer: dict[str, object]
    memory: int = 512

    def run(self, job: object) -> dict[str, object]:  # noqa: ARG002 - a Workshop's signature
        """What it wants us to read."""
        return self.answer


def lied_to(answer: dict[str, object]) -> IsolatedDuckDB:
    """An engine with such a worker."""
    engine = IsolatedDuckDB()
    engine._workshop = Liar(answer)  # type: ignore[assignment]
    return engine


def test_facts_name_engine_and_measures(engine):
    facts = engine.facts()
    assert (facts["engine"], facts["version"]) == ("duckdb", duckdb.__version__)
    assert facts["sandbox"][:3] == ["process", "resource-limits", "no-new-privileges"]


def test_facts_of_a_silent_worker_are_few():
    assert lied_to({}).facts() == {"engine": "duckdb", "version": "None", "sandbox": []}


def test_engine_ends_its_workers():
    with IsolatedDuckDB(memory=256) as engine:
        engine.facts()
        parent, _ = engine._workshop._warm
    assert parent.returncode is not None


def test_values_have_the_contracts_types(engine, tmp_path):
    rows = {
        "importer_id": TEN,
        "hs2": ["84"] * 10,
        "channel": [2] * 10,
        "date": [date(2021, 2, 28)] * 10,
        "arrived_at": [datetime(2021, 2, 28, 13, 59)] * 10,  # noqa: DTZ001 - UTC
        "item_value": [Decimal("0.01")] * 10,
        "correction": [-3] * 10,
    }
    sql = (
        "SELECT hs2, channel, DATE_TRUNC('MONTH', date) AS m, DATE_TRUNC('HOUR', arrived_at) AS h,"
        f" SUM(item_value) AS v, SUM(correction) AS c, SUM(correction * 1.5) AS x {TABLE}"
        " GROUP BY 1, 2, 3, 4"
    )
    product = declarations(max_dimensions=4)
    assert named(ask(room(engine), sql, store(tmp_path, rows), product)) == [
        {
            "hs2": "84",
            "channel": 2,
            "m": date(2021, 2, 1),
            "h": datetime(2021, 2, 28, 13),  # noqa: DTZ001
            "v": Decimal("0.10"),
            "c": -30,
            "x": Decimal("-45.0"),
        }
    ]


def test_times_beyond_python_are_not_shown(engine, tmp_path):
    open_ended = Column("date", ColumnType.DATE, Use.DIMENSION, grid=Grid(step=Step.MONTH))
    product = declarations(columns=[*(c for c in COLUMNS if c.name != "date"), open_ended])
    far = pa.array([10, 90_000_000], pa.int32()).cast(pa.date32())
    stored = pa.table({"importer_id": TEN * 2, "date": pa.concat_arrays([far] * 10).sort()})
    sql = f"SELECT DATE_TRUNC('MONTH', date) AS m, COUNT(*) AS n {TABLE} GROUP BY 1"
    release = ask(room(engine), sql, write(tmp_path / "a.parquet", stored), product)
    assert release.rows == ((date(1970, 1, 1), 10),)


def test_sums_and_products_never_overflow(engine, tmp_path):
    rows = {
        "importer_id": TEN,
        "correction": [-(2**63), 2**63 - 1] * 5,
        "item_value": [Decimal(10**18 - 1).scaleb(-2)] * 10,
    }
    sql = (
        f"SELECT SUM(correction) AS c, SUM(correction * 900000000000) AS cc,"
        f" SUM(item_value * 900000000) AS v, SUM(item_value * 0.0000000001) AS w {TABLE}"
    )
    (row,) = named(ask(room(engine), sql, store(tmp_path, rows)))
    assert (row["c"], row["cc"]) == (-5, -5 * 900_000_000_000)
    assert row["v"] == Decimal(10**18 - 1) * 90_000_000
    assert row["w"] == Decimal(10**18 - 1).scaleb(-11)


@pytest.mark.parametrize(
    "named_like", ["u", "k0", "m0", "units", "rows", "nth", "select", "groups"]
)
def test_columns_may_have_our_names(engine, tmp_path, named_like):
    extra = Column(named_like, ColumnType.STRING, Use.DIMENSION, grid=Grid(("a", "b")))
    product = declarations(columns=[*COLUMNS, extra])
    stored = {"importer_id": TEN * 2, "fraud": [1] * 20, named_like: ["a"] * 10 + ["b"] * 10}
    snapshot = store(tmp_path, stored, product.contract.columns)
    sql = f'SELECT "{named_like}" AS x, SUM(fraud) AS n {TABLE} GROUP BY "{named_like}"'
    assert ask(room(engine), sql, snapshot, product).rows == (("a", 10), ("b", 10))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"names": NAMES},
        {"rows": [GOOD]},
        {"names": NAMES[:-1], "rows": [GOOD[:-1]]},
        {"names": [*NAMES, "more"], "rows": [[*GOOD, 1]]},
        {"names": NAMES[::-1], "rows": [GOOD]},
        {"names": None, "rows": [GOOD]},
        {"names": NAMES, "rows": {"0": GOOD}},
        {"names": NAMES, "rows": [GOOD[:-1]]},
        {"names": NAMES, "rows": [[*GOOD, 1]]},
        {"names": NAMES, "rows": [7]},
        {"names": NAMES, "rows": [None]},
        {"names": NAMES, "rows": [[1, "7", 7, 7, [1, 1], 7]]},
        {"names": NAMES, "rows": [[1, 7, 7, 7, ["a"], 7]]},
        {"names": NAMES, "rows": [[1, 7.5, 7, 7, [1], 7]]},
        {"names": NAMES, "rows": [[1, 7, 7, 7, [[1]], 7]]},
        {"names": NAMES, "rows": [[1, {"date": "2026-01-31"}, 7, 7, [1], 7]]},
        {"names": NAMES, "rows": [[{"pickle": "x"}, 7, 7, 7, [1], 7]]},
    ],
    ids=str,
)
def test_lies_are_one_failure(answer):
    with pytest.raises(ExecutionError, match=FAILED):
        lied_to(answer).run(plan(COUNT))


@pytest.mark.parametrize("key", ["1", True, {"decimal": "1"}, [1], {"date": "2026-01-31"}])
def test_keys_of_other_kinds_are_dropped(key):
    answer = {"names": NAMES, "rows": [[key, *GOOD[1:]], GOOD, [None, *GOOD[1:]]]}
    assert [row["k0"] for row in lied_to(answer).run(plan(COUNT)).rows] == [1, None]


def test_noisy_groups_off_grid_stay_inside(engine, tmp_path):
    rows = {"importer_id": TEN, "channel": [1] * 5 + [7] * 5, "mode": ["sea"] * 5 + ["canary"] * 5}
    sql = f"SELECT channel, mode, COUNT(*) AS n {TABLE} GROUP BY 1, 2"
    asked = plan(sql, NOISY, store(tmp_path, rows))
    assert [(row["k0"], row["k1"], row["m0"]) for row in engine.run(asked).rows] == [(1, "sea", 5)]


@pytest.mark.parametrize("groups", [MOST_GROUPS, MOST_GROUPS + 1, MOST_GROUPS + 50])
def test_too_many_groups_are_not_carried(engine, tmp_path, groups):
    codes = [f"{number:06d}" for number in range(groups)]
    rows = {"importer_id": ["a"] * groups + ["b"] * groups + ["c"] * groups, "hs6": codes * 3}
    product = declarations(min_units=3)
    asked = plan(select("hs6, COUNT(*)", "GROUP BY hs6"), product, store(tmp_path, rows))
    if groups > MOST_GROUPS:
        with pytest.raises(LimitError, match="more than 10000 groups"):
            engine.run(asked)
    else:
        assert len(engine.run(asked).rows) == groups
