"""From a permitted statement to a release, with the money paid first."""

from dataclasses import dataclass, replace

import pytest
from harbour import DECLARATIONS, NOISY, declarations, permit, plan, query
from yard import Purse, ask, room, store, table, write

from clean_room.parsing import parse
from clean_room.plan import Plan
from clean_room.results import Aggregates
from data_products.errors import (
    BudgetExhaustedError,
    ColumnFilterError,
    ConnectorError,
    DominanceError,
    ExecutionError,
    QueryRejectedError,
    RawRowsError,
    ThresholdError,
)

TABLE = "FROM customs_be.import_declarations"
TWENTY = {"importer_id": [f"i{n}" for n in range(20)], "hs2": ["84"] * 12 + ["85"] * 8}


@dataclass
class Poor:
    """An accountant whose budgets are spent."""

    def spend(self, *_: object) -> None:
        """Refuses."""
        raise BudgetExhaustedError("nothing left")


@dataclass
class Watched:
    """An engine that notes what had been paid when it was asked, and fails."""

    purse: Purse
    seen: list[str] | None = None
    closed: bool = False

    def run(self, plan: Plan) -> Aggregates:  # noqa: ARG002 - an Engine's signature
        """Fails."""
        self.seen = list(self.purse.spent)
        raise ExecutionError("no")

    def facts(self) -> dict[str, object]:
        """Nothing in force."""
        return {"engine": "none", "version": "0", "sandbox": []}

    def close(self) -> None:
        """Closed."""
        self.closed = True


def test_loss_is_spent_before_reading():
    purse = Purse()
    watched, asked = Watched(purse), plan(f"SELECT COUNT(*) {TABLE}")
    with pytest.raises(ExecutionError):
        room(watched, purse).run(asked)
    assert watched.seen == purse.spent == [asked.fingerprint]


def test_nothing_runs_unpaid():
    watched = Watched(Purse())
    with pytest.raises(BudgetExhaustedError):
        room(watched, Poor()).run(plan(f"SELECT COUNT(*) {TABLE}"))
    assert watched.seen is None


def test_room_tells_and_closes():
    watched = Watched(Purse())
    assert room(watched).facts() == watched.facts()
    room(watched).close()
    assert watched.closed


def test_question_is_answered(engine, tmp_path):
    release = ask(
        room(engine), f"SELECT hs2, COUNT(*) AS n {TABLE} GROUP BY hs2", store(tmp_path, TWENTY)
    )
    assert (release.rows, release.withheld.below_threshold) == ((("84", 12),), 96)


@pytest.mark.parametrize("mode", [DECLARATIONS, NOISY], ids=["exact", "dp"])
def test_plan_reads_the_location(engine, tmp_path, mode):
    write(tmp_path / "a.parquet", table(TWENTY))
    product = replace(mode, location="parquet:a.parquet")
    asked = query(f"SELECT hs2, COUNT(*) AS n {TABLE} GROUP BY hs2")
    made = room(engine, roots=(tmp_path,)).plan(
        parse(asked.sql), [product], permit(asked, product), asked
    )
    assert [file.path for file in made.snapshots[0].files] == [str(tmp_path / "a.parquet")]
    assert len(made.snapshots[0].digest) == 64


def test_missing_data_is_told(engine, tmp_path):
    asked = query(f"SELECT COUNT(*) {TABLE}")
    with pytest.raises(ConnectorError):
        room(engine, roots=(tmp_path,)).plan(parse(asked.sql), [DECLARATIONS], permit(asked), asked)


@pytest.mark.parametrize(
    ("sql", "error", "rewrite"),
    [
        (f"SELECT * {TABLE}", RawRowsError, f"SELECT hs2, COUNT(*) AS n {TABLE} GROUP BY hs2"),
        (
            f"SELECT COUNT(*) {TABLE} WHERE office = 'ghent'",
            ColumnFilterError,
            f"SELECT COUNT(*) {TABLE}",
        ),
    ],
)
def test_refusals_carry_a_rewrite(engine, tmp_path, sql, error, rewrite):
    asked = query(sql)
    product = replace(DECLARATIONS, location="parquet:a.parquet")
    write(tmp_path / "a.parquet", table(TWENTY))
    with pytest.raises(error) as refusal:
        room(engine, roots=(tmp_path,)).plan(parse(sql), [product], permit(asked), asked)
    assert refusal.value.rewrite == rewrite


def test_threshold_carries_a_rewrite(engine, tmp_path):
    sql = f"SELECT hs4, COUNT(*) AS n {TABLE} GROUP BY hs4"
    spread = {"importer_id": TWENTY["importer_id"], "hs4": [f"84{n}" for n in range(20)]}
    snapshot = store(tmp_path, spread | {"hs2": ["84"] * 20})
    with pytest.raises(ThresholdError) as refusal:
        ask(room(engine), sql, snapshot)
    assert refusal.value.rewrite == f"SELECT hs2, COUNT(*) AS n {TABLE} GROUP BY hs2"
    assert ask(room(engine), refusal.value.rewrite, snapshot).rows == (("84", 20),)


def test_dominance_carries_a_rewrite(engine, tmp_path):
    sql = f"SELECT hs4, SUM(fraud) AS n {TABLE} WHERE origin = 'CN' GROUP BY hs4"
    giants = {"hs4": ["8471"] * 10 + ["8472"] * 10, "fraud": [9, 1] * 10, "origin": ["CN"] * 20}
    heavy = giants | {"fraud": ([900] + [1] * 9) * 2, "hs2": ["84"] * 20}
    snapshot = store(tmp_path, TWENTY | heavy)
    with pytest.raises(DominanceError) as refusal:
        ask(room(engine), sql, snapshot)
    assert refusal.value.rewrite == f"SELECT hs2, SUM(fraud) AS n {TABLE} GROUP BY hs2"


def test_nothing_coarser_has_no_rewrite(engine, tmp_path):
    with pytest.raises(ThresholdError) as refusal:
        ask(room(engine), f"SELECT COUNT(*) AS n {TABLE}", store(tmp_path, {"importer_id": ["a"]}))
    assert refusal.value.rewrite == ""


def test_error_tells_no_value(engine, tmp_path):
    snapshot = store(tmp_path, {"importer_id": ["canary"], "hs2": ["84"]})
    with pytest.raises(ThresholdError) as refusal:
        ask(room(engine), f"SELECT hs2, COUNT(*) AS n {TABLE} GROUP BY hs2", snapshot)
    told = str(refusal.value) + refusal.value.hint + refusal.value.rewrite
    assert "canary" not in told
    assert "84" not in told


def test_threshold_of_grant_binds(engine, tmp_path):
    asked, product = query(f"SELECT hs2, COUNT(*) AS n {TABLE} GROUP BY hs2"), declarations()
    made = plan(asked.sql, product, store(tmp_path, TWENTY))
    strict = replace(made, permit=permit(asked, product, min_units=13))
    with pytest.raises(ThresholdError, match="13 privacy units"):
        room(engine).run(strict)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"SELECT COUNT(*) {TABLE} WHERE importer_id <> 'i1'", "DIFFERENCING_RISK"),
        (f"SELECT COUNT(DISTINCT hs2) {TABLE}", "SQL_NOT_ANSWERED"),
    ],
)
def test_some_refusals_have_no_rewrite(engine, tmp_path, sql, code):
    write(tmp_path / "a.parquet", table(TWENTY))
    product = replace(DECLARATIONS, location="parquet:a.parquet")
    asked, statement = query(sql), parse(sql)
    with pytest.raises(QueryRejectedError) as refusal:
        room(engine, roots=(tmp_path,)).plan(statement, [product], permit(asked), asked)
    assert (refusal.value.code, refusal.value.rewrite) == (code, "")
