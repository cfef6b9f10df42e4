"""Checkpoints: one root to a size for ever, whatever becomes of the database."""

import shutil
from dataclasses import replace

import pytest

from catalog.entries import SIGNED_AS, Kind, Opening
from catalog.notes import Signer
from catalog.tree import Leaf, grow, size_of
from data_products.digest import canonical
from data_products.errors import (
    AccessDeniedError,
    ConfigurationError,
    IntegrityError,
)
from data_products.purpose import Purpose
from data_products.query import Query


@pytest.fixture
def memory(world):
    """Where the last checkpoint is remembered."""
    return world.folder / "keys" / "log.checkpoint"


def backup(world, name):
    """Copies the database as an operator would, the server being down."""
    world.close()
    world.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(world.folder / "catalog.db", world.folder / name)


def restore(world, name):
    """Puts the copy back."""
    backup(world, "latest.db")
    for left in world.folder.glob("catalog.db-*"):
        left.unlink()
    shutil.copy(world.folder / name, world.folder / "catalog.db")


def forge(world, signer):
    """Adds an entry from outside, signed by whoever it is."""
    text = canonical(Opening.of({"release": "forged"}).entry(Kind.RELEASE, world.now)).decode()
    with world.database.write() as connection:
        signature = signer.sign(SIGNED_AS + text.encode())
        grow(connection, Leaf(size_of(connection), text, signature))


def append(world, refusal):
    """Adds an entry of our own, and signs nothing."""
    with world.database.write() as connection:
        world.catalog.log.append(connection, Kind.REFUSAL, {"id": refusal}, world.now)


def test_old_backup_is_refused_at_start(deal):
    backup(deal.world, "old.db")
    deal.answer()
    restore(deal.world, "old.db")

    with pytest.raises(IntegrityError, match="has 3 entries, but a checkpoint over 5"):
        deal.world.open()


def test_latest_backup_is_accepted(deal):
    deal.answer()
    deal.world.catalog.log.checkpoint()
    backup(deal.world, "new.db")
    restore(deal.world, "new.db")

    assert deal.world.open().log.verify() == 5


def test_fork_of_old_backup_is_refused(deal):
    world = deal.world
    backup(world, "old.db")
    deal.answer("f1")
    restore(world, "old.db")
    for number in range(3):
        append(world, f"refusal_{number}")

    with pytest.raises(IntegrityError, match="the tree of 6 does not begin with the tree of 5"):
        world.catalog.log.checkpoint()


def test_refused_log_gets_no_signature(deal, memory):
    deal.answer()
    before = memory.read_bytes()
    forge(deal.world, Signer("entrepot.example/room", bytes(32)))
    with pytest.raises(IntegrityError, match="the signature is not by"):
        deal.world.catalog.log.checkpoint()

    assert memory.read_bytes() == before


@pytest.fixture
def unsigned(deal):
    """A world whose last entry is under no checkpoint: its server died before it was signed."""
    world = deal.world
    append(world, "refusal_1")
    return world


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_nodes SET hash = zeroblob(32) WHERE position = 3",
        "UPDATE log_entries SET entry = '{}' WHERE position = 3",
    ],
)
def test_altered_entry_is_not_signed(unsigned, statement):
    unsigned.tamper(statement)

    with pytest.raises(IntegrityError):
        unsigned.catalog.log.checkpoint()


def test_entry_left_unsigned_is_signed_later(unsigned, memory):
    unsigned.open()

    assert memory.read_text().splitlines()[1] == "4"


STEPS = {
    "spend": lambda deal: deal.spend("f1"),
    "release": lambda deal: deal.answer("f1"),
    "withhold": lambda deal: deal.withhold(),
    "request": lambda deal: deal.world.wish(),
    "grant": lambda deal: deal.world.grant(consumer="insurer"),
    "revoke": lambda deal: deal.revoke(),
    "publish": lambda deal: deal.world.publish(
        replace(deal.product, contract=replace(deal.product.contract, version="1.1.0"))
    ),
    "raise": lambda deal: deal.world.catalog.ledger.raise_total(
        deal.product.id, 50_000_000, "provider", deal.world.now
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_copy_from_before_is_refused(deal, step):
    backup(deal.world, "old.db")
    deal.world.open()
    STEPS[step](deal)
    restore(deal.world, "old.db")

    with pytest.raises(IntegrityError, match="has 3 entries, but a checkpoint over"):
        deal.world.open()


def test_copy_from_before_refusal_is_refused(deal):
    backup(deal.world, "old.db")
    query = Query("statistics-office", Purpose("ent:TradeStatistics"), "SELECT 1")
    with (
        pytest.raises(AccessDeniedError),
        deal.world.open().noting_refusal(query, deal.world.now),
    ):
        raise AccessDeniedError("no grant")
    restore(deal.world, "old.db")

    with pytest.raises(IntegrityError, match="has 3 entries, but a checkpoint over 4"):
        deal.world.open()


def test_spend_on_altered_log_is_refused(deal, memory):
    before = memory.read_bytes()
    forge(deal.world, Signer("entrepot.example/room", bytes(32)))

    with pytest.raises(IntegrityError, match="the signature is not by"):
        deal.spend("f1")
    assert memory.read_bytes() == before


def test_rewritten_log_is_refused(deal):
    world = deal.world
    world.catalog.log.checkpoint()
    world.tamper("DELETE FROM openings WHERE position >= 0")
    for statement in ("DELETE FROM log_nodes WHERE 1", "DELETE FROM log_entries WHERE 1"):
        world.tamper(statement)
    for _ in range(5):
        forge(world, Signer("entrepot.example/room", (world.folder / "keys/room.key").read_bytes()))

    with pytest.raises(IntegrityError, match="the tree of 5 does not begin with the tree of 3"):
        world.catalog.log.verify()


def test_lost_memory_checks_every_entry(deal, memory):
    deal.answer()
    expected = deal.world.catalog.log.checkpoint()
    memory.unlink()

    assert deal.world.catalog.log.checkpoint() == expected


@pytest.mark.parametrize("content", [b"", b"nonsense", b"text\n\nx\n", b"\xff\xfe"])
def test_damaged_memory_is_refused(world, memory, content):
    memory.write_bytes(content)

    with pytest.raises(IntegrityError):
        world.catalog.log.checkpoint()


def test_memory_by_others_is_refused(world, memory):
    other = Signer("entrepot.example/log", bytes(32))
    memory.write_text(other.note(memory.read_text().partition("\n\n")[0] + "\n"))

    with pytest.raises(IntegrityError, match="bears no signature"):
        world.catalog.log.checkpoint()


def test_open_memory_is_refused(world, memory):
    memory.chmod(0o644)

    with pytest.raises(ConfigurationError, match="0644"):
        world.catalog.log.checkpoint()
