"""Releases, and what else became of questions: one outcome to a fingerprint, for ever.

A question asked again gets the first outcome, be it an answer or that nothing may be shown. Fresh
noise for the same question would let its asker average the noise away; and where a threshold is
noisy, asking until it is passed would pass it.
"""

import json
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from catalog.database import Database
from catalog.receipts import Receipts
from catalog.tables import Row, idempotency, releases, withheld
from data_products.digest import Json, digest
from data_products.errors import (
    ConflictError,
    DominanceError,
    IntegrityError,
    NotFoundError,
    ThresholdError,
    WithheldError,
)
from data_products.parties import ParticipantId

# By code, since what is stored must be raised again as what it was.
WITHHELD = {kind.code: kind for kind in (WithheldError, ThresholdError, DominanceError)}


@dataclass(frozen=True)
class Recorded:
    """A release on record: its wire form as it was first given, and a receipt for it.

    `record` is the id that the receipt has: the release's own, but where it was asked for again in
    other words or under another grant.
    """

    id: str
    record: str
    consumer: ParticipantId
    fingerprint: str
    wire: dict[str, Json]
    receipt: dict[str, Json]


@dataclass(frozen=True)
class RequestKey:
    """A consumer's Idempotency-Key, and a digest of what was asked under it.

    `question` should be made of what the consumer sent, not of a plan's fingerprint: a retry after
    the data have moved on is still the same request, and gets the same answer.
    """

    consumer: ParticipantId
    key: str
    question: str


class Releases:
    """The outcomes on record."""

    def __init__(self, database: Database, receipts: Receipts) -> None:
        self._database = database
        self._receipts = receipts

    def find(self, fingerprint: str) -> Recorded | None:
        """The release that answered the question before, if one did.

        Raises:
            WithheldError: the outcome was that nothing may be shown.
        """
        with self._database.read() as connection:
            row = outcome(connection, fingerprint)
        return self._recorded(row) if row else None

    def get(self, identifier: str, record: str = "") -> Recorded:
        """The release of that id, whoever asks: the caller looks at whose it is.

        `record` is the id of the receipt to give, where it is not the first.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.read() as connection:
            query = sa.select(releases).where(releases.c.id == identifier)
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError(f"no release is on record as {identifier[:60]!r}")
        return self._recorded(row, record)

    def recall(self, key: RequestKey) -> Recorded | None:
        """The release that was given under the key, if one was, with the receipt given then.

        Raises:
            ConflictError: the key was used for another question.
        """
        with self._database.read() as connection:
            row = _keyed(connection, key)
        return self.get(row.release, row.receipt) if row else None

    def remember(self, key: RequestKey, given: Recorded) -> Recorded:
        """Binds the key to a release and its receipt; what it is bound to, this or an earlier.

        Raises:
            ConflictError: the key was used for another question.
        """
        with self._database.write() as connection:
            # The first wins: a retry that raced with its original must not change the answer.
            bound = _keyed(connection, key)
            if bound is None:
                values = {**asdict(key), "release": given.id, "receipt": given.record}
                connection.execute(sa.insert(idempotency).values(values))
                return given
        return self.get(bound.release, bound.receipt)

    def _recorded(self, row: Row, record: str = "") -> Recorded:
        """The release that a row holds, with the receipt of that id, or else its first.

        Raises:
            IntegrityError: it is not what the receipt says was released.
        """
        record = record or row.id
        receipt = self._receipts.get(record)
        wire: dict[str, Json] = json.loads(row.wire)
        statement = receipt["statement"]
        if not isinstance(statement, dict) or statement.get("result") != digest(wire):
            raise IntegrityError(f"release {row.id} has been changed since it was recorded")
        return Recorded(row.id, record, row.consumer, row.fingerprint, wire, receipt)


def outcome(connection: sa.Connection, fingerprint: str) -> Row | None:
    """The row of the release that answered the question, if one did.

    Raises:
        WithheldError: the outcome was that nothing may be shown.
    """
    # Looked for first, so that a table with both errs on the side of showing nothing.
    hidden = sa.select(withheld).where(withheld.c.fingerprint == fingerprint)
    refusal = connection.execute(hidden).one_or_none()
    if refusal is not None:
        # A kind that this release does not know is still a refusal.
        kind = WITHHELD.get(refusal.code, WithheldError)
        raise kind(refusal.message, hint=refusal.hint, rewrite=refusal.rewrite)
    query = sa.select(releases).where(releases.c.fingerprint == fingerprint)
    return connection.execute(query).one_or_none()


def _keyed(connection: sa.Connection, key: RequestKey) -> Row | None:
    """What the key is bound to, if it is.

    Raises:
        ConflictError: it was used for another question.
    """
    query = sa.select(idempotency).where(
        idempotency.c.consumer == key.consumer, idempotency.c.key == key.key
    )
    row = connection.execute(query).one_or_none()
    if row is not None and row.question != key.question:
        raise ConflictError(
            "the idempotency key was used for another question", hint="use a new key"
        )
    return row
