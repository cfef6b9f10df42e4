"""Log entries and their openings."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from catalog.entries import Kind, Opening, commitment
from catalog.tables import stamp
from data_products.errors import IntegrityError

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
FACTS = {"consumer": "statistics-office", "cost": {"epsilon": 500_000, "queries": 1}}


def test_commitment_is_salted_hash():
    expected = hashlib.sha256(bytes.fromhex("ab" * 16) + b'{"a":1,"b":"x"}').hexdigest()

    assert commitment("ab" * 16, {"b": "x", "a": 1}) == expected


def test_entry_has_no_values():
    entry = Opening.of(FACTS).entry(Kind.SPEND, NOW)

    assert entry.keys() == {"kind", "at", "commitments"}
    assert "statistics-office" not in str(entry)


def test_entry_says_what_and_when():
    entry = Opening.of(FACTS).entry(Kind.SPEND, NOW)

    assert (entry["kind"], entry["at"]) == ("spend", "2026-11-25T10:00:00.000000Z")


def test_same_facts_have_other_commitments():
    assert Opening.of(FACTS).commitments != Opening.of(FACTS).commitments


def test_opening_fits_its_entry():
    opening = Opening.of(FACTS)

    opening.require(opening.entry(Kind.SPEND, NOW))


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({**FACTS, "consumer": "insurer"}, "consumer"),
        ({**FACTS, "cost": {"epsilon": 1, "queries": 1}}, "cost"),
        ({"consumer": "insurer", "cost": 0}, "consumer, cost"),
    ],
)
def test_changed_field_is_named(facts, named):
    opening = Opening.of(FACTS)

    with pytest.raises(IntegrityError, match=f"recorded as {named} has"):
        replace(opening, statement=facts).require(opening.entry(Kind.SPEND, NOW))


def test_added_field_is_named():
    opening = Opening.of(FACTS)
    more = Opening({**FACTS, "x": 1}, {**opening.salts, "x": "00" * 16})

    with pytest.raises(IntegrityError, match="recorded as x has"):
        more.require(opening.entry(Kind.SPEND, NOW))


def test_removed_field_is_named():
    opening = Opening.of(FACTS)
    less = Opening({"cost": FACTS["cost"]}, {"cost": opening.salts["cost"]})

    with pytest.raises(IntegrityError, match="recorded as consumer has"):
        less.require(opening.entry(Kind.SPEND, NOW))


def test_entry_without_commitments_is_refused():
    with pytest.raises(IntegrityError, match="consumer, cost"):
        Opening.of(FACTS).require({"commitments": None})


@pytest.mark.parametrize("salts", [{}, {"consumer": "00" * 16}, {"consumer": "x", "cost": "y"}])
def test_missing_salts_are_refused(salts):
    with pytest.raises(IntegrityError, match="expected one a field"):
        Opening(FACTS, salts)


@pytest.mark.parametrize(
    "at", [NOW, NOW.astimezone(timezone(timedelta(hours=9))), NOW.astimezone(timezone.min)]
)
def test_stamp_is_always_utc(at):
    assert stamp(at) == "2026-11-25T10:00:00.000000Z"
