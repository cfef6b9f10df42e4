"""Containers come before they go, and carry what their consignments say."""

import numpy as np
import pytest

from marketplace_api.demo import codes, moves
from marketplace_api.demo.authorities import declarations
from marketplace_api.demo.moves import Yard
from marketplace_api.demo.trade import Flow

FLOW = Flow("BEANR", 20_000, 7)
YARD = Yard(FLOW, 60_000, 500)


@pytest.fixture(scope="module")
def moved():
    """Container moves."""
    return moves.container_moves(YARD, 0).to_pandas()


@pytest.fixture(scope="module")
def spans(moved):
    """When each inbound container was discharged and left, where both are known."""
    kinds = moved[moved["move_kind"].isin(["discharge", "gate_out"])]
    return kinds.pivot_table(index="container_no", columns="move_kind", values="ts").dropna()


def test_moves_are_as_many_as_asked(moved):
    assert len(moved) == YARD.moves
    assert moved["move_id"].is_unique


def test_container_leaves_after_discharge(spans):
    assert len(spans) > 10_000
    assert (spans["discharge"] < spans["gate_out"]).all()


def test_trucks_come_by_day(moved):
    hours = moved.loc[moved["move_kind"] == "gate_out", "ts"].dt.hour

    assert hours.between(6, 18).mean() > 0.75


@pytest.mark.parametrize("column", ["truck_plate", "driver_id"])
def test_trucks_are_only_at_gate(column, moved):
    at_gate = moved["move_kind"].isin(["gate_in", "gate_out"])

    assert (moved[column].notna() == at_gate).all()


def test_dwell_is_told_on_leaving(moved):
    leaving = moved["move_kind"].isin(["gate_out", "load"])

    assert (moved["dwell_h"].notna() == leaving).all()


def test_dwell_is_between_first_and_last_move(moved, spans):
    told = moved[moved["move_kind"] == "gate_out"].set_index("container_no")["dwell_h"]
    hours = (spans["gate_out"] - spans["discharge"]).dt.total_seconds() // 3600

    assert (told[hours.index] == hours).all()


def test_shift_is_in_between(moved, spans):
    shifted = moved[moved["move_kind"] == "shift"].set_index("container_no")["ts"]
    both = spans.join(shifted, how="inner")

    assert ((both["discharge"] < both["ts"]) & (both["ts"] < both["gate_out"])).all()


def test_only_full_reefers_are_cold(moved):
    cold = moved["iso_type"].isin(codes.REEFERS) & (moved["full_empty"] == "full")

    assert (moved["reefer_temp"].notna() == cold).all()


def test_teu_is_of_type(moved):
    expected = dict(zip(codes.ISO_TYPES, np.array(codes.TEU_HUNDREDTHS) / 100, strict=True))

    assert (moved["teu"].astype(float) == moved["iso_type"].map(expected)).all()


def test_empty_containers_weigh_tare(moved):
    empty = moved["full_empty"] == "empty"

    assert moved.loc[empty, "gross_kg"].max() < moved.loc[~empty, "gross_kg"].median()


def test_share_is_declared_within_two_days(moved):
    landed = moved[moved["move_kind"] == "discharge"].drop_duplicates("bl_no")
    declared = declarations(FLOW, 0).to_pandas().astype({"date": "datetime64[us]"})
    both = landed.merge(declared[["bl_no", "date"]], on="bl_no")

    hours = (both["date"] - both["ts"].dt.tz_localize(None)).dt.total_seconds() / 3600

    assert 0.5 <= hours.between(0, 48).mean() <= 0.7


def test_later_chunks_bring_other_containers():
    large = Yard(Flow("BEANR", 400_000, 7), moves.CHUNK * 3, 500)

    one, other = (moves.container_moves(large, chunk) for chunk in (0, 2))

    assert one.num_rows == other.num_rows == moves.CHUNK
    assert not set(one["container_no"].to_pylist()) & set(other["container_no"].to_pylist())
