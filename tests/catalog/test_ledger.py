"""The ledger: atomic, durable, idempotent, and never refunded."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.access_records import Decision
from catalog.accounts import State
from catalog.ledger import Balance
from catalog.tables import budgets, spends
from clean_room.accounting import PrivacyLoss
from data_products.errors import (
    AccessDeniedError,
    BudgetExhaustedError,
    ConflictError,
    NotFoundError,
    RequestError,
)

UNIT = 500_000


@pytest.fixture
def ledger(deal):
    """The ledger of the deal's world."""
    return deal.world.catalog.ledger


def sums(world):
    """What each account has spent, as the account and as its spends say."""
    with world.database.read() as connection:
        accounts = connection.execute(sa.select(budgets.c.scope, budgets.c.kind, budgets.c.spent))
        total = sa.func.sum(spends.c.amount)
        legs = sa.select(spends.c.scope, spends.c.kind, total).group_by("scope", "kind")
        kept = {(scope, kind): spent for scope, kind, spent in accounts if spent}
        told = {(scope, kind): spent for scope, kind, spent in connection.execute(legs) if spent}
    return kept, told


def test_fresh_grant_has_whole_budget(deal, ledger):
    assert ledger.balance(deal.grant) == Balance(4_000_000, 4_000_000, 200, 200)


def test_spend_takes_from_grant(deal, ledger):
    deal.spend("f1")

    assert ledger.balance(deal.grant) == Balance(3_500_000, 4_000_000, 199, 200)


def test_spend_takes_from_product(deal, ledger):
    deal.spend("f1")

    assert ledger.product_balance(deal.product.id) == State(40_000_000, UNIT)


def test_exact_answer_costs_a_question(deal, ledger):
    deal.spend("f1", epsilon=0)

    assert ledger.balance(deal.grant) == Balance(4_000_000, 4_000_000, 199, 200)
    assert ledger.product_balance(deal.product.id).spent == 0


def test_same_spend_counts_once(deal, ledger):
    for _ in range(3):
        deal.spend("f1")

    assert ledger.balance(deal.grant).queries_left == 199
    assert deal.world.catalog.log.verify() == 4


def test_same_name_for_other_loss(deal):
    deal.spend("f1")

    with pytest.raises(ConflictError, match="of another amount"):
        deal.spend("f1", epsilon=2 * UNIT)


def test_spend_is_on_the_log(deal):
    deal.spend("f1")

    assert deal.world.catalog.log.entry(3)["kind"] == "spend"


def test_spend_says_its_time(deal):
    deal.world.now += timedelta(hours=1)
    deal.spend("f1")

    assert deal.world.catalog.log.entry(3)["at"] == "2026-11-25T11:00:00.000000Z"


@pytest.mark.parametrize(
    ("budget", "scope"),
    [
        ({"epsilon": UNIT - 1}, "grant:.* has 0.499999 epsilon left, 0.5 asked"),
        ({"queries": 0}, "grant:.* has 0 queries left, 1 asked"),
    ],
)
def test_exhausted_grant_is_named(world, budget, scope):
    published, grant = world.publish(), world.grant(**budget)

    with pytest.raises(BudgetExhaustedError, match=scope):
        world.spend("f1", grant, published)


@pytest.mark.parametrize(
    ("budget", "scope"),
    [
        ({"consumer": UNIT, "total": 9 * UNIT}, "consumer:statistics-office:beanr.container_moves"),
        ({"consumer": UNIT, "total": UNIT}, "consumer:statistics-office:beanr.container_moves"),
    ],
)
def test_grants_do_not_add_up(world, publish, budget, scope):
    published = publish(**budget)
    world.spend("f1", world.grant(), published)

    with pytest.raises(BudgetExhaustedError, match=f"{scope} has 0 epsilon left"):
        world.spend("f2", world.grant(), published)


def test_consumers_share_product_budget(world, publish):
    published = publish(consumer=UNIT, total=UNIT)
    world.spend("f1", world.grant(), published)

    with pytest.raises(BudgetExhaustedError, match="product:beanr"):
        world.spend("f2", world.grant(consumer="insurer"), published)


def test_balance_knows_consumer_limit(world, publish):
    published = publish(consumer=UNIT, total=UNIT)
    first, second = world.grant(), world.grant()
    world.spend("f1", first, published)

    assert world.catalog.ledger.balance(second).epsilon_left == 0


def test_refused_spend_takes_nothing(world, publish):
    published = publish(consumer=UNIT, total=UNIT)
    world.spend("f1", world.grant(), published)
    before = sums(world), world.catalog.log.verify()
    with pytest.raises(BudgetExhaustedError):
        world.spend("f2", world.grant(consumer="insurer"), published)

    # The insurer's grant and request are on the log since, a spend is not.
    assert (sums(world), world.catalog.log.verify() - 2) == before


@pytest.mark.parametrize(
    "loss", [{"epsilon": -1}, {"queries": -1}, {"epsilon": 0.5}, {"epsilon": 2**60}]
)
def test_impossible_loss_is_refused(deal, loss):
    with pytest.raises(RequestError):
        deal.spend("f1", **loss)


def test_republishing_refills_nothing(deal, publish, ledger):
    deal.spend("f1")
    publish(version="1.1.0", total=80_000_000)

    assert ledger.product_balance(deal.product.id) == State(40_000_000, UNIT)


def test_lower_contract_binds_at_once(deal, publish):
    deal.spend("f1")
    lower = publish(version="1.1.0", consumer=UNIT, total=UNIT)

    with pytest.raises(BudgetExhaustedError):
        deal.world.spend("f2", deal.grant, lower)


def test_raising_takes_a_decision(deal, ledger):
    ledger.raise_total(deal.product.id, 50_000_000, "provider", deal.world.now)

    assert ledger.product_balance(deal.product.id) == State(50_000_000, 0)
    assert deal.world.catalog.log.entry(3)["kind"] == "grant"


@pytest.mark.parametrize("total", [40_000_000, 1, -1])
def test_raising_only_raises(deal, ledger, total):
    with pytest.raises(ConflictError, match="expected more than 40000000"):
        ledger.raise_total(deal.product.id, total, "provider", deal.world.now)


def test_unpublished_product_has_no_budget(ledger):
    with pytest.raises(NotFoundError):
        ledger.product_balance("beanr.nothing")


def test_revocation_beats_permit(deal):
    deal.world.catalog.grants.revoke(deal.grant.id, Decision("bo", "", deal.world.now))

    with pytest.raises(AccessDeniedError, match="not in force"):
        deal.spend("f1")


def test_expiry_beats_permit(deal):
    deal.world.now += timedelta(days=91)

    with pytest.raises(AccessDeniedError, match="not in force"):
        deal.spend("f1")


@pytest.mark.parametrize("made_up", [True, False])
def test_spend_without_grant_is_refused(deal, ledger, made_up):
    grants = [replace(deal.grant, id="grant_x")] if made_up else []

    with pytest.raises(AccessDeniedError):
        ledger.spend("f1", [deal.product], grants, PrivacyLoss(UNIT))


def test_last_unit_has_one_winner(world):
    published, grant = world.publish(), world.grant(epsilon=UNIT)

    def race(number):
        try:
            world.spend(f"f{number}", grant, published)
        except BudgetExhaustedError:
            return 0
        return 1

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(race, range(32))) == 1
    assert world.catalog.ledger.balance(grant).epsilon_left == 0


def test_two_servers_share_one_budget(world):
    published, grant = world.publish(), world.grant(queries=7)
    ledgers = [world.catalog.ledger, world.open().ledger]

    def race(number):
        try:
            ledgers[number % 2].spend(f"f{number}", [published], [grant], PrivacyLoss(0))
        except BudgetExhaustedError:
            return 0
        return 1

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(race, range(24))) == 7
    assert world.catalog.log.verify() == 10


def test_racing_same_spend_counts_once(deal, ledger):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: deal.spend("f1"), range(16)))

    assert ledger.balance(deal.grant).queries_left == 199


CRASH = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from catalog import Catalog, Database, Keys
from clean_room.accounting import PrivacyLoss

folder, grant = Path(sys.argv[1]), sys.argv[2]
now = lambda: datetime(2026, 11, 25, 11, tzinfo=UTC)
catalog = Catalog(
    Database(f"sqlite:///{folder}/catalog.db"), Keys.open(folder / "keys", "entrepot.example"), now
)
products = catalog.products.resolve(["beanr.container_moves"])
held = [catalog.grants.get(grant).grant]
catalog.ledger.spend("f1", products, held, PrivacyLoss(500_000))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_crash_refunds_nothing(deal):
    deal.world.close()
    ended = subprocess.run(
        [sys.executable, "-c", CRASH, str(deal.world.folder), deal.grant.id], check=False
    )
    catalog = deal.world.open()

    assert ended.returncode == -signal.SIGKILL
    assert catalog.ledger.balance(deal.grant).epsilon_left == 3_500_000
    assert catalog.releases.find("f1") is None


HALF = CRASH.replace(
    "catalog.ledger.spend(",
    """
catalog.ledger._log.append = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
catalog.ledger.spend(""",
)


def test_crash_within_spend_takes_nothing(deal):
    deal.world.close()
    arguments = [sys.executable, "-c", HALF, str(deal.world.folder), deal.grant.id]
    ended = subprocess.run(arguments, check=False)
    catalog = deal.world.open()

    assert ended.returncode == -signal.SIGKILL
    assert catalog.ledger.balance(deal.grant).epsilon_left == 4_000_000


KILLED = (
    CRASH.partition("catalog.ledger.spend(")[0]
    + """
for number in range(10_000):
    catalog.ledger.spend(f"f{number}", products, held, PrivacyLoss(1))
    print(f"f{number}", flush=True)
"""
)


@pytest.mark.parametrize("acknowledged", [1, 7, 23])
def test_killed_server_forgets_no_spend(world, acknowledged):
    world.publish()
    grant = world.grant(queries=10_000)
    world.close()
    arguments = [sys.executable, "-c", KILLED, str(world.folder), grant.id]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        told = {server.stdout.readline().strip() for _ in range(acknowledged)}
        server.kill()
        told |= set(server.stdout.read().split())
    catalog = world.open()

    assert told <= {name for (name,) in world.execute("SELECT DISTINCT name FROM spends")}
    assert sums(world)[0] == sums(world)[1]
    assert catalog.log.verify() == 3 + 10_000 - catalog.ledger.balance(grant).queries_left


def test_restart_keeps_budgets(deal):
    deal.spend("f1")
    deal.world.close()

    assert deal.world.open().ledger.balance(deal.grant).queries_left == 199


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3_000_000)), max_size=12))
def test_accounts_equal_their_spends(deal, asked):
    for name, epsilon in asked:
        try:
            deal.spend(f"f{name}", epsilon=epsilon)
        except (BudgetExhaustedError, ConflictError):
            continue
    kept, told = sums(deal.world)

    assert kept == told
