"""Receipts: all that a party who trusts nobody needs to check what was released or refused.

A receipt has the facts and their salts, the log entry that commits to them, the clean room's
signature over the entry, the entry's path to the root of the log, and a signed checkpoint over it.
"""

import sqlalchemy as sa

from catalog.database import Database
from catalog.entries import Opening
from catalog.log import Log
from catalog.merkle import verify_inclusion
from catalog.notes import Checkpoint, encode64
from catalog.tables import receipts
from catalog.tree import opening_at
from data_products.digest import Json
from data_products.errors import NotFoundError

FORMAT = "entrepot-receipt/1"


class Receipts:
    """The receipts of releases and refusals, by their ids."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database = database
        self._log = log

    def keep(self, connection: sa.Connection, identifier: str, index: int) -> None:
        """Remembers, within the caller's transaction, where an event is in the log."""
        connection.execute(sa.insert(receipts).values(id=identifier, position=index))

    def get(self, identifier: str) -> dict[str, Json]:
        """The receipt, proven under the log's latest checkpoint, and checked before it is given.

        Raises:
            NotFoundError: there is no such release or refusal, or its facts have been erased.
            IntegrityError: what was recorded has been changed.
        """
        index, opening = self._find(identifier)
        leaf, note = self._log.leaf(index), self._log.checkpoint()
        log, room = self._log.verifiers
        head = Checkpoint.open(note, log)
        path = self._log.inclusion_proof(index, head.size)
        # A receipt that would not verify is a fault of ours: better an error than a bad receipt.
        opening.require(leaf.entry)
        leaf.require_signed(room)
        verify_inclusion(leaf.text.encode(), index, head.size, path, head.root)
        return {
            "format": FORMAT,
            "statement": opening.statement,
            "salts": opening.salts,
            "entry": leaf.entry,
            "signature": {"key": room.label, "value": encode64(leaf.signature)},
            "proof": {"index": index, "size": head.size, "hashes": [step.hex() for step in path]},
            "checkpoint": note,
        }

    def _find(self, identifier: str) -> tuple[int, Opening]:
        """Where the event is in the log, and its facts.

        Raises:
            NotFoundError: there is no such event, or its facts have been erased.
        """
        with self._database.read() as connection:
            query = sa.select(receipts.c.position).where(receipts.c.id == identifier)
            index = connection.scalar(query)
            opening = None if index is None else opening_at(connection, index)
        if index is None or opening is None:
            raise NotFoundError(f"no receipt is on record as {identifier[:60]!r}")
        return index, opening
