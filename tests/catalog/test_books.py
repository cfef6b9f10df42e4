"""What the tables must say, by the facts in the log."""

import pytest

from catalog.books import POSTINGS, Books
from catalog.entries import Kind
from data_products.errors import IntegrityError

LEARNS = ("consumer:statistics-office:beanr.container_moves", "epsilon")
REVEALS = ("product:beanr.container_moves", "epsilon")


@pytest.fixture
def keep(deal):
    """Reads the books of the deal's world."""

    def read():
        with deal.world.database.read() as connection:
            return Books.kept(connection)

    return read


def test_every_kind_but_refusals_is_posted():
    assert POSTINGS.keys() == set(Kind) - {Kind.REFUSAL}


def test_spend_is_a_row_an_account(deal, keep):
    deal.spend("f1")

    assert {key[1:] for key in keep().rows["spends"]} == {
        LEARNS,
        REVEALS,
        (f"grant:{deal.grant.id}", "epsilon"),
        (f"grant:{deal.grant.id}", "queries"),
    }


def test_totals_are_what_was_decided(deal, keep):
    deal.world.catalog.ledger.raise_total(REVEALS[0][8:], 50_000_000, "provider", deal.world.now)

    assert keep().totals == {LEARNS: 4_000_000, REVEALS: 50_000_000}


def test_later_version_opens_nothing(keep, publish):
    publish(version="1.1.0", consumer=6_000_000, total=80_000_000)

    assert keep().totals == {LEARNS: 4_000_000, REVEALS: 40_000_000}


def test_later_grant_lets_learn_more(deal, publish, keep):
    publish(version="1.1.0", consumer=6_000_000)
    deal.world.grant()

    assert keep().totals[LEARNS] == 6_000_000


def test_revocation_is_posted(deal, keep):
    deal.revoke()

    revoked = keep().rows["grants"][deal.grant.id,]["revoked_at"]
    assert revoked == "2026-11-25T10:00:00.000000Z"


def test_erased_entry_says_kind_and_time(deal, keep):
    deal.world.execute("DELETE FROM openings WHERE position = 2")

    assert keep().erased == {Kind.GRANT: {"2026-11-25T10:00:00.000000Z": 2}}


def test_facts_of_other_release_are_refused(deal, keep):
    with deal.world.database.write() as connection:
        deal.world.catalog.log.append(connection, Kind.SPEND, {"spend": "f1"}, deal.world.now)

    with pytest.raises(IntegrityError, match="log entry 3: found a spend without 'accounts'"):
        keep()
