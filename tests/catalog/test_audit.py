"""An intruder at the database file: whatever is altered is found, with its index."""

import pytest

from data_products.errors import IntegrityError


@pytest.fixture
def audited(deal):
    """A world with seven entries, of which the last checkpoint covers all."""
    for fingerprint in ("f1", "f2"):
        deal.answer(fingerprint)
    deal.world.catalog.log.checkpoint()
    return deal.world


def test_sound_log_is_counted(audited):
    assert audited.catalog.log.verify() == 7


@pytest.mark.parametrize("index", range(7))
def test_altered_entry_is_found(audited, index):
    audited.tamper(
        "UPDATE log_entries SET entry = replace(entry, '2026', '2025') WHERE position = :at",
        at=index,
    )

    with pytest.raises(IntegrityError, match=f"log entry {index}: the signature"):
        audited.catalog.log.verify()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE log_entries SET signature = zeroblob(64) WHERE position = 3", "entry 3: the sig"),
        ("UPDATE log_entries SET entry = 'not JSON' WHERE position = 3", "entry 3: the sig"),
        (
            "UPDATE log_nodes SET hash = zeroblob(32) WHERE position = 2",
            "entry 2: the hash at level 0",
        ),
        (
            "UPDATE log_nodes SET hash = zeroblob(32) WHERE level = 1",
            "entry 1: the hash at level 1",
        ),
        ("UPDATE openings SET statement = 'x' WHERE position = 4", "entry 4: the statement is not"),
        ("UPDATE openings SET statement = '{}' WHERE position = 4", "entry 4: found salts"),
        ("UPDATE openings SET salts = '{}' WHERE position = 4", "entry 4: found salts"),
        (
            "UPDATE openings SET statement = replace(statement, 'statistics', 'x')",
            "entry 1: what was recorded as consumer has been changed",
        ),
        (
            "UPDATE openings SET statement = replace(statement, '500000', 'NaN')",
            "entry 3: found a text or number that JSON cannot carry",
        ),
    ],
)
def test_altered_row_is_found(audited, statement, said):
    audited.tamper(statement)

    with pytest.raises(IntegrityError, match=said):
        audited.catalog.log.verify()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "DELETE FROM log_entries WHERE position = 2",
            "entry 2: missing; the next that is there is 3",
        ),
        (
            "DELETE FROM log_entries WHERE position = 0",
            "entry 0: missing; the next that is there is 1",
        ),
        ("DELETE FROM log_entries WHERE position = 6", "has 6 entries, but a checkpoint over 7"),
        ("DELETE FROM log_entries WHERE 1", "has 0 entries, but a checkpoint over 7"),
        (
            "DELETE FROM log_nodes WHERE level = 1 AND position = 0",
            "lacks the subtree above entry 0",
        ),
        (
            "DELETE FROM log_nodes WHERE level = 0 AND position = 6",
            "lacks the subtree above entry 6",
        ),
    ],
)
def test_deleted_row_is_found(audited, statement, said):
    audited.tamper(statement)

    with pytest.raises(IntegrityError, match=said):
        audited.catalog.log.verify()
