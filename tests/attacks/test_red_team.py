"""Attack: what one answer, one link, one file or one long sum gives away.

Each is told as somebody would try it, against the real engine, files and database.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from harbour import DECLARATIONS, OFFICE, STATISTICS, permit, query, select
from yard import ask, named, room, store, table, write

from catalog import Catalog, Database, Keys
from catalog.access_records import Decision, Limits
from clean_room.accounting import PrivacyLoss
from clean_room.engines.isolated import IsolatedDuckDB
from clean_room.expressions import Kind, Leaf
from clean_room.functions import Coalesced
from clean_room.operators import Arithmetic
from clean_room.parsing import parse
from clean_room.results import Mark
from data_products import odcs
from data_products.errors import EntrepotError, ExecutionError, IntegrityError
from policies.access import AccessRequest

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
FORTY = [f"i{n}" for n in range(40)]


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedDuckDB]:
    """One warm parent for all of this module's jobs."""
    with IsolatedDuckDB(memory=256, seconds=60) as engine:
        yield engine


@dataclass(frozen=True)
class Told:
    """What a consumer gets to see of one question over some rows; nothing where it is refused."""

    engine: IsolatedDuckDB
    folder: Path

    def __call__(self, what, **rows):
        try:
            release = ask(room(self.engine), select(what), store(self.folder, rows))
        except EntrepotError:
            return set()
        return {value for row in named(release) for value in row.values()} - {Mark.WITHHELD}


@pytest.fixture
def told(engine, tmp_path):
    return Told(engine, tmp_path)


# One answer, exact. The threshold is 10 importers, p is 15.


@pytest.mark.parametrize("few", [3, 9])
def test_sum_of_flags_counts_no_few(told, few):
    flags = [1] * few + [0] * (40 - few)
    assert few not in told("SUM(fraud) AS caught", importer_id=FORTY, fraud=flags)


def test_rows_less_values_hide_a_giant(told):
    missing = ["i0"] * 60 + FORTY[1:10]
    rows = {"importer_id": FORTY * 20 + missing, "fraud": [1] * 800 + [None] * len(missing)}
    assert 69 not in told("COUNT(*) - COUNT(fraud) AS missing", **rows)


def test_cancelled_rows_are_no_company(told):
    others = [name for name in FORTY[1:] for _ in range(2)]
    values = [500] + [900, -900] * 39
    assert 500 not in told("SUM(correction) AS s", importer_id=["i0", *others], correction=values)


@pytest.mark.parametrize(
    "what", ["SUM(item_value) > 50", "COALESCE(SUM(item_value) > 5000, FALSE)"]
)
def test_compared_hidden_value_is_hidden(engine, tmp_path, what):
    giant = {"importer_id": FORTY, "item_value": [1] * 39 + [9000]}
    sql = select(f"COUNT(*) AS n, {what} AS x")
    assert named(ask(room(engine), sql, store(tmp_path, giant)))[0]["x"] is Mark.WITHHELD


# One long sum.


@dataclass
class Watched(Leaf):
    """A value that counts how often its kind is asked for."""

    asked: list[None] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """A whole number."""
        self.asked.append(None)
        return Kind.INTEGER


@pytest.mark.parametrize(
    "wrap", [lambda item: Arithmetic("*", item, item), lambda item: Coalesced((item, item))]
)
def test_long_chain_is_not_a_bomb(wrap):
    watched = Watched()
    chain = wrap(watched)
    for _ in range(12):
        chain = replace(chain, **_longer(chain, watched))
    assert chain.kind is Kind.INTEGER
    assert len(watched.asked) <= 100


def _longer(chain, watched):
    """The parts of the chain that is one longer at the right."""
    if isinstance(chain, Arithmetic):
        return {"left": chain, "right": watched}
    return {"items": (chain, watched)}


# One link: a provider turns its file into another's between the look at it and the reading.


def test_file_turned_into_a_link_is_not_read(engine, tmp_path):
    mine = {"importer_id": FORTY, "item_value": [1] * 40}
    write(tmp_path / "own.parquet", table(mine))
    write(tmp_path / "other.parquet", table(mine | {"item_value": [7] * 40}))
    product = replace(DECLARATIONS, location="parquet:own.parquet")
    asked = query(select("SUM(item_value) AS s"))
    clean_room = room(engine, roots=(tmp_path,))
    plan = clean_room.plan(parse(asked.sql), (product,), permit(asked, product), asked)
    (tmp_path / "own.parquet").unlink()
    (tmp_path / "own.parquet").symlink_to(tmp_path / "other.parquet")
    with pytest.raises(ExecutionError):
        clean_room.run(plan)


def test_hard_link_to_anothers_file_is_refused(engine, tmp_path):
    write(tmp_path / "other.parquet", table({"importer_id": FORTY, "item_value": [7] * 40}))
    os.link(tmp_path / "other.parquet", tmp_path / "own.parquet")
    product = replace(DECLARATIONS, location="parquet:own.parquet")
    asked = query(select("SUM(item_value) AS s"))
    with pytest.raises(EntrepotError):
        room(engine, roots=(tmp_path,)).plan(
            parse(asked.sql), (product,), permit(asked, product), asked
        )


# One file: whoever can write the database file changes what has been spent and granted.


@dataclass
class Hub:
    """The records of a hub in a folder, opened as a server does that starts."""

    folder: Path

    def open(self):
        self.database = Database(f"sqlite:///{self.folder}/catalog.db")
        keys = Keys.open(self.folder / "keys", "entrepot.example")
        self.catalog = Catalog(self.database, keys, clock=lambda: NOW)
        return self.catalog

    def granted(self):
        """A grant for a product that has just been published."""
        document = odcs.dump(DECLARATIONS.contract)
        self.catalog.products.publish(DECLARATIONS, document, "ab" * 32, NOW)
        wish = AccessRequest("", OFFICE, DECLARATIONS.id, STATISTICS, "tables", "ann")
        asked = self.catalog.grants.request(wish, NOW)
        limits = Limits(4_000_000, 5, NOW + timedelta(days=9))
        return self.catalog.grants.approve(asked.id, limits, Decision("bob", "fine", NOW))

    def write(self, *statements):
        """Runs SQL as an intruder who holds the file."""
        engine = sa.create_engine(f"sqlite:///{self.folder}/catalog.db")
        with closing(engine.raw_connection()) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        engine.dispose()


@pytest.fixture
def hub(tmp_path):
    (tmp_path / "keys").mkdir()
    made = Hub(tmp_path)
    made.open()
    yield made
    made.database.close()


REFUND = ("DROP TRIGGER budgets_never_refunded", "UPDATE budgets SET spent = 0")
PROLONG = ("UPDATE grants SET expires_at = '2099-01-01T00:00:00.000000Z'",)


@pytest.mark.parametrize("statements", [REFUND, PROLONG], ids=["refund", "prolong"])
def test_changed_ledger_is_noticed(hub, statements):
    hub.catalog.ledger.spend("f1", [DECLARATIONS], [hub.granted()], PrivacyLoss(500_000))
    hub.catalog.log.checkpoint()
    hub.write(*statements)
    with pytest.raises(IntegrityError):
        hub.catalog.log.verify()


@pytest.mark.parametrize("undone", ["spend", "revoke"])
def test_old_copy_of_the_database_is_refused(hub, undone):
    grant = hub.granted()
    hub.catalog.log.checkpoint()
    hub.database.close()
    old = shutil.copy(hub.folder / "catalog.db", hub.folder / "old.db")
    catalog = hub.open()
    if undone == "spend":
        catalog.ledger.spend("f1", [DECLARATIONS], [grant], PrivacyLoss(500_000))
    else:
        catalog.grants.revoke(grant.id, Decision("bob", "ended", NOW))
    hub.database.close()
    shutil.copy(old, hub.folder / "catalog.db")
    with pytest.raises(IntegrityError):
        hub.open()
