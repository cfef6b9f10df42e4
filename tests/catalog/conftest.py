"""A small world on record: a real database and real keys in a temporary folder."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from catalog import Catalog, Database, Keys
from catalog.access_records import Decision, Limits
from clean_room.accounting import PrivacyLoss
from clean_room.results import Field, Release, Withheld
from data_products import odcs
from data_products.column import Column, ColumnType, Use
from data_products.contract import Contract
from data_products.errors import ThresholdError
from data_products.product import DataProduct
from data_products.purpose import Purpose
from data_products.terms import Budgets, Mode, PrivacyUnit, Terms, UnitKind
from policies.access import AccessRequest, Grant

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
STATISTICS = Purpose("ent:TradeStatistics")
MOVES = "beanr.container_moves"
OFFICE = "statistics-office"


@dataclass
class FakePlan:
    """What the catalog sees of a plan."""

    fingerprint: str
    consumer: str = OFFICE
    sql: str = "SELECT count(*) FROM beanr.container_moves"
    stated: dict = field(default_factory=dict)

    def facts(self):
        return {
            "purpose": STATISTICS.term,
            "sql": self.sql,
            "products": [{"product": MOVES, "version": "1.0.0"}],
            "policy": {"rule": "p, statistics-office", "digest": "cd" * 32},
            "grants": [{"id": "grant_1", "approved_by": "steward"}],
            "cost": {"epsilon": 500_000, "queries": 1},
            **self.stated,
        }


def contract(version="1.0.0", product=MOVES, consumer=4_000_000, total=40_000_000):
    """A contract with budgets in micro-epsilon."""
    return Contract(
        product=product,
        version=version,
        title="Container moves",
        description="Gate and quay moves",
        columns=(
            Column("carrier", ColumnType.STRING, Use.UNIT),
            Column("terminal", ColumnType.STRING, Use.DIMENSION),
        ),
        unit=PrivacyUnit("carrier", UnitKind.COMPANY, 4, 100),
        terms=Terms(
            mode=Mode.DP,
            purposes=frozenset({STATISTICS}),
            prohibited=frozenset(),
            min_units=5,
            p_percent=10,
            budgets=Budgets(500_000, consumer, total),
        ),
    )


def product(**changes):
    """An active product under such a contract."""
    return DataProduct(contract(**changes), location="delta:moves")


def release(count=42):
    """A release of one number."""
    return Release((Field("moves", "integer"),), ((count,),), Withheld(0, 0))


@dataclass
class World:
    """The catalog, and the steps that a test begins with."""

    folder: object
    now: datetime = NOW
    opened: list = field(default_factory=list)

    def open(self):
        """Opens the catalog, as a server does that starts."""
        database = Database(f"sqlite:///{self.folder}/catalog.db")
        self.opened.append(database)
        keys = Keys.open(self.folder / "keys", "entrepot.example")
        self.database = database
        self.catalog = Catalog(database, keys, clock=lambda: self.now)
        return self.catalog

    def publish(self, published=None, at=NOW):
        """Publishes a product's contract."""
        published = published or product()
        document = odcs.dump(published.contract)
        self.catalog.products.publish(published, document, "ab" * 32, at)
        return published

    def wish(self, consumer=OFFICE, product_id=MOVES):
        """Asks for access."""
        asked = AccessRequest("", consumer, product_id, STATISTICS, "monthly figures", "ann")
        return self.catalog.grants.request(asked, self.now)

    def grant(self, epsilon=4_000_000, queries=200, **asked):
        """Asks for access and has it given."""
        limits = Limits(epsilon, queries, self.now + timedelta(days=90))
        decision = Decision("steward", "fine", self.now)
        return self.catalog.grants.approve(self.wish(**asked).id, limits, decision)

    def spend(self, name, grant, published, epsilon=500_000, queries=1):
        """Spends under one grant."""
        loss = PrivacyLoss(epsilon, queries)
        self.catalog.ledger.spend(name, [published], [grant], loss)

    def record(self, plan, count=42):
        """Puts a release on record."""
        return self.catalog.record(plan, release(count), {"engine": "duckdb"}, self.now)

    def execute(self, statement, **values):
        """Runs SQL as an intruder would who holds the database file."""
        engine = sa.create_engine(f"sqlite:///{self.folder}/catalog.db")
        with closing(engine.raw_connection()) as connection:
            found = connection.execute(statement, values).fetchall()
            connection.commit()
        engine.dispose()
        return found

    def tamper(self, statement, **values):
        """The same, once the triggers of the statement's table are out of the way."""
        table = statement.removeprefix("DELETE FROM ").removeprefix("UPDATE ").split(" ")[0]
        for rule in ("unchanged", "kept", "never_refunded", "stay_revoked"):
            name = f"{table}_{rule}"
            self.execute(f"DROP TRIGGER IF EXISTS {name}")
        self.execute(statement, **values)

    def close(self):
        """Closes every database that was opened."""
        for database in self.opened:
            database.close()


@pytest.fixture
def world(tmp_path):
    """A catalog with nothing on record."""
    (tmp_path / "keys").mkdir()
    made = World(tmp_path)
    made.open()
    yield made
    made.close()


@dataclass
class Deal:
    """A world in which one product is published and one consumer holds a grant for it."""

    world: World
    product: DataProduct
    grant: Grant

    def spend(self, name="f1", **cost):
        """Spends under the grant."""
        self.world.spend(name, self.grant, self.product, **cost)

    def answer(self, fingerprint="f1", count=42):
        """Spends and puts a release on record."""
        self.spend(fingerprint)
        return self.world.record(FakePlan(fingerprint), count)

    def withhold(self, fingerprint="f1"):
        """Spends, and finds that nothing may be shown."""
        self.spend(fingerprint)
        error = ThresholdError("nothing", hint="ask wider", rewrite="SELECT 1")
        with pytest.raises(ThresholdError):
            self.world.catalog.withhold(FakePlan(fingerprint), error, self.world.now)

    def revoke(self):
        """Ends the grant."""
        ended = Decision("steward", "ended", self.world.now)
        self.world.catalog.grants.revoke(self.grant.id, ended)


@pytest.fixture
def deal(world):
    """A published product and a grant for it."""
    published = world.publish()
    return Deal(world, published, world.grant())


@pytest.fixture
def publish(world):
    """Publishes a product with other terms or of another version."""
    return lambda **changes: world.publish(product(**changes))


@pytest.fixture
def plan():
    """Makes what the catalog sees of a plan."""
    return FakePlan
