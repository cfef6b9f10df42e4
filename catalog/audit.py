"""Whether the log is what it was: continued since the last checkpoint, and sound throughout."""

from collections.abc import Iterable

import sqlalchemy as sa

from catalog import merkle
from catalog.notes import Checkpoint, Verifier
from catalog.tree import Leaf, leaves, nodes_of, opening_at, size_of
from data_products.errors import EntrepotError, IntegrityError


def continued(connection: sa.Connection, last: Checkpoint, room: Verifier) -> Checkpoint:
    """The checkpoint of the log as it stands, once it is known to continue the last one.

    Every new leaf is checked to be the clean room's, and to be under the new root.

    Raises:
        IntegrityError: the log is shorter than it was, or another one.
    """
    # A shorter log is most often a backup put back; its budgets would be spent a second time.
    size, nodes = size_of(connection), nodes_of(connection)
    if size < last.size:
        raise IntegrityError(
            f"the log has {size} entries, but a checkpoint over {last.size} has been signed",
            hint="an older copy of the database was put back: budgets would be under-counted",
        )
    # Proven to ourselves as to an outsider, so that a hash altered in the tables is not signed.
    root = merkle.root(nodes, size)
    proof = merkle.consistency_proof(nodes, last.size, size)
    merkle.verify_consistency((last.size, last.root), (size, root), proof)
    for leaf in leaves(connection, last.size, size):
        leaf.require_signed(room)
        path = merkle.inclusion_proof(nodes, leaf.position, size)
        merkle.verify_inclusion(leaf.text.encode(), leaf.position, size, path, root)
    return Checkpoint(last.origin, size, root)


def verify(connection: sa.Connection, last: Checkpoint, room: Verifier) -> int:
    """Recomputes every leaf, subtree and commitment; how many entries were found sound.

    Raises:
        IntegrityError: the first entry that is not what was recorded, by its index.
    """
    # At each level, the last subtree that was completed: all that the next leaf is joined with.
    edge: dict[int, bytes] = {}
    stored = nodes_of(connection)
    size = size_of(connection)
    for position, leaf in enumerate(leaves(connection, 0, size)):
        try:
            _require_sound(connection, leaf, position, room)
            fresh = list(merkle.completed(lambda level, _: edge[level], position, leaf.hash))
            _require_stored(stored, fresh)
        except EntrepotError as error:
            raise IntegrityError(f"log entry {position}: {error}") from error
        edge.update((level, hashed) for level, _, hashed in fresh)
    # Last, because everything may have been rewritten consistently, but not under our signature.
    continued(connection, last, room)
    return size


def _require_sound(connection: sa.Connection, leaf: Leaf, position: int, room: Verifier) -> None:
    """Checks that the leaf is where it belongs, signed, and made of what lies beside the log.

    Raises:
        IntegrityError: it is not.
    """
    if leaf.position != position:
        raise IntegrityError(f"missing; the next that is there is {leaf.position}")
    leaf.require_signed(room)
    # Erased facts are no fault: the entry stands without them.
    opening = opening_at(connection, position)
    if opening is not None:
        opening.require(leaf.entry)


def _require_stored(stored: merkle.Nodes, fresh: Iterable[tuple[int, int, bytes]]) -> None:
    """Checks that the subtrees that a leaf completes are those on record.

    Raises:
        IntegrityError: one is not.
    """
    for level, position, hashed in fresh:
        if stored(level, position) != hashed:
            raise IntegrityError(f"the hash at level {level} above it has been changed")
