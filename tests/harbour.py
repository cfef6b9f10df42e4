"""The simulator: products, contracts and grants in memory, the same on every run.

    from harbour import DECLARATIONS, NOISY, VISITS, plan, query

    plan("SELECT hs2, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2", NOISY)

Nothing here reads a row. A plan over real rows takes the snapshot that a test has written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from clean_room.binding import bind
from clean_room.parsing import parse
from clean_room.plan import Plan
from clean_room.relation import Relation
from clean_room.rewrite import rewrite
from connectors.snapshot import Snapshot
from data_products.contract import (
    Bounds,
    Budgets,
    Column,
    ColumnType,
    Contract,
    Filter,
    Grid,
    Mode,
    PrivacyUnit,
    Terms,
    UnitKind,
    Use,
)
from data_products.parties import ParticipantId, ProductId
from data_products.product import DataProduct
from data_products.purpose import Purpose
from data_products.query import Query
from data_products.time_grid import Step
from policies.access import Grant
from policies.decision import Permit
from policies.enforcer import Enforcer

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
OFFICE = ParticipantId("statistics-office")
STATISTICS = Purpose("ent:TradeStatistics")
MARKETING = Purpose("dpv:DirectMarketing")

TABLE = "customs_be.import_declarations"


def select(what: str, rest: str = "", table: str = TABLE) -> str:
    """The text of a query over a product, that of import declarations if none is given."""
    return f"SELECT {what} FROM {table} {rest}".strip()


HS2 = tuple(f"{chapter:02d}" for chapter in range(1, 98))
ORIGINS = ("BR", "CN", "DE", "KR", "US")
MODES = ("air", "rail", "road", "sea")


def dimension(name: str, *values: str, kind: ColumnType = ColumnType.STRING, **more) -> Column:
    """A dimension that may meet single literals, with its declared values, if any."""
    return Column(name, kind, Use.DIMENSION, filter=Filter.EQUALS, grid=Grid(values), **more)


def stepped(name: str, kind: ColumnType, step: Step) -> Column:
    """A dimension of time that may meet a range, from January 2020 to June 2021."""
    grid = Grid(step=step, start=date(2020, 1, 1), end=date(2021, 7, 1))
    return Column(name, kind, Use.DIMENSION, filter=Filter.RANGE, grid=grid)


def measure(name: str, low: int, high: int, scale: int = 0) -> Column:
    """A measure: a whole number, or one with decimal digits."""
    kind = ColumnType.NUMBER if scale else ColumnType.INTEGER
    return Column(name, kind, Use.MEASURE, bounds=Bounds(low, high), scale=scale)


COLUMNS = (
    Column("importer_id", ColumnType.STRING, Use.UNIT),
    Column("declarant_id", ColumnType.STRING, Use.JOIN),
    stepped("date", ColumnType.DATE, Step.MONTH),
    stepped("arrived_at", ColumnType.TIMESTAMP, Step.HOUR),
    dimension("hs2", *HS2),
    dimension("hs4", coarser="hs2"),
    dimension("hs6", coarser="hs4"),
    dimension("tariff_line", restricted=True, coarser="hs6"),
    dimension("origin", *ORIGINS),
    dimension("dispatch"),
    dimension("mode", *MODES),
    dimension("channel", "1", "2", "3", kind=ColumnType.INTEGER),
    dimension("inspected", "true", "false", kind=ColumnType.BOOLEAN),
    Column("office", ColumnType.STRING, Use.DIMENSION, grid=Grid(("antwerp", "ghent"))),
    measure("item_value", 0, 1_000_000, scale=2),
    measure("net_mass_kg", 0, 50_000, scale=1),
    measure("correction", -1_000, 1_000),
    measure("fraud", 0, 1),
    Column("goods_name", ColumnType.STRING, Use.NEVER),
)
"""A restricted column is `tariff_line`; one that no query may name is `goods_name`."""


def terms(mode: Mode = Mode.EXACT, **changes) -> Terms:
    """Terms for trade statistics: threshold 10, p 15 %, at most epsilon 0.5 a query."""
    budgets = Budgets(500_000, 4_000_000, 40_000_000)
    made = Terms(mode, frozenset({STATISTICS}), frozenset({MARKETING}), 10, 15, budgets)
    return replace(made, **({"suggested": ("hs2", "date")} | changes))


def declarations(
    mode: Mode = Mode.EXACT, columns: Sequence[Column] = COLUMNS, **changes
) -> DataProduct:
    """customs-be.import_declarations; `changes` are to its terms."""
    contract = Contract(
        product=ProductId("customs-be.import_declarations"),
        version="1.0.0",
        title="Import declarations",
        description="Declarations of goods for import into Belgium",
        columns=tuple(columns),
        unit=PrivacyUnit("importer_id", UnitKind.COMPANY, 8, 20),
        terms=terms(mode, **changes),
    )
    return DataProduct(contract, "parquet:import_declarations")


def visits(mode: Mode = Mode.EXACT) -> DataProduct:
    """beanr.gate_visits, whose privacy unit is a person."""
    contract = Contract(
        product=ProductId("beanr.gate_visits"),
        version="1.0.0",
        title="Gate visits",
        description="Visits of drivers to the port's gates",
        columns=(
            Column("driver_id", ColumnType.STRING, Use.UNIT),
            dimension("gate", "east", "west"),
            stepped("entered_at", ColumnType.TIMESTAMP, Step.HOUR),
            measure("minutes", 0, 600),
        ),
        unit=PrivacyUnit("driver_id", UnitKind.PERSON, 4, 10),
        terms=terms(mode, suggested=("gate",)),
    )
    return DataProduct(contract, "parquet:gate_visits")


DECLARATIONS = declarations()
NOISY = declarations(Mode.DP)
VISITS = visits()


@dataclass(frozen=True)
class Granted:
    """Grants that are kept nowhere: every consumer has one for each purpose and product."""

    purposes: tuple[Purpose, ...] = (STATISTICS,)
    min_units: int = 0

    def in_force(
        self, consumer: ParticipantId, product: ProductId, at: datetime
    ) -> Sequence[Grant]:
        """One grant for each purpose, until the day after."""
        return tuple(
            Grant(
                id=f"grant-{i}",
                consumer=consumer,
                product=product,
                purpose=purpose,
                expires_at=at + timedelta(days=1),
                epsilon=4_000_000,
                max_queries=200,
                min_units=self.min_units,
                approved_by="steward",
            )
            for i, purpose in enumerate(self.purposes)
        )


NOWHERE = Snapshot("parquet", None, "0" * 64, (), pa.schema([]))
"""A snapshot of nothing, for plans that are not run."""


def query(sql: str, max_epsilon: int | None = None) -> Query:
    """The statistics office's query for trade statistics."""
    return Query(OFFICE, STATISTICS, sql, max_epsilon)


def permit(asked: Query, product: DataProduct = DECLARATIONS, min_units: int = 0) -> Permit:
    """The enforcer's permit under a grant that asks for that many units."""
    return Enforcer(Granted(min_units=min_units)).permit(asked, (product,), NOW)


def relation(sql: str, product: DataProduct = DECLARATIONS) -> Relation:
    """The bound query, before any rule."""
    return bind(parse(sql), (product,))


def plan(
    sql: str,
    product: DataProduct = DECLARATIONS,
    snapshot: Snapshot = NOWHERE,
    max_epsilon: int | None = None,
) -> Plan:
    """The plan of a query over a product."""
    asked = query(sql, max_epsilon)
    return rewrite(relation(sql, product), permit(asked, product), asked, (snapshot,))
