"""Slots at a port's gate: who booked when, whether they came, and how long the truck stayed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from marketplace_api.demo.codes import DAYS, PORTS
from marketplace_api.demo.columns import Ints, instants, numbered, where
from marketplace_api.demo.distributions import (
    cumulative,
    happens,
    lognormal,
    pick,
    ranked,
    season,
    whole,
)
from marketplace_api.demo.identifiers import plates
from marketplace_api.demo.references import driver_ids

CHUNK = 250_000
# Few bookings each: noise must hide a driver, and be small beside all of them.
SLOTS_A_DRIVER = 12
DRIVERS_A_HAULIER = 12
KEPT_SHARE = 0.93

# Chances of the hours of the day at which trucks come.
TRUCK_HOURS = cumulative(
    (1, 1, 1, 1, 2, 5, 9, 11, 11, 10, 9, 8, 8, 9, 9, 8, 7, 5, 4, 3, 2, 2, 1, 1)
)
MORNING_RUSH, AFTERNOON_RUSH = (7, 8, 9), (13, 14, 15)


@dataclass(frozen=True)
class Gate:
    """One port's gate: so many slots, booked by drivers in proportion."""

    port: str
    slots: int
    seed: int

    @property
    def drivers(self) -> int:
        """How many drivers could appear."""
        return drivers(self.slots)

    @property
    def chunks(self) -> int:
        """How many chunks the slots are drawn in."""
        return -(-self.slots // CHUNK)


def drivers(slots: int) -> int:
    """How many drivers book so many slots."""
    return slots // SLOTS_A_DRIVER + 60


def gate_slots(gate: Gate, chunk: int) -> pa.Table:
    """Slots, a row to a booking; what a driver who did not come would have done is null."""
    first = chunk * CHUNK
    count = min(CHUNK, gate.slots - first)
    rng = np.random.default_rng([gate.seed, 3, PORTS.index(gate.port), chunk])
    driver = pick(rng, ranked(gate.drivers, 0.4, 5.0), count)
    slot = truck_times(rng, pick(rng, season(), count)) // 60 * 60
    # Early by hours or late within the hour; later trucks lose the slot.
    late = whole(rng.laplace(4, 22, count), -180, 59)
    came = happens(rng, KEPT_SHARE, count)
    turn = whole((30 + 14 * _busy(slot)) * lognormal(rng, 1.0, 0.45, count), 5, 600)
    return pa.table(
        {
            "slot_id": numbered(f"{gate.port}-S", np.arange(first, first + count), 8),
            "haulier_id": numbered("H", driver // DRIVERS_A_HAULIER, 5),
            "driver_id": driver_ids(gate.port, driver),
            # A driver keeps a truck; the stride only makes plates look unalike.
            "plate": plates(driver * 31 + 1000),
            "slot_ts": instants(slot),
            "arrived_ts": where(came, instants(np.clip(slot + late, 0, DAYS * 24 * 60 - 1))),
            "turn_min": where(came, pa.array(turn)),
            "no_show": pa.array((~came).astype(np.int64)),
        }
    )


def truck_times(rng: np.random.Generator, day: Ints) -> Ints:
    """Minutes since the world's first midnight at which a truck comes on each of the days."""
    hour = pick(rng, TRUCK_HOURS, len(day))
    return (day * 24 + hour) * 60 + rng.integers(0, 60, len(day))


def _busy(slot: Ints) -> Ints:
    """2 in the morning's rush, 1 in the afternoon's, 0 in between and at night."""
    hour = slot // 60 % 24
    return 2 * np.isin(hour, MORNING_RUSH) + np.isin(hour, AFTERNOON_RUSH)
