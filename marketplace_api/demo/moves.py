"""Container moves through a port's terminals: of imports for its consignments, and of exports."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from marketplace_api.demo import codes
from marketplace_api.demo.codes import ISO_TYPES, MINUTES, MOVE_KINDS, REEFERS
from marketplace_api.demo.columns import (
    Flags,
    Frame,
    Ints,
    coded,
    decimals,
    instants,
    numbered,
    where,
)
from marketplace_api.demo.distributions import (
    cumulative,
    happens,
    lognormal,
    pick,
    ranked,
    season,
    whole,
)
from marketplace_api.demo.gates import truck_times
from marketplace_api.demo.identifiers import container_numbers, plates
from marketplace_api.demo.references import bill_numbers, driver_ids, importer_ids
from marketplace_api.demo.ships import LINERS, SCACS
from marketplace_api.demo.trade import SEA, Flow

CHUNK = 250_000
# Container serials set apart for each consignment: it may come in so many containers.
COPIES = 8

MINUTES_A_DAY = 24 * 60
INBOUND_SHARE, SHIFTED_SHARE, FULL_SHARE = 0.55, 0.3, 0.8
MEDIAN_DWELL, SHORTEST_DWELL, LONGEST_DWELL = 64 * 60, 4 * 60, 60 * 24 * 60

DISCHARGE, LOAD, GATE_IN, GATE_OUT, SHIFT = range(len(MOVE_KINDS))
TEU = np.array(codes.TEU_HUNDREDTHS)
IS_REEFER = np.isin(ISO_TYPES, REEFERS)
# In the order of ISO_TYPES: most goods are dry, and most containers forty feet long.
TYPE_CHANCES = cumulative((0.26, 0.19, 0.35, 0.04, 0.09, 0.03, 0.02, 0.02))
CARRIER_CHANCES = ranked(LINERS, 0.8)
TEU_TYPE, TENTHS = pa.decimal128(4, 2), pa.decimal128(4, 1)


@dataclass(frozen=True)
class Yard:
    """One port's terminals: so many moves, of a flow's consignments and of exports."""

    flow: Flow
    moves: int
    drivers: int

    @property
    def chunks(self) -> int:
        """How many chunks the moves are drawn in."""
        return -(-self.moves // CHUNK)


@dataclass(frozen=True)
class Visits(Frame):
    """Containers that came and went; `begin` and `end` are minutes since the first midnight."""

    consignee: Ints
    bill: Ints
    container: Ints
    inbound: Flags
    begin: Ints
    end: Ints
    iso_type: Ints
    carrier: Ints
    full: Flags
    weight: Ints


@dataclass(frozen=True)
class Moves(Frame):
    """What was done: the visit it belongs to, its kind and minute, and whether it was the last."""

    visit: Ints
    kind: Ints
    moment: Ints
    last: Flags


def container_moves(yard: Yard, chunk: int) -> pa.Table:
    """Moves after COARRI and CODECO, a row to a move; dwell is known once the container leaves."""
    rng = yard.flow.rng("moves", chunk)
    first = chunk * CHUNK
    count = min(CHUNK, yard.moves - first)
    # Visits have two moves or three, so that half as many are enough, with some to spare.
    visits = _visits(yard, chunk, rng, count // 2)
    moves = _moves(rng, visits)
    # Containers that were there before the world began, or still are at its end, have fewer moves.
    within = np.flatnonzero((moves.moment >= 0) & (moves.moment < MINUTES))
    moves = moves.rows(within[:count])
    return _table(yard, first, rng, visits.rows(moves.visit), moves)


def _visits(yard: Yard, chunk: int, rng: np.random.Generator, count: int) -> Visits:
    """Containers of the flow's consignments by sea, then of exports."""
    flow = yard.flow
    goods = flow.draw(chunk % flow.chunks)
    sea = np.flatnonzero(goods.mode == SEA)
    inbound = int(count * INBOUND_SHARE)
    # Later chunks go on where an earlier one of the same consignments stopped, then begin again.
    turn = chunk // flow.chunks * inbound + np.arange(inbound)
    goods = goods.rows(sea[turn % len(sea)])
    outbound = count - inbound
    begin = np.concatenate([goods.arrived, truck_times(rng, pick(rng, season(), outbound))])
    end = begin + whole(lognormal(rng, MEDIAN_DWELL, 0.8, count), SHORTEST_DWELL, LONGEST_DWELL)
    # A truck takes the container on the day after it could: never before it is there.
    end[:inbound] = truck_times(rng, end[:inbound] // MINUTES_A_DAY + 1)
    leaving = flow.consignments + chunk * CHUNK + np.arange(outbound)
    return Visits(
        consignee=np.concatenate([goods.importer, pick(rng, flow.activity, outbound)]),
        bill=np.concatenate([goods.serial, leaving]),
        container=np.concatenate(
            [goods.serial * COPIES + turn // len(sea) % COPIES, leaving * COPIES]
        ),
        inbound=np.arange(count) < inbound,
        begin=begin,
        end=end,
        iso_type=pick(rng, TYPE_CHANCES, count),
        carrier=pick(rng, CARRIER_CHANCES, count),
        full=happens(rng, FULL_SHARE, count),
        weight=whole(lognormal(rng, 11_000, 0.5, count), 500, 28_000),
    )


def _moves(rng: np.random.Generator, visits: Visits) -> Moves:
    """Two moves to a visit, or three where the container is shifted in between."""
    steps = 2 + happens(rng, SHIFTED_SHARE, len(visits.begin))
    visit = np.repeat(np.arange(len(steps)), steps)
    step = np.arange(len(visit)) - np.repeat(np.cumsum(steps) - steps, steps)
    last = step == steps[visit] - 1
    ends = np.where(visits.inbound[visit], GATE_OUT, LOAD)
    begins = np.where(visits.inbound[visit], DISCHARGE, GATE_IN)
    kind = np.where(last, ends, np.where(step == 0, begins, SHIFT))
    halves = np.where(last, 2, step)
    stay = visits.end[visit] - visits.begin[visit]
    return Moves(visit, kind, visits.begin[visit] + halves * stay // 2, last)


def _table(
    yard: Yard, first: int, rng: np.random.Generator, visits: Visits, moves: Moves
) -> pa.Table:
    """The moves as they are published, given each one's visit."""
    count = len(moves.kind)
    by_truck = (moves.kind == GATE_OUT) | (moves.kind == GATE_IN)
    driver = rng.integers(0, yard.drivers, count)
    # An empty container weighs some 2.2 tonnes for each TEU.
    tare = TEU[visits.iso_type] * 22
    chill = where(
        IS_REEFER[visits.iso_type] & visits.full, decimals(rng.integers(-250, 140, count), TENTHS)
    )
    return pa.table(
        {
            "move_id": numbered(f"{yard.flow.port}-M", first + np.arange(count), 9),
            "container_no": container_numbers(visits.container),
            "bl_no": bill_numbers(yard.flow, visits.bill),
            "consignee_id": importer_ids(yard.flow, visits.consignee),
            "carrier": coded(SCACS, visits.carrier),
            "iso_type": coded(ISO_TYPES, visits.iso_type),
            "full_empty": coded(codes.FILLS, (~visits.full).astype(np.int64)),
            "move_kind": coded(MOVE_KINDS, moves.kind),
            "ts": instants(moves.moment),
            "teu": decimals(TEU[visits.iso_type], TEU_TYPE),
            "gross_kg": pa.array(tare + visits.weight * visits.full),
            "seal_no": where(visits.full, numbered("S", visits.bill, 9)),
            "truck_plate": where(by_truck, plates(driver * 31 + 1000)),
            "driver_id": where(by_truck, driver_ids(yard.flow.port, driver)),
            "reefer_temp": chill,
            "dwell_h": where(moves.last, pa.array((visits.end - visits.begin) // 60)),
        }
    )
