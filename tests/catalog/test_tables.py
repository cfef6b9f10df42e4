"""The tables: what the database itself refuses, whatever the code above it does."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from catalog.releases import RequestKey
from catalog.tables import budgets, grants, log_entries, metadata, openings, stamp
from data_products.errors import ExecutionError, RequestError

RECORDED = [
    "idempotency",
    "log_entries",
    "log_nodes",
    "products",
    "receipts",
    "releases",
    "signers",
    "spends",
    "withheld",
]


@pytest.fixture
def full(deal):
    """A world with a row in every table."""
    world = deal.world
    world.catalog.releases.remember(RequestKey("c", "k", "q"), deal.answer())
    deal.withhold("f9")
    return world


def attempt(world, statement):
    """Executes the statement as our own code would."""
    with world.database.write() as connection:
        return connection.execute(statement).rowcount


def refusal(world, statement):
    """What the database says against the statement."""
    with pytest.raises(ExecutionError) as caught:
        attempt(world, statement)
    return str(caught.value.__cause__)


def test_time_without_zone_is_refused():
    with pytest.raises(RequestError, match="without a zone"):
        stamp(datetime.fromisoformat("2026-11-25T10:00:00"))


@pytest.mark.parametrize("table", [*RECORDED, "access_requests", "budgets", "grants"])
def test_recorded_row_is_never_deleted(full, table):
    said = refusal(full, sa.delete(metadata.tables[table]))

    assert "a recorded row is never deleted" in said


@pytest.mark.parametrize("table", RECORDED)
def test_recorded_row_is_never_changed(full, table):
    column = next(iter(metadata.tables[table].columns))
    said = refusal(full, sa.update(metadata.tables[table]).values({column: column}))

    assert "a recorded row is never changed" in said


def test_replacing_counts_as_deleting(full):
    forged = sa.insert(log_entries).prefix_with("OR REPLACE")
    said = refusal(full, forged.values(position=0, entry="forged", signature=b""))

    assert "a recorded row is never deleted" in said


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("spent", budgets.c.spent - 1, "what is spent stays spent"),
        ("spent", -1, "what is spent stays spent"),
        ("spent", budgets.c.total + 1, "ck_budgets_not_overdrawn"),
        ("total", 0, "ck_budgets_not_overdrawn"),
        ("total", sa.literal_column("'all of it'"), "cannot store TEXT value in INTEGER column"),
    ],
)
def test_account_cannot_be_falsified(full, column, value, rule):
    spent = sa.update(budgets).where(budgets.c.spent > 0)

    assert rule in refusal(full, spent.values({column: value}))


def test_negative_account_cannot_be_opened(full):
    opened = sa.insert(budgets).values(scope="grant:x", kind="epsilon", total=0, spent=-1)

    assert "ck_budgets_not_negative" in refusal(full, opened)


def test_revocation_is_never_undone(full):
    attempt(full, sa.update(grants).values(revoked_at=full.now))

    said = refusal(full, sa.update(grants).values(revoked_at=None))
    assert "a revoked grant stays revoked" in said


def test_facts_can_be_erased(full):
    assert attempt(full, sa.delete(openings).where(openings.c.position == 0)) == 1
    assert full.catalog.log.verify() == 7
    assert full.catalog.log.erased() == (0,)
