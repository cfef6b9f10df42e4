"""Calls go in order, and their emissions follow from them."""

import numpy as np
import pytest

from marketplace_api.demo import codes, ships
from marketplace_api.demo.ships import Anchorage

ANCHORAGE = Anchorage("CLVAP", 8_000, 7, 4_000)


@pytest.fixture(scope="module")
def calls():
    """Port calls."""
    return ships.port_calls(ANCHORAGE, 0).to_pandas()


@pytest.fixture(scope="module")
def emissions():
    """Emissions, numbers as floats."""
    found = ships.call_emissions(ANCHORAGE, 0).to_pandas()
    return found.astype({"fuel_t": float, "co2_t": float, "at_berth_h": float})


def test_ship_berths_after_arrival(calls):
    assert (calls["ata"] <= calls["atb"]).all()
    assert (calls["atb"] < calls["atd"]).all()


@pytest.mark.parametrize("column", ["eta_first", "ata", "etb", "atb", "etd", "atd"])
def test_times_are_cut_to_hour(column, calls):
    assert (calls[column] == calls[column].dt.floor("h")).all()


def test_ship_stays_what_it_is(calls):
    told = ["vessel_name", "mmsi", "carrier_id", "carrier_scac", "ship_type", "flag", "gt"]

    assert (calls.groupby("imo")[told].nunique() == 1).all(axis=None)


def test_carrier_has_one_code(calls):
    assert (calls.groupby("carrier_id")["carrier_scac"].nunique() == 1).all()


def test_mmsi_is_of_flag(calls):
    expected = calls["flag"].map(codes.FLAGS).astype(str)

    assert (calls["mmsi"].str[:3] == expected).all()


def test_berth_is_of_terminal(calls):
    assert (calls["berth"].str[:2] == calls["terminal"]).all()


def test_corridor_leads(calls):
    assert calls["prev_port"].value_counts().index[0] == "PECLL"


def test_some_ships_are_six_hours_late(calls):
    late = (calls["ata"] - calls["eta_first"]).dt.total_seconds() > 6 * 3600

    assert 0.05 <= late.mean() <= 0.35


def test_longer_ships_are_larger(calls):
    tonnage = calls.groupby("length_band")["gt"].median()

    assert tonnage["under_100"] < tonnage["100_199"] < tonnage["200_299"] < tonnage["300_up"]


def test_carbon_follows_fuel(emissions):
    ratio = (emissions["co2_t"] / emissions["fuel_t"])[emissions["fuel_t"] > 1]

    assert ratio.between(2.7, 3.3).all()


def test_shore_power_saves_fuel(emissions):
    plugged = emissions["shore_power_kwh"] > 0

    assert 0.15 <= plugged.mean() <= 0.21
    assert emissions[plugged]["fuel_t"].median() < emissions[~plugged]["fuel_t"].median() / 3


def test_carrier_codes_are_invented():
    assert len(set(ships.SCACS)) == ships.CARRIERS
    assert all(code[0] == "Z" and len(code) == 4 for code in ships.SCACS)


@pytest.mark.parametrize(("calls_made", "chunks"), [(1, 1), (ships.CHUNK, 1), (ships.CHUNK + 1, 2)])
def test_calls_come_in_chunks(calls_made, chunks):
    assert Anchorage("BEANR", calls_made, 7, 10).chunks == chunks


def test_fleet_is_shared():
    other = Anchorage("BEANR", 100, 7, 4_000)

    assert np.array_equal(other.fleet.tonnage, ANCHORAGE.fleet.tonnage)
