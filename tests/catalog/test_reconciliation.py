"""An intruder at the tables: what was spent, granted, published and answered is in the log, too."""

from datetime import timedelta

import pytest

from catalog.access_records import Decision
from data_products.errors import IntegrityError

EARLIER = "'2026-11-25T09:00:00.000000Z'"


@pytest.fixture
def busy(deal):
    """A world with something in every table, each step a minute after the one before."""
    world = deal.world

    def step(work):
        world.now += timedelta(minutes=1)
        return work()

    step(lambda: deal.answer("f1"))
    step(lambda: deal.withhold("f2"))
    step(lambda: deal.spend("f3"))
    asked = step(lambda: world.wish(consumer="insurer"))
    step(lambda: world.catalog.grants.refuse(asked.id, Decision("steward", "no", world.now)))
    step(lambda: world.grant(consumer="insurer"))
    step(deal.revoke)
    step(lambda: world.wish(consumer="forwarder"))
    step(
        lambda: world.catalog.ledger.raise_total(deal.product.id, 50_000_000, "port", world.now),
    )
    return world


def test_sound_tables_are_accepted(busy):
    assert busy.open().log.verify() == 15
    assert busy.catalog.log.erased() == ()


ALTERED = {
    "UPDATE budgets SET spent = 0": "budgets consumer:statistics-office.*: found another sum spent",
    "UPDATE budgets SET spent = spent - 1 WHERE scope LIKE 'product:%'": "budgets product:beanr",
    "UPDATE budgets SET total = 90000000": "found another total",
    "UPDATE budgets SET total = total + 1 WHERE kind = 'queries'": "budgets grant:.*, queries",
    "UPDATE spends SET amount = 0": "spends f1, .*: found another amount",
    "UPDATE spends SET name = 'f4' WHERE name = 'f1'": "spends f1, .*: the row is missing",
    f"UPDATE spends SET spent_at = {EARLIER}": "spends f1, .*: found another spent_at",
    "UPDATE grants SET expires_at = '2099-01-01T00:00:00.000000Z'": "grants .* another expires_at",
    "UPDATE grants SET expires_at = 'never'": "grants grant_.*: found another expires_at",
    "UPDATE grants SET consumer = 'shipping-line'": "found another consumer",
    "UPDATE grants SET product = 'beanr.other'": "found another product",
    "UPDATE grants SET purpose = 'dpv:Marketing'": "found another purpose",
    "UPDATE grants SET epsilon = 9, max_queries = 9": "found another epsilon, max_queries",
    "UPDATE grants SET min_units = 1": "found another min_units",
    "UPDATE grants SET revoked_at = NULL": "grants grant_.*: found another revoked_at",
    f"UPDATE grants SET granted_at = {EARLIER}": "found another granted_at",
    "UPDATE access_requests SET requested_by = 'x'": "access_requests request_.* requested_by",
    "UPDATE access_requests SET state = 'requested'": "found another state",
    "UPDATE products SET location = 'delta:customs'": "products beanr.*, 1.0.0: found .* location",
    "UPDATE products SET status = 'retired'": "found another status",
    "UPDATE releases SET consumer = 'insurer'": "releases release_.*: found another consumer",
    "UPDATE releases SET fingerprint = 'f4'": "releases release_.*: found another fingerprint",
    "UPDATE withheld SET fingerprint = 'f4'": "withheld f2: the row is missing",
    "UPDATE withheld SET message = 'other'": "withheld f2: found another outcome",
}


@pytest.mark.parametrize(("statement", "said"), ALTERED.items())
def test_altered_table_is_refused_at_start(busy, statement, said):
    busy.tamper(statement)

    with pytest.raises(IntegrityError, match=said) as caught:
        busy.open()
    assert "other means than the hub" in caught.value.hint


@pytest.mark.parametrize(
    "table", ["products", "access_requests", "grants", "budgets", "spends", "releases", "withheld"]
)
def test_deleted_row_is_missed(busy, table):
    busy.tamper(f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})")

    with pytest.raises(IntegrityError, match=f"{table} .*: the row is missing"):
        busy.catalog.log.verify()


COPIED = {
    "grants": "UPDATE copy SET id = 'grant_x', request = 'request_x'",
    "access_requests": "UPDATE copy SET id = 'request_x'",
    "products": "UPDATE copy SET serial = 9, version = '9.0.0'",
    "spends": "UPDATE copy SET name = 'f9'",
    "releases": "UPDATE copy SET id = 'release_x', fingerprint = 'f2'",
    "withheld": "UPDATE copy SET fingerprint = 'f9'",
}


@pytest.mark.parametrize("table", COPIED)
def test_row_from_nowhere_is_refused(busy, table):
    busy.execute(f"CREATE TABLE copy AS SELECT * FROM {table} LIMIT 1")
    busy.execute(COPIED[table])
    busy.execute(f"INSERT INTO {table} SELECT * FROM copy")

    with pytest.raises(IntegrityError, match=f"{table} .*: no entry of the log made the row"):
        busy.catalog.log.verify()


def test_account_from_nowhere_is_refused(busy):
    busy.execute("INSERT INTO budgets VALUES ('grant:x', 'epsilon', 5, 0)")

    with pytest.raises(IntegrityError, match="budgets grant:x, epsilon: found another total"):
        busy.catalog.log.verify()


def test_message_tells_no_value(busy):
    busy.tamper("UPDATE grants SET approved_by = 'a secret'")

    with pytest.raises(IntegrityError) as caught:
        busy.catalog.log.verify()
    assert "secret" not in f"{caught.value}{caught.value.hint}"


def test_refund_with_its_spends_is_found(busy):
    busy.tamper("DELETE FROM spends WHERE name = 'f3'")
    busy.tamper(
        "UPDATE budgets SET spent ="
        " (SELECT coalesce(sum(amount), 0) FROM spends s"
        " WHERE s.scope = budgets.scope AND s.kind = budgets.kind)"
    )

    with pytest.raises(IntegrityError, match=r"spends f3, .*: the row is missing"):
        busy.catalog.log.verify()


# Erased facts.


@pytest.mark.parametrize("index", range(15))
def test_erased_facts_are_a_gap(busy, index):
    busy.execute("DELETE FROM openings WHERE position = :at", at=index)

    assert busy.open().log.verify() == 15
    assert busy.catalog.log.erased() == (index,)


def test_log_without_facts_is_a_gap(busy):
    busy.execute("DELETE FROM openings")

    assert busy.open().log.verify() == 15
    assert busy.catalog.log.erased() == tuple(range(15))


@pytest.mark.parametrize(
    ("kind", "statement", "said"),
    [
        ("spend", "UPDATE budgets SET spent = 0", "found another sum spent"),
        ("spend", "DELETE FROM spends WHERE name = 'f3'", "found no row in spends of this spend"),
        ("spend", f"UPDATE spends SET spent_at = {EARLIER}", "no entry of the log made the row"),
        ("revoke", "UPDATE grants SET revoked_at = NULL", "no row in grants of this revoke"),
        ("revoke", f"UPDATE grants SET revoked_at = {EARLIER}", "found another revoked_at"),
        ("revoke", "UPDATE grants SET purpose = 'x'", "found another purpose"),
        ("grant", f"UPDATE grants SET granted_at = {EARLIER}", "no entry of the log made the row"),
        ("grant", "UPDATE grants SET epsilon = 9000000", "budgets grant:.*another total"),
        ("publish", f"UPDATE products SET published_at = {EARLIER}", "no entry of the log made"),
        ("request", f"UPDATE access_requests SET requested_at = {EARLIER}", "no entry of the log"),
        ("release", "UPDATE grants SET min_units = 1", "found another min_units"),
    ],
)
def test_row_must_fit_its_erased_entry(busy, kind, statement, said):
    busy.execute(
        "DELETE FROM openings WHERE position IN (SELECT position FROM log_entries"
        " WHERE json_extract(entry, '$.kind') = :kind)",
        kind=kind,
    )
    busy.tamper(statement)

    with pytest.raises(IntegrityError, match=said):
        busy.catalog.log.verify()
