"""The transparency log: growth, proofs and checkpoints over real tables."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from catalog import merkle
from catalog.entries import Kind
from catalog.notes import Checkpoint, Verifier
from catalog.tables import log_entries, log_nodes
from catalog.tree import nodes_of
from data_products.digest import canonical
from data_products.errors import ConfigurationError, NotFoundError

LARGE = 100_000


@pytest.fixture
def log(world):
    """A log of thirteen entries."""
    append(world, 13)
    return world.catalog.log


def append(world, count, **facts):
    """Adds entries, each in a transaction of its own."""
    for number in range(count):
        with world.database.write() as connection:
            world.catalog.log.append(connection, Kind.REFUSAL, {"n": number, **facts}, world.now)


def head(log):
    """The checkpoint as an outsider reads it."""
    return Checkpoint.open(log.checkpoint(), Verifier.parse(log.vkeys["log"]))


def data(log, index):
    """The entry's bytes as an outsider makes them."""
    return canonical(log.entry(index))


def test_entry_is_found_again(log):
    assert log.entry(5)["kind"] == "refusal"


@pytest.mark.parametrize("index", [-1, 13, 2**70])
def test_missing_entry_is_not_found(log, index):
    with pytest.raises(NotFoundError):
        log.entry(index)


def test_empty_log_has_checkpoint(world):
    assert head(world.catalog.log) == Checkpoint("entrepot.example/log", 0, merkle.EMPTY_ROOT)


def test_checkpoint_covers_all_entries(log):
    leaves = [merkle.leaf_hash(data(log, index)) for index in range(13)]
    left, right = leaves[:8], leaves[8:12]
    for side in (left, right):
        while len(side) > 1:
            side[:] = [merkle.node_hash(*side[i : i + 2]) for i in range(0, len(side), 2)]
    expected = merkle.node_hash(left[0], merkle.node_hash(right[0], leaves[12]))

    assert head(log) == Checkpoint("entrepot.example/log", 13, expected)


def test_every_entry_is_proven(log):
    root = head(log).root
    for index in range(13):
        path = log.inclusion_proof(index, 13)

        merkle.verify_inclusion(data(log, index), index, 13, path, root)


def test_growth_is_proven(world, log):
    before = head(log)
    append(world, 8)
    after = head(log)
    proof = log.consistency_proof(before.size, after.size)

    merkle.verify_consistency((before.size, before.root), (after.size, after.root), proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 14), (0, 0), (2**70, 2**71)])
def test_impossible_inclusion_is_not_found(log, index, size):
    with pytest.raises(NotFoundError):
        log.inclusion_proof(index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5), (5, 14)])
def test_impossible_growth_is_not_found(log, old, new):
    with pytest.raises(NotFoundError):
        log.consistency_proof(old, new)


def test_entry_goes_with_its_transaction(world, log):
    with pytest.raises(ZeroDivisionError), world.database.write() as connection:
        log.append(connection, Kind.SPEND, {"n": 1 / 0}, world.now)

    assert head(log).size == 13


def test_uncommitted_entry_is_under_no_checkpoint(world, log):
    with world.database.write() as connection:
        log.append(connection, Kind.SPEND, {"n": 1}, world.now)
        connection.rollback()

    assert head(log).size == 13


def test_checkpoint_is_signed_once(log):
    assert log.checkpoint() == log.checkpoint()


def test_restart_keeps_log(world, log):
    before = log.checkpoint()

    assert world.open().log.checkpoint() == before


def test_racing_checkpoints_agree(world, log):
    def work():
        append(world, 3)
        return log.checkpoint()

    with ThreadPoolExecutor(12) as pool:
        notes = list(pool.map(lambda _: work(), range(12)))
    heads = {Checkpoint.open(note, Verifier.parse(log.vkeys["log"])) for note in notes}

    assert len({found.size for found in heads}) == len(heads)


def test_other_keys_are_refused(world):
    for name in ("log.key", "room.key", "log.checkpoint"):
        (world.folder / "keys" / name).unlink()

    with pytest.raises(ConfigurationError, match="other keys"):
        world.open()


def fill(connection, size):
    """Puts a log of that size in place at once."""
    nodes, edge = [], {}
    for index in range(size):
        fresh = list(merkle.completed(lambda level, _: edge[level], index, bytes(32)))
        edge.update({level: hashed for level, _, hashed in fresh})
        nodes += [{"level": a, "position": b, "hash": c} for a, b, c in fresh]
    entries = [{"position": i, "entry": "{}", "signature": b""} for i in range(size)]
    connection.execute(sa.insert(log_nodes), nodes)
    connection.execute(sa.insert(log_entries), entries)


def steps(connection, work):
    """How many instructions SQLite's machine executes for the work."""
    counted = []
    driver = connection.connection.driver_connection
    driver.set_progress_handler(lambda: counted.append(1), 1)
    work()
    driver.set_progress_handler(None, 1)
    return len(counted)


def test_large_log_is_cheap(world):
    log = world.catalog.log
    with world.database.write() as connection:
        fill(connection, LARGE - 1)
        nodes = nodes_of(connection)
        append = steps(connection, lambda: log.append(connection, Kind.SPEND, {}, world.now))
        path = steps(connection, lambda: merkle.inclusion_proof(nodes, 777, LARGE))

    assert append < 200 * LARGE.bit_length()
    assert path < 30 * LARGE.bit_length() ** 2
