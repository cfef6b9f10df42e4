"""Requests and grants between rows and values."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.access_records import GrantRecord, grant_facts, request_facts
from data_products.purpose import Purpose
from policies.access import AccessRequest, Grant

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
DAY = timedelta(days=1)
STATISTICS = Purpose("ent:TradeStatistics")
GRANT = Grant("g", "statistics-office", "beanr.moves", STATISTICS, NOW + 90 * DAY, 1, 2, 3, "bo")


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (NOW - timedelta(microseconds=1), False),
        (NOW, True),
        (NOW + 9 * DAY, True),
        (NOW + 10 * DAY, False),
        (NOW + 11 * DAY, False),
        (NOW + 90 * DAY, False),
    ],
)
def test_revoked_grant_held_until_then(at, holds):
    assert GrantRecord(GRANT, NOW, NOW + 10 * DAY).in_force(at) is holds


@pytest.mark.parametrize(
    ("at", "holds"), [(NOW + 90 * DAY - timedelta(microseconds=1), True), (NOW + 90 * DAY, False)]
)
def test_grant_ends_with_its_last_instant(at, holds):
    assert GrantRecord(GRANT, NOW, None).in_force(at) is holds


def test_request_facts_name_the_owner():
    asked = AccessRequest("r", "statistics-office", "beanr.moves", STATISTICS, "why", "ann")

    assert request_facts(asked) == {
        "id": "r",
        "consumer": "statistics-office",
        "product": "beanr.moves",
        "owner": "beanr",
        "purpose": "ent:TradeStatistics",
        "reason": "why",
        "requested_by": "ann",
        "state": "requested",
    }


def test_grant_facts_have_every_limit():
    facts = grant_facts(GRANT, "r")

    assert (facts["epsilon"], facts["max_queries"], facts["min_units"]) == (1, 2, 3)
    assert (facts["request"], facts["owner"], facts["approved_by"]) == ("r", "beanr", "bo")
