"""What the authorities hold: declarations, inspection outcomes, operators, and certificates."""

import numpy as np
import pyarrow as pa

from marketplace_api.demo import codes
from marketplace_api.demo.codes import HS6, ORIGINS, PROCESS_TYPES
from marketplace_api.demo.columns import Flags, Floats, Ints, coded, dates, decimals, numbered
from marketplace_api.demo.consignments import Consignments
from marketplace_api.demo.distributions import cumulative, happens, lognormal, pick, whole
from marketplace_api.demo.references import bill_numbers, importer_ids, seller_ids, subheadings
from marketplace_api.demo.trade import Flow

TENTHS = pa.decimal128(12, 1)
# The tax rate of each subheading, in tenths of a percent.
# By a seed of its own: a rate belongs to the code, not to a world.
RATE_TENTHS = np.array((0, 0, 17, 25, 37, 45, 65, 80, 120))[
    np.random.default_rng(7).integers(0, 9, len(HS6))
]

# Together these make fraud of about 21 % of the declarations, as in the real ones.
FRAUD_LOG_ODDS = -1.0
ORIGIN_TILT = 0.55 * np.random.default_rng(8).standard_normal(len(ORIGINS))
# Goods released after transit are seen least on the way; entries in the records are audited.
PROCESS_TILT = np.array((0.0, -0.35, -0.2, 0.8))
# Of frauds; of declarations held for their papers; of certificates.
CRITICAL_SHARE, PAPERS_SHARE, REVOKED_SHARE = 0.35, 0.4, 0.02
FOOD_CHAPTERS = np.array([code < "24" for code in HS6])


def declarations(flow: Flow, chunk: int) -> pa.Table:
    """Import declarations, a row to a consignment."""
    drawn = flow.draw(chunk)
    rate = RATE_TENTHS[drawn.goods]
    return pa.table(
        {
            "declaration_id": numbered("D", drawn.serial, 9),
            "date": dates(drawn.day),
            "office": coded(codes.OFFICES, drawn.office),
            "process_type": coded(PROCESS_TYPES, drawn.process_type),
            "declarant_id": numbered("BEA", drawn.declarant),
            "importer_id": importer_ids(flow, drawn.importer),
            "seller_id": seller_ids(flow, drawn.seller),
            "bl_no": bill_numbers(flow, drawn.serial),
            "hs2": subheadings(drawn.goods, 2),
            "hs4": subheadings(drawn.goods, 4),
            "hs6": subheadings(drawn.goods),
            "origin": coded(ORIGINS, drawn.origin),
            "departure": coded(ORIGINS, drawn.departure),
            "mode": coded(codes.MODES, drawn.mode),
            "tax_rate": decimals(rate, TENTHS),
            "net_mass_kg": decimals(drawn.mass, TENTHS),
            "item_value": decimals(drawn.value),
            # Cents times tenths of a percent: a thousandth, rounded half up.
            "assessed_duty": decimals((drawn.value * rate + 500) // 1000),
        }
    )


def inspection_outcomes(flow: Flow, chunk: int) -> pa.Table:
    """What came of each declaration: channel, fraud, the problem found, delay and uplift."""
    drawn = flow.draw(chunk)
    rng = flow.rng("inspections", chunk)
    fraud = rng.random(len(drawn)) < _fraud_chance(drawn)
    critical = fraud & happens(rng, CRITICAL_SHARE, len(drawn))
    channel = _channels(rng, fraud)
    uplift = (drawn.value * rng.uniform(0.05, 0.6, len(drawn))).astype(np.int64) * fraud
    # Origin, goods and date are repeated from the declaration: a question has one product so far.
    return pa.table(
        {
            "declaration_id": numbered("D", drawn.serial, 9),
            "importer_id": importer_ids(flow, drawn.importer),
            "date": dates(drawn.day),
            "office": coded(codes.OFFICES, drawn.office),
            "process_type": coded(PROCESS_TYPES, drawn.process_type),
            "hs2": subheadings(drawn.goods, 2),
            "origin": coded(ORIGINS, drawn.origin),
            "channel": coded(codes.CHANNELS, channel),
            "result": coded(codes.RESULTS, fraud.astype(np.int64) + critical),
            "reason_code": coded(codes.REASONS, _reasons(rng, fraud, channel)),
            "fraud": pa.array(fraud.astype(np.int64)),
            "critical_fraud": pa.array(critical.astype(np.int64)),
            "delay_h": pa.array(_delays(rng, channel)),
            "uplift_value": decimals(uplift),
        }
    )


def _fraud_chance(drawn: Consignments) -> Floats:
    """How likely each declaration is false, by origin and by process type."""
    tilt = ORIGIN_TILT[drawn.origin] + PROCESS_TILT[drawn.process_type]
    chance: Floats = 1 / (1 + np.exp(-(FRAUD_LOG_ODDS + tilt)))
    return chance


def _channels(rng: np.random.Generator, fraud: Flags) -> Ints:
    """Green, yellow or red: risk engines see some of the fraud beforehand."""
    calm = pick(rng, cumulative((0.8, 0.14, 0.06)), len(fraud))
    alert = pick(rng, cumulative((0.45, 0.3, 0.25)), len(fraud))
    return np.where(fraud, alert, calm)


def _reasons(rng: np.random.Generator, fraud: Flags, channel: Ints) -> Ints:
    """The clearance problem: always one where fraud is found, sometimes one where papers are."""
    problem = 1 + pick(rng, cumulative((0.3, 0.25, 0.15, 0.1, 0.12, 0.08)), len(fraud))
    held = fraud | ((channel > 0) & happens(rng, PAPERS_SHARE, len(fraud)))
    return np.where(held, problem, 0)


def _delays(rng: np.random.Generator, channel: Ints) -> Ints:
    """Whole hours until release: longer for papers, longest for goods that are opened."""
    medians = np.array((2.0, 16.0, 48.0))[channel]
    return whole(medians * lognormal(rng, 1.0, 0.8, len(channel)), 0, 720)


def certificates(flow: Flow, chunk: int) -> pa.Table:
    """Certificates for food that Callao's companies export: what, how much, what is used up."""
    drawn = flow.draw(chunk)
    drawn = drawn.rows(np.flatnonzero(FOOD_CHAPTERS[drawn.goods]))
    rng = flow.rng("certificates", chunk)
    kilograms = drawn.mass // 10 + 1
    # Issued before the goods leave, and not before the world began.
    issued = np.maximum(drawn.day - rng.integers(5, 60, len(drawn)), 0)
    return pa.table(
        {
            "cert_ref": numbered("PEC", drawn.serial, 9),
            "kind": coded(codes.CERTIFICATES, pick(rng, cumulative((0.6, 0.3, 0.1)), len(drawn))),
            "exporter_id": importer_ids(flow, drawn.importer),
            "hs4": subheadings(drawn.goods, 4),
            "origin": coded(("PE",), np.zeros(len(drawn), np.int64)),
            "issued": dates(issued),
            "expires": dates(issued + 180),
            "qty_kg": pa.array(kilograms),
            "qty_used_kg": pa.array((kilograms * rng.random(len(drawn))).astype(np.int64)),
            "status": coded(
                ("valid", "revoked"), happens(rng, REVOKED_SHARE, len(drawn)).astype(np.int64)
            ),
        }
    )


def aeo_register(flow: Flow, _chunk: int) -> pa.Table:
    """Authorised economic operators: importers, the more active the likelier, with their band."""
    rng = flow.rng("aeo", 0)
    rank = np.arange(flow.importers)
    chosen = np.flatnonzero(rng.random(flow.importers) < 0.6 * (rank + 1.0) ** -0.25)
    return pa.table(
        {
            "operator_id": importer_ids(flow, chosen),
            "status": coded(
                codes.AEO_STATUSES, pick(rng, cumulative((0.5, 0.2, 0.27, 0.03)), len(chosen))
            ),
            "band": coded(
                codes.AEO_BANDS, pick(rng, cumulative((0.3, 0.3, 0.2, 0.15, 0.05)), len(chosen))
            ),
            "valid_to": dates(rng.integers(0, codes.DAYS, len(chosen))),
        }
    )
