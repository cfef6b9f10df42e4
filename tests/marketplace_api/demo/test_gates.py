"""Gate slots: drivers are persons with a few bookings each, and hours have their rush."""

import pytest

from marketplace_api.demo import gates
from marketplace_api.demo.gates import Gate

GATE = Gate("PECLL", 60_000, 7)


@pytest.fixture(scope="module")
def slots():
    """Bookings."""
    return gates.gate_slots(GATE, 0).to_pandas()


def test_slots_are_hours(slots):
    assert (slots["slot_ts"] == slots["slot_ts"].dt.floor("h")).all()
    assert slots["slot_id"].is_unique


def test_drivers_have_few_slots(slots):
    assert 5 <= slots.groupby("driver_id").size().median() <= 20


def test_driver_keeps_plate_and_haulier(slots):
    assert (slots.groupby("driver_id")[["plate", "haulier_id"]].nunique() == 1).all(axis=None)


@pytest.mark.parametrize("column", ["arrived_ts", "turn_min"])
def test_absent_driver_has_no(column, slots):
    assert (slots[column].isna() == (slots["no_show"] == 1)).all()


def test_few_stay_away(slots):
    assert 0.06 <= slots["no_show"].mean() <= 0.08


def test_rush_takes_longer(slots):
    turn = slots.groupby(slots["slot_ts"].dt.hour)["turn_min"].median()

    assert turn[8] > turn[14] > turn[11]


@pytest.mark.parametrize(("booked", "chunks"), [(10, 1), (gates.CHUNK * 2, 2)])
def test_slots_come_in_chunks(booked, chunks):
    assert Gate("BEANR", booked, 7).chunks == chunks
