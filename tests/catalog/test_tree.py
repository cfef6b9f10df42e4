"""The log's tables as a Merkle tree."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import merkle
from catalog.notes import Signer
from catalog.tree import Leaf, grow, leaves, nodes_of, opening_at, size_of
from data_products.errors import IntegrityError

ROOM = Signer("entrepot.example/room", bytes(32))


def leaf(position, signer=ROOM):
    """A leaf that the signer made."""
    text = f'{{"n":{position}}}'
    return Leaf(position, text, signer.sign(b"entrepot-receipt/1\n" + text.encode()))


@pytest.fixture
def connection(world):
    """A writer on an empty log, whose work is thrown away."""
    with world.database.write() as writer:
        yield writer
        writer.rollback()


def test_leaf_hash_is_of_its_bytes():
    assert leaf(3).hash == merkle.leaf_hash(b'{"n":3}')


def test_leaf_by_another_room_is_refused():
    with pytest.raises(IntegrityError, match="not by entrepot"):
        leaf(3, Signer(ROOM.name, b"x" * 32)).require_signed(ROOM.verifier)


def test_empty_log_has_no_size(connection):
    assert size_of(connection) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(size=st.integers(1, 70))
def test_stored_tree_equals_pure_one(connection, size):
    made = [leaf(position) for position in range(size)]
    with connection.begin_nested() as trial:
        for each in made:
            grow(connection, each)
        found = merkle.root(nodes_of(connection), size), list(leaves(connection, 0, size))
        trial.rollback()

    assert found == (pure_root([each.hash for each in made]), made)


def pure_root(hashes):
    """The root by the RFC's recursion, over leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    middle = merkle.split(len(hashes))
    return merkle.node_hash(pure_root(hashes[:middle]), pure_root(hashes[middle:]))


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(0, 5, 5), (2, 4, 2), (4, 9, 1), (3, 3, 0), (7, 9, 0)]
)
def test_leaves_are_cut_half_open(connection, start, end, expected):
    for position in range(5):
        grow(connection, leaf(position))

    assert len(list(leaves(connection, start, end))) == expected


def test_missing_subtree_is_named(connection):
    grow(connection, leaf(0))

    with pytest.raises(IntegrityError, match="lacks the subtree above entry 4"):
        nodes_of(connection)(2, 1)


def test_entry_without_facts_has_no_opening(connection):
    grow(connection, leaf(0))

    assert opening_at(connection, 0) is None
