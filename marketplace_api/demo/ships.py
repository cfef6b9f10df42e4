"""Ships and their calls: the fleet that the ports share, and how a call at one of them went."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from marketplace_api.demo import codes
from marketplace_api.demo.codes import BERTHS_A_TERMINAL, DAYS, FLAGS, OTHER_PORTS, PORTS, TERMINALS
from marketplace_api.demo.columns import Flags, Floats, Ints, coded, decimals, instants, numbered
from marketplace_api.demo.distributions import cumulative, happens, lognormal, pick, ranked, whole
from marketplace_api.demo.identifiers import imo_numbers, mmsi_numbers

CHUNK = 250_000
# Many carriers of few ships: noise must hide one of them, and be small beside all of them.
CARRIERS = 3000
# The first of them carry containers for others.
LINERS = 60
# Carrier codes in the shape of a SCAC, with a Z in front: none of them is a real carrier's.
SCACS = tuple(
    "Z" + "".join(chr(ord("A") + n // 26**power % 26) for power in (2, 1, 0))
    for n in range(CARRIERS)
)

# In the order of SHIP_TYPES.
MEDIAN_TONNAGE = np.array((45_000, 30_000, 28_000, 9_000, 35_000, 12_000))
PLUGGED_SHARE, MODELLED_SHARE = 0.18, 0.6
TENTH = pa.decimal128(6, 1)
HUNDREDTH = pa.decimal128(8, 2)
# Tonnes of CO2 a tonne of HFO, MGO and LNG, by IMO resolution MEPC.364(79).
CO2_FACTOR = np.array((3.114, 3.206, 2.75))


@dataclass(frozen=True)
class Fleet:
    """The ships that call at the ports, coded by the lists of `codes`; `tonnage` is gross."""

    kind: Ints
    flag: Ints
    tonnage: Ints
    carrier: Ints

    @classmethod
    def drawn(cls, seed: int, ships: int) -> "Fleet":
        """A fleet of so many ships; a carrier owns ships in proportion to its rank."""
        rng = np.random.default_rng([seed, 1])
        kind = pick(rng, cumulative((0.35, 0.2, 0.18, 0.15, 0.07, 0.05)), ships)
        tonnage = MEDIAN_TONNAGE[kind] * lognormal(rng, 1.0, 0.6, ships)
        return cls(
            kind=kind,
            flag=pick(rng, ranked(len(FLAGS), 0.7), ships),
            tonnage=whole(tonnage, 500, 250_000),
            carrier=pick(rng, ranked(CARRIERS, 0.4, 10.0), ships),
        )

    @property
    def length_band(self) -> Ints:
        """The band of each ship's length, which grows with the cube root of its tonnage."""
        # Some 170 metres at 13,000 gross, 330 at 100,000.
        metres = 7.2 * np.cbrt(self.tonnage)
        return np.digitize(metres, (100, 200, 300)).astype(np.int64)


@dataclass(frozen=True)
class Calls:
    """Calls at one port: which ship, where it lay, and minutes since the world's first midnight."""

    serial: Ints
    ship: Ints
    terminal: Ints
    berth: Ints
    before: Ints
    after: Ints
    expected: Ints
    arrived: Ints
    berthed: Ints
    left: Ints
    pilot_wait: Ints


@dataclass(frozen=True)
class Anchorage:
    """One port as ships meet it."""

    port: str
    calls: int
    seed: int
    ships: int

    @cached_property
    def fleet(self) -> Fleet:
        """The fleet, the same for every port of a world."""
        return Fleet.drawn(self.seed, self.ships)

    @property
    def chunks(self) -> int:
        """How many chunks the calls are drawn in."""
        return -(-self.calls // CHUNK)

    def rng(self, purpose: int, chunk: int) -> np.random.Generator:
        """A generator for one purpose and chunk."""
        return np.random.default_rng([self.seed, 2, PORTS.index(self.port), purpose, chunk])

    def draw(self, chunk: int) -> Calls:
        """The chunk's calls, the same at every call."""
        rng = self.rng(0, chunk)
        first = chunk * CHUNK
        count = min(CHUNK, self.calls - first)
        ship = rng.integers(0, self.ships, count)
        terminal = pick(rng, cumulative((0.4, 0.3, 0.2, 0.1)), count)
        neighbours = ranked(len(OTHER_PORTS[self.port]), 0.9)
        before = pick(rng, neighbours, count)
        # Far enough from both ends of the world for the latest ship to have left within it.
        expected = rng.integers(3 * 24 * 60, (DAYS - 30) * 24 * 60, count)
        arrived = expected + _lateness(rng, before)
        berthed = arrived + _berth_wait(rng, terminal)
        stay = 60 * (8 + self.fleet.tonnage[ship] / 3500) * lognormal(rng, 1.0, 0.4, count)
        return Calls(
            serial=np.arange(first, first + count),
            ship=ship,
            terminal=terminal,
            berth=terminal * BERTHS_A_TERMINAL + rng.integers(0, BERTHS_A_TERMINAL, count),
            before=before,
            after=pick(rng, neighbours, count),
            expected=expected,
            arrived=arrived,
            berthed=berthed,
            left=berthed + whole(stay, 120, 14 * 24 * 60),
            pilot_wait=whole(lognormal(rng, 25.0, 0.9, count), 0, 2880),
        )


def _lateness(rng: np.random.Generator, before: Ints) -> Ints:
    """Minutes between the first estimate and the arrival: the further down the list, the wilder."""
    # Hours, with more extremes than a normal distribution has: ships wait for tides and cargo.
    return whole(rng.laplace(0.5, 3.0 + 0.6 * before) * 60, -2 * 24 * 60, 6 * 24 * 60)


def _berth_wait(rng: np.random.Generator, terminal: Ints) -> Ints:
    """Minutes at anchor: most ships berth within hours, few wait for days."""
    medians = np.array((110.0, 160.0, 90.0, 240.0))[terminal]
    return whole(medians * lognormal(rng, 1.0, 1.1, len(terminal)), 0, 9 * 24 * 60)


def call_ids(anchorage: Anchorage, serials: Ints) -> pa.Array:
    """Port calls: one identifier to a call."""
    return numbered(f"{anchorage.port}-", serials, 8)


def port_calls(anchorage: Anchorage, chunk: int) -> pa.Table:
    """Port calls after DCSA's Port Call standard: identity, place, times to the hour, and waits."""
    calls, fleet = anchorage.draw(chunk), anchorage.fleet
    ship = calls.ship
    mid = np.array(list(FLAGS.values()))[fleet.flag[ship]]
    places = OTHER_PORTS[anchorage.port]
    return pa.table(
        {
            "port_call_id": call_ids(anchorage, calls.serial),
            "imo": imo_numbers(ship),
            "vessel_name": numbered("MV DEMO ", ship, 6),
            "mmsi": mmsi_numbers(mid, ship),
            "carrier_id": numbered("C", fleet.carrier[ship], 5),
            "carrier_scac": coded(SCACS, fleet.carrier[ship]),
            # A fixed stride spreads calls over sixty agents without a draw.
            "agent_id": numbered("A", calls.serial * 7 % 60, 4),
            "ship_type": coded(codes.SHIP_TYPES, fleet.kind[ship]),
            "flag": coded(tuple(FLAGS), fleet.flag[ship]),
            "length_band": coded(codes.LENGTH_BANDS, fleet.length_band[ship]),
            "gt": pa.array(fleet.tonnage[ship]),
            "draught": decimals(80 + fleet.tonnage[ship] // 4000, TENTH),
            "terminal": coded(TERMINALS, calls.terminal),
            "berth": coded(codes.BERTHS, calls.berth),
            "prev_port": coded(places, calls.before),
            "next_port": coded(places, calls.after),
            "eta_first": _to_the_hour(calls.expected),
            "ata": _to_the_hour(calls.arrived),
            # Planned two hours after arrival, for a day: what ports tell before they know better.
            "etb": _to_the_hour(calls.arrived + 120),
            "atb": _to_the_hour(calls.berthed),
            "etd": _to_the_hour(calls.berthed + 24 * 60),
            "atd": _to_the_hour(calls.left),
            "pilot_wait_min": pa.array(calls.pilot_wait),
            "berth_wait_min": pa.array(calls.berthed - calls.arrived),
        }
    )


def call_emissions(anchorage: Anchorage, chunk: int) -> pa.Table:
    """Fuel and CO2 at berth of every call; shore power takes the place of most of the fuel."""
    calls, fleet = anchorage.draw(chunk), anchorage.fleet
    rng = anchorage.rng(1, chunk)
    ship, count = calls.ship, len(calls.serial)
    plugged = happens(rng, PLUGGED_SHARE, count)
    kind = pick(rng, cumulative((0.3, 0.6, 0.1)), count)
    fuel = _fuel(rng, calls, fleet.tonnage[ship], plugged)
    return pa.table(
        {
            "port_call_id": call_ids(anchorage, calls.serial),
            "imo": imo_numbers(ship),
            "carrier_id": numbered("C", fleet.carrier[ship], 5),
            "ship_type": coded(codes.SHIP_TYPES, fleet.kind[ship]),
            "fuel_kind": coded(codes.FUELS, kind),
            "method": coded(codes.METHODS, happens(rng, MODELLED_SHARE, count).astype(np.int64)),
            "ata": _to_the_hour(calls.arrived),
            "fuel_t": decimals(whole(fuel * 100, 1, 50_000), HUNDREDTH),
            "co2_t": decimals(whole(fuel * CO2_FACTOR[kind] * 100, 1, 150_000), HUNDREDTH),
            "at_berth_h": decimals((calls.left - calls.berthed) // 6, TENTH),
            "shore_power_kwh": pa.array(_shore_power(calls, fleet.tonnage[ship]) * plugged),
            "uncertainty_percent": pa.array(rng.integers(2, 21, count)),
        }
    )


def _fuel(rng: np.random.Generator, calls: Calls, tonnage: Ints, plugged: Flags) -> Floats:
    """Tonnes burnt at berth: by hours and size, a sixth of it where the ship is plugged in."""
    # Auxiliary engines and boilers: a little for any ship, and more with its size.
    hours = (calls.left - calls.berthed) / 60
    burnt = hours * (0.06 + tonnage / 700_000) * lognormal(rng, 1.0, 0.25, len(tonnage))
    return np.where(plugged, burnt / 6, burnt)


def _shore_power(calls: Calls, tonnage: Ints) -> Ints:
    """Kilowatt-hours that the ship would draw at berth."""
    return whole((calls.left - calls.berthed) / 60 * (300 + tonnage / 60), 0, 2_000_000)


def _to_the_hour(minutes: Ints) -> pa.Array:
    """Instants, the minutes cut off: finer would tell which ship it was."""
    return instants(minutes // 60 * 60)
