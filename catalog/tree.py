"""The log's tables as a Merkle tree: leaves, and the hash of every complete subtree."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa

from catalog import merkle
from catalog.entries import SIGNED_AS, Opening
from catalog.notes import Verifier
from catalog.tables import log_entries, log_nodes, openings
from data_products.digest import Json
from data_products.errors import IntegrityError


class Leaf(NamedTuple):
    """An entry where it stands in the log: its canonical JSON, and the clean room's signature."""

    position: int
    text: str
    signature: bytes

    @property
    def entry(self) -> dict[str, Json]:
        """The entry itself."""
        entry: dict[str, Json] = json.loads(self.text)
        return entry

    @property
    def hash(self) -> bytes:
        """The leaf hash."""
        return merkle.leaf_hash(self.text.encode())

    def require_signed(self, room: Verifier) -> None:
        """Checks that the clean room made it.

        Raises:
            IntegrityError: its key did not sign these bytes.
        """
        room.verify(SIGNED_AS + self.text.encode(), self.signature)


def size_of(connection: sa.Connection) -> int:
    """How many leaves the log has."""
    # The greatest key, not a count: that would read the whole table.
    last = connection.scalar(sa.select(sa.func.max(log_entries.c.position)))
    return 0 if last is None else last + 1


def nodes_of(connection: sa.Connection) -> merkle.Nodes:
    """The stored subtrees, each read when it is asked for."""

    def node(level: int, position: int) -> bytes:
        """The hash of one."""
        found: bytes | None = connection.scalar(
            sa.select(log_nodes.c.hash).where(
                log_nodes.c.level == level, log_nodes.c.position == position
            )
        )
        if found is None:
            raise IntegrityError(f"the log lacks the subtree above entry {position << level}")
        return found

    return node


def leaves(connection: sa.Connection, start: int, end: int) -> Iterator[Leaf]:
    """The leaves [start, end) that are there, in order."""
    query = (
        sa.select(log_entries.c.position, log_entries.c.entry, log_entries.c.signature)
        .where(log_entries.c.position >= start, log_entries.c.position < end)
        .order_by(log_entries.c.position)
    )
    for position, text, signature in connection.execute(query):
        yield Leaf(position, text, signature)


def opening_at(connection: sa.Connection, position: int) -> Opening | None:
    """What the entry was made of; None where that was erased.

    Raises:
        IntegrityError: it is there, but cannot be read.
    """
    query = sa.select(openings.c.statement, openings.c.salts)
    row = connection.execute(query.where(openings.c.position == position)).one_or_none()
    try:
        return row and Opening(json.loads(row.statement), json.loads(row.salts))
    except json.JSONDecodeError as error:
        raise IntegrityError("the statement is not JSON any more") from error


def keep_opening(connection: sa.Connection, position: int, opening: Opening) -> None:
    """Keeps what the entry was made of."""
    connection.execute(
        sa.insert(openings).values(
            position=position,
            statement=json.dumps(opening.statement, ensure_ascii=False),
            salts=json.dumps(opening.salts),
        )
    )


def erased(connection: sa.Connection) -> tuple[int, ...]:
    """The entries of which what they were made of was erased."""
    query = sa.select(log_entries.c.position).outerjoin(openings)
    missing = query.where(openings.c.position.is_(None)).order_by(log_entries.c.position)
    return tuple(connection.scalars(missing))


def grow(connection: sa.Connection, leaf: Leaf) -> None:
    """Adds a leaf at the end, and the subtrees that it completes."""
    fresh = merkle.completed(nodes_of(connection), leaf.position, leaf.hash)
    connection.execute(
        sa.insert(log_nodes),
        [{"level": level, "position": at, "hash": hashed} for level, at, hashed in fresh],
    )
    connection.execute(
        sa.insert(log_entries).values(
            position=leaf.position, entry=leaf.text, signature=leaf.signature
        )
    )
