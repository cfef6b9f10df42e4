"""The transparency log: what was decided and released, as leaves of a Merkle tree that only grows.

1. An entry is appended within the transaction of what it records: both are on disk, or neither.
2. The clean room's key signs it as it is made; an entry from elsewhere gets under no checkpoint.
3. A checkpoint covers only what is committed, and only if it continues the last one signed. One is
   signed after each writing, so that a copy of the database from before is known for what it is.
4. What an entry's commitments are made of lies beside the log and can be erased; the log cannot.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from catalog import audit, merkle, reconciliation
from catalog.checkpoints import Checkpoints
from catalog.database import Database
from catalog.entries import SIGNED_AS, Kind, Opening
from catalog.keys import Keys
from catalog.notes import Verifier
from catalog.tree import Leaf, erased, grow, keep_opening, leaves, nodes_of, size_of
from data_products.digest import Json, canonical
from data_products.errors import NotFoundError


class Log:
    """The log, as its one writer and every reader sees it.

    Raises:
        ConfigurationError: other keys have signed what is in the database.
        IntegrityError: the database is older than the last checkpoint, or altered.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._checkpoints = Checkpoints(database, keys)
        self._checkpoints.attach()
        self._checkpoints.latest()

    @property
    def vkeys(self) -> dict[str, str]:
        """What outsiders verify with: the vkeys of "log" and "room"."""
        return self._keys.vkeys

    @property
    def verifiers(self) -> tuple[Verifier, Verifier]:
        """The keys that verify checkpoints and entries, in this order."""
        return self._keys.log.verifier, self._keys.room.verifier

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A write transaction; once it is left, what was appended is under a signed checkpoint.

        Raises:
            IntegrityError: the log does not continue the last checkpoint; the writing is kept.
        """
        with self._database.write() as connection:
            yield connection
        # Not left to whoever asks next: until it is signed, a copy from before would pass for ours.
        self._checkpoints.latest()

    def append(
        self,
        connection: sa.Connection,
        kind: Kind,
        statement: Mapping[str, Json],
        at: datetime,
    ) -> int:
        """Adds an entry within the caller's write transaction, and gives its index."""
        opening = Opening.of(statement)
        data = canonical(opening.entry(kind, at))
        # Signed now, while the facts are at hand: a later reader of the table signs nothing.
        signature = self._keys.room.sign(SIGNED_AS + data)
        leaf = Leaf(size_of(connection), data.decode(), signature)
        grow(connection, leaf)
        keep_opening(connection, leaf.position, opening)
        return leaf.position

    def checkpoint(self) -> str:
        """The signed checkpoint over every committed entry, as a C2SP note.

        Raises:
            IntegrityError: the log does not continue the last checkpoint; nothing is signed.
        """
        return self._checkpoints.latest()

    def leaf(self, index: int) -> Leaf:
        """The entry at the index, with the clean room's signature.

        Raises:
            NotFoundError: the log is not as long.
        """
        with self._database.read() as connection:
            _require(0 <= index < size_of(connection), f"the log has no entry {index}")
            return next(leaves(connection, index, index + 1))

    def entry(self, index: int) -> dict[str, Json]:
        """The public part of the entry at the index.

        Raises:
            NotFoundError: the log is not as long.
        """
        return self.leaf(index).entry

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """The audit path of the entry at the index, in the tree of the first `size` entries.

        Raises:
            NotFoundError: there is no such entry, or the log is not as long.
        """
        with self._database.read() as connection:
            found = 0 <= index < size <= size_of(connection)
            _require(found, f"the log has no entry {index} within the first {size}")
            return merkle.inclusion_proof(nodes_of(connection), index, size)

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """The proof that the log of `new` entries begins with that of `old`.

        Raises:
            NotFoundError: the log is not as long, or the old size is the larger.
        """
        with self._database.read() as connection:
            found = 0 <= old <= new <= size_of(connection)
            _require(found, f"the log has not grown from {old} to {new} entries")
            return merkle.consistency_proof(nodes_of(connection), old, new)

    def verify(self) -> int:
        """Recomputes the whole log, and the tables from it; how many entries were found sound.

        Raises:
            IntegrityError: the first entry that is not what was recorded, by its index; or the
                first row that is not what the log says, by its key.
        """
        # Read before the log is, so that it cannot be of a later state.
        _, last = self._checkpoints.last()
        with self._database.read() as connection:
            size = audit.verify(connection, last, self._keys.room.verifier)
            reconciliation.reconcile(connection)
        return size

    def erased(self) -> tuple[int, ...]:
        """The entries whose facts have been erased: nobody can tell by them what a row must say."""
        with self._database.read() as connection:
            return erased(connection)


def _require(found: bool, message: str) -> None:
    """Raises a NotFoundError unless what was asked for is there."""
    if not found:
        raise NotFoundError(message, hint="the checkpoint says how many entries there are")
