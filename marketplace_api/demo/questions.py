"""The twelve questions that the demo must answer, and the eight that it must refuse.

Of the twelve, those that are `ready` are within what one SELECT over one product can ask today. The
others are as they will be asked: joins, quantiles, matching and federation are yet to come.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from data_products import errors
from data_products.parties import ParticipantId, ProductId
from data_products.purpose import Purpose
from marketplace_api.demo.codes import PORTS


@dataclass(frozen=True)
class Agreement:
    """Who may use which product, and why."""

    consumer: ParticipantId
    product: ProductId
    purpose: Purpose


@dataclass(frozen=True)
class Question:
    """A question that is to be answered."""

    id: str
    agreement: Agreement
    sql: str
    ready: bool = True


@dataclass(frozen=True)
class Refusal:
    """A question that is to be refused, by which code, and whether a rewrite is offered.

    `agreed` says whether the asker has the agreement that it names.
    """

    id: str
    agreement: Agreement
    sql: str
    code: str
    rewritten: bool = True
    agreed: bool = True


def _agree(consumer: str, product: str, purpose: str) -> Agreement:
    """An agreement, by its words."""
    return Agreement(ParticipantId(consumer), ProductId(product), Purpose(purpose))


STATISTICS = _agree("statistics-office", "customs-be.import_declarations", "ent:TradeStatistics")
LINE_BERTHS = _agree("shipping-line", "beanr.port_calls", "ent:BerthPlanning")
LINE_MOVES = _agree("shipping-line", "beanr.container_moves", "ent:SupplyChainVisibility")
RAIL_MOVES = _agree("rail-operator", "beanr.container_moves", "ent:CapacityPlanning")
RAIL_GATES = _agree("rail-operator", "beanr.gate_slots", "ent:CapacityPlanning")
EMISSIONS = _agree("environment-agency", "beanr.call_emissions", "ent:ESGReporting")
RISK = _agree("customs-be", "customs-be.inspection_outcomes", "ent:CustomsRiskProfiling")
HOLDS = _agree(
    "forwarder-association", "customs-be.inspection_outcomes", "ent:SupplyChainVisibility"
)
INSURER = _agree("insurer", "customs-be.import_declarations", "ent:InsuranceUnderwriting")
DANGER = _agree("app-developer", "beanr.dangerous_goods", "ent:SupplyChainVisibility")

QUESTIONS = (
    Question(
        "Q1",
        _agree("clvap", "beanr.port_calls", "ent:BerthPlanning"),
        "SELECT terminal, EXTRACT(isodow FROM ata) AS weekday, MEDIAN(berth_wait_min) AS median, "
        "QUANTILE(berth_wait_min, 0.9) AS p90 FROM beanr.port_calls "
        "WHERE ata >= '2026-04-01' GROUP BY terminal, weekday",
        ready=False,
    ),
    Question(
        "Q2",
        LINE_MOVES,
        "SELECT iso_type, DATE_TRUNC('month', ts) AS month, AVG(dwell_h) AS dwell_h "
        "FROM beanr.container_moves GROUP BY iso_type, month ORDER BY iso_type, month",
    ),
    Question(
        "Q3",
        _agree("clvap", "pecll.port_calls", "ent:JustInTimeArrival"),
        "SELECT prev_port, AVG(CASE WHEN DATE_DIFF('hour', eta_first, ata) > 6 THEN 1 ELSE 0 END) "
        "AS late FROM pecll.port_calls GROUP BY prev_port",
        ready=False,
    ),
    Question(
        "Q4",
        EMISSIONS,
        "SELECT ship_type, DATE_TRUNC('year', ata) AS year, SUM(co2_t) AS co2_t, "
        "SUM(co2_t) / COUNT(*) AS co2_t_a_call FROM beanr.call_emissions "
        "GROUP BY ship_type, year ORDER BY ship_type, year",
    ),
    Question(
        "Q5",
        RAIL_MOVES,
        "SELECT EXTRACT(hour FROM ts) AS hour, SUM(teu) AS teu FROM beanr.container_moves "
        "WHERE move_kind = 'gate_out' GROUP BY hour ORDER BY hour",
    ),
    Question(
        "Q6",
        _agree("forwarder-association", "beanr.container_moves", "ent:SupplyChainVisibility"),
        "SELECT d.hs2, COUNT(*) AS containers, AVG(DATE_DIFF('hour', m.ts, d.date)) AS lag_h "
        "FROM beanr.container_moves m JOIN customs_be.import_declarations d ON m.bl_no = d.bl_no "
        "WHERE m.move_kind = 'discharge' GROUP BY d.hs2",
        ready=False,
    ),
    Question(
        "Q7",
        STATISTICS,
        "SELECT hs2, DATE_TRUNC('month', date) AS month, SUM(item_value) AS value, "
        "SUM(net_mass_kg) AS mass_kg FROM customs_be.import_declarations "
        "GROUP BY hs2, month ORDER BY hs2, month",
    ),
    Question(
        "Q8",
        RISK,
        "SELECT origin, process_type, SUM(fraud) / COUNT(*) AS fraud_rate, COUNT(*) AS n "
        "FROM customs_be.inspection_outcomes GROUP BY origin, process_type "
        "ORDER BY fraud_rate DESC",
    ),
    Question(
        "Q9",
        _agree("customs-be", "fito-pe.certificates", "ent:CertificateVerification"),
        "SELECT VERIFY('PEC000000123', '0803', 18000) FROM fito_pe.certificates",
        ready=False,
    ),
    Question(
        "Q10",
        HOLDS,
        "SELECT hs2, reason_code, COUNT(*) AS declarations, AVG(delay_h) AS delay_h "
        "FROM customs_be.inspection_outcomes GROUP BY hs2, reason_code "
        "ORDER BY hs2, declarations DESC",
    ),
    Question(
        "Q11",
        _agree("customs-be", "customs-be.inspection_outcomes", "ent:WildlifeCrimeInterdiction"),
        "SELECT origin, DATE_TRUNC('quarter', date) AS season, SUM(critical_fraud) AS hits, "
        "COUNT(*) AS declarations FROM customs_be.inspection_outcomes GROUP BY origin, season "
        "ORDER BY origin, season",
    ),
    Question(
        "Q12",
        _agree("university", "beanr.call_emissions", "dpv:AcademicResearch"),
        "SELECT ship_type, REGR_SLOPE(co2_t, shore_power_kwh) AS effect FROM beanr.call_emissions "
        "GROUP BY ship_type",
        ready=False,
    ),
)

# The questions that are asked of the real declarations too.
REAL_QUESTIONS = (
    Question(
        "Q7",
        _agree("statistics-office", "customs-kr.import_declarations", "ent:TradeStatistics"),
        "SELECT hs2, DATE_TRUNC('month', date) AS month, SUM(item_value) AS value, "
        "SUM(net_mass_kg) AS mass_kg FROM customs_kr.import_declarations "
        "GROUP BY hs2, month ORDER BY hs2, month",
    ),
    Question(
        "Q8",
        _agree("customs-be", "customs-kr.import_declarations", "ent:CustomsRiskProfiling"),
        "SELECT origin, process_type, SUM(fraud) / COUNT(*) AS fraud_rate, COUNT(*) AS n "
        "FROM customs_kr.import_declarations GROUP BY origin, process_type "
        "ORDER BY fraud_rate DESC",
    ),
)

REFUSALS = (
    Refusal(
        "R1",
        STATISTICS,
        "SELECT * FROM customs_be.import_declarations LIMIT 10",
        errors.RawRowsError.code,
    ),
    Refusal(
        "R2",
        INSURER,
        "SELECT importer_id, SUM(item_value) AS value FROM customs_be.import_declarations "
        "GROUP BY importer_id HAVING COUNT(*) > 10",
        errors.IdentifierError.code,
    ),
    Refusal(
        "R3",
        STATISTICS,
        "SELECT hs6, origin, DATE_TRUNC('month', date) AS month, SUM(item_value) AS value "
        "FROM customs_be.import_declarations "
        "WHERE origin = 'EC' AND date >= '2026-03-01' AND date < '2026-04-01' "
        "GROUP BY hs6, origin, month",
        errors.DominanceError.code,
    ),
    Refusal(
        "R4",
        STATISTICS,
        "SELECT hs2, DATE_TRUNC('month', date) AS month, SUM(item_value) AS value "
        "FROM customs_be.import_declarations WHERE importer_id <> 'BEI0000040' GROUP BY hs2, month",
        errors.DifferencingError.code,
        rewritten=False,
    ),
    Refusal(
        "R5",
        LINE_BERTHS,
        "SELECT terminal, AVG(berth_wait_min) AS wait_min FROM beanr.port_calls "
        "WHERE carrier_scac = 'ZAAB' GROUP BY terminal",
        errors.ColumnFilterError.code,
    ),
    Refusal(
        "R6",
        _agree("statistics-office", "customs-be.import_declarations", "dpv:DirectMarketing"),
        "SELECT hs2, COUNT(*) AS declarations FROM customs_be.import_declarations GROUP BY hs2",
        errors.PurposeNotAgreedError.code,
        rewritten=False,
        agreed=False,
    ),
    Refusal(
        "R7",
        RAIL_GATES,
        "SELECT driver_id, AVG(turn_min) AS turn_min FROM beanr.gate_slots GROUP BY driver_id",
        errors.PersonalUnitError.code,
    ),
    Refusal(
        "R8",
        DANGER,
        "SELECT berth, stowage, DATE_TRUNC('hour', ts) AS hour, COUNT(*) AS containers "
        "FROM beanr.dangerous_goods GROUP BY berth, stowage, hour",
        errors.SensitivityError.code,
    ),
)

# Agreements that their consumers have with each port, not with the one that is asked.
OF_EVERY_PORT = (LINE_BERTHS, LINE_MOVES, RAIL_MOVES, EMISSIONS, DANGER)


def agreements() -> Iterator[Agreement]:
    """Every agreement that the questions and refusals rest on, once each."""
    asked = [question.agreement for question in QUESTIONS]
    asked += [refusal.agreement for refusal in REFUSALS if refusal.agreed]
    for agreement in OF_EVERY_PORT:
        name = agreement.product.partition(".")[2]
        asked += [
            Agreement(agreement.consumer, ProductId(f"{port.lower()}.{name}"), agreement.purpose)
            for port in PORTS
        ]
    yield from dict.fromkeys(asked)
