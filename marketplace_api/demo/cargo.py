"""What came by sea into a port, from its manifests: the lines of each, and the dangerous ones."""

import numpy as np
import pyarrow as pa

from marketplace_api.demo import codes
from marketplace_api.demo.codes import (
    BERTHS,
    DANGEROUS,
    HS2,
    IMDG_CLASSES,
    MINUTES,
    OTHER_PORTS,
    UN_NUMBERS,
)
from marketplace_api.demo.columns import Ints, coded, decimals, instants, numbered, where
from marketplace_api.demo.consignments import Consignments
from marketplace_api.demo.distributions import cumulative, pick
from marketplace_api.demo.habits import HS2_OF
from marketplace_api.demo.identifiers import container_numbers
from marketplace_api.demo.moves import COPIES
from marketplace_api.demo.references import bill_numbers, importer_ids, seller_ids, subheadings
from marketplace_api.demo.trade import SEA, Flow

TENTHS = pa.decimal128(12, 1)
# Of so many consignments of a dangerous chapter, those that its list in DANGEROUS names are so.
SLOTS = 5


def _dangerous_slots() -> tuple[Ints, Ints]:
    """Two tables, a chapter to a row: the UN number and the class of each slot, or -1."""
    # By serial, not by chance: the manifest and the dangerous goods must agree.
    un, imdg = np.full((2, len(HS2), SLOTS), -1)
    for chapter, listed in DANGEROUS.items():
        for slot, (number, kind) in enumerate(listed):
            un[HS2.index(chapter), slot] = UN_NUMBERS.index(number)
            imdg[HS2.index(chapter), slot] = IMDG_CLASSES.index(kind)
    return un, imdg


UN_SLOTS, IMDG_SLOTS = _dangerous_slots()


def _by_sea(flow: Flow, chunk: int) -> Consignments:
    """The chunk's consignments that came by ship."""
    drawn = flow.draw(chunk)
    return drawn.rows(np.flatnonzero(drawn.mode == SEA))


def manifest_lines(flow: Flow, chunk: int) -> pa.Table:
    """Manifest lines after CUSCAR, a row to a consignment that came by sea."""
    drawn = _by_sea(flow, chunk)
    un, imdg = (
        slots[HS2_OF[drawn.goods], drawn.serial % SLOTS] for slots in (UN_SLOTS, IMDG_SLOTS)
    )
    ports = OTHER_PORTS[flow.port]
    return pa.table(
        {
            "line_id": numbered(f"{flow.port}-L", drawn.serial, 9),
            "bl_no": bill_numbers(flow, drawn.serial),
            "shipper_id": seller_ids(flow, drawn.seller),
            "consignee_id": importer_ids(flow, drawn.importer),
            "notify_id": numbered("N", drawn.declarant),
            "hs2": subheadings(drawn.goods, 2),
            "hs4": subheadings(drawn.goods, 4),
            "hs6": subheadings(drawn.goods),
            "goods_text": numbered("STC GOODS AS PER INVOICE ", drawn.serial, 9),
            "packages": pa.array(drawn.mass // 200 + 1),
            # Packaging adds a tenth.
            "gross_kg": decimals(drawn.mass + drawn.mass // 10, TENTHS),
            "pol": coded(ports, drawn.departure % len(ports)),
            "pod": coded((flow.port,), np.zeros(len(drawn), np.int64)),
            "un_number": where(un >= 0, coded(UN_NUMBERS, np.maximum(un, 0))),
            "imdg_class": where(imdg >= 0, coded(IMDG_CLASSES, np.maximum(imdg, 0))),
        }
    )


def dangerous_goods(flow: Flow, chunk: int) -> pa.Table:
    """Dangerous goods after IFTDGN: the manifest's dangerous lines, with where they were stowed."""
    drawn = _by_sea(flow, chunk)
    un = UN_SLOTS[HS2_OF[drawn.goods], drawn.serial % SLOTS]
    within = (drawn.arrived >= 0) & (drawn.arrived < MINUTES)
    drawn = drawn.rows(np.flatnonzero((un >= 0) & within))
    slot = drawn.serial % SLOTS
    rng = flow.rng("stowage", chunk)
    return pa.table(
        {
            # The first of the containers that `moves` may bring the consignment in.
            "container_no": container_numbers(drawn.serial * COPIES),
            "consignee_id": importer_ids(flow, drawn.importer),
            "un_number": coded(UN_NUMBERS, UN_SLOTS[HS2_OF[drawn.goods], slot]),
            "imdg_class": coded(IMDG_CLASSES, IMDG_SLOTS[HS2_OF[drawn.goods], slot]),
            "net_kg": decimals(drawn.mass, TENTHS),
            "stowage": coded(codes.STOWAGES, pick(rng, cumulative((5, 2, 1, 1, 1)), len(drawn))),
            "berth": coded(BERTHS, rng.integers(0, len(BERTHS), len(drawn))),
            "ts": instants(drawn.arrived),
        }
    )
