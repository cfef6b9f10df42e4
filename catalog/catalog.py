"""The catalog: every record that the marketplace keeps, in one place and one database."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from catalog.database import Database
from catalog.entries import Kind
from catalog.grants import SqlGrants
from catalog.identifiers import fresh
from catalog.keys import Keys
from catalog.ledger import Clock, Ledger
from catalog.log import Log
from catalog.products import Products
from catalog.receipts import Receipts
from catalog.releases import Recorded, Releases, outcome
from catalog.tables import releases, spends, withheld
from clean_room.plan import Plan
from clean_room.results import Release
from data_products.digest import Json, digest
from data_products.errors import EntrepotError, IntegrityError, WithheldError
from data_products.query import Query


class Catalog:
    """The records, by what they are. Making one brings the schema up to date, and verifies it all.

    `verified` is how many log entries were found sound then.

    Raises:
        ConfigurationError: a newer release made the schema, or other keys signed the log.
        IntegrityError: the database is older than the last checkpoint, or was altered: some entry
            of the log, or some row that is not what the log says.
    """

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        database.migrate()
        self.log = Log(database, keys)
        # Before anything is answered by what the tables say.
        self.verified = self.log.verify()
        self.products = Products(database, self.log)
        self.grants = SqlGrants(database, self.log)
        self.ledger = Ledger(database, self.log, clock)
        self.receipts = Receipts(database, self.log)
        self.releases = Releases(database, self.receipts)

    def record(
        self, plan: Plan, release: Release, engine: Mapping[str, Json], at: datetime
    ) -> Recorded:
        """Puts a release and its log entry on record, together; what counts is what it returns.

        Where the same question was answered meanwhile, that is the first answer, not this one.

        Raises:
            IntegrityError: nothing was spent for it.
            WithheldError: the same question was found meanwhile to have no answer to show.
        """
        wire, identifier = release.wire(), fresh("release")
        # Ours last: whatever a plan says of itself, it cannot speak for the catalog.
        facts = {
            **plan.facts(),
            "release": identifier,
            "consumer": plan.consumer,
            "withheld": wire["withheld"],
            "engine": engine,
            "result": digest(wire),
        }
        with self.log.writing() as connection:
            _require_spent(connection, plan)
            # Two runs of one question draw two noises; only one of them may ever be seen.
            first = outcome(connection, plan.fingerprint)
            if first is None:
                index = self.log.append(connection, Kind.RELEASE, facts, at)
                self.receipts.keep(connection, identifier, index)
                connection.execute(
                    sa.insert(releases).values(
                        id=identifier,
                        fingerprint=plan.fingerprint,
                        consumer=plan.consumer,
                        # Not canonical: that form would turn 1.0 into 1.
                        wire=json.dumps(wire, ensure_ascii=False),
                    )
                )
        return self.releases.get(first.id if first else identifier)

    def repeat(self, plan: Plan, first: Recorded, at: datetime) -> Recorded:
        """The first answer, with a receipt for how it was asked and permitted now, at no cost.

        Whoever asks can tell by the words alone that a receipt is for their question; and a grant
        that has ended since permits nothing.
        """
        stated, facts = first.receipt["statement"], plan.facts()
        if not isinstance(stated, Mapping) or _basis(stated) == _basis(facts):
            return first
        facts = {**stated, **facts, "cost": {"epsilon": 0, "queries": 0}}
        identifier = fresh("release")
        with self.log.writing() as connection:
            index = self.log.append(connection, Kind.RELEASE, facts, at)
            self.receipts.keep(connection, identifier, index)
        return self.releases.get(first.id, identifier)

    def withhold(self, plan: Plan, error: WithheldError, at: datetime) -> Recorded:
        """Puts on record that nothing may be shown, so that asking again finds the same.

        Where the same question was answered meanwhile, that is the outcome and is returned.

        Raises:
            IntegrityError: nothing was spent for it.
            WithheldError: as it is on record now.
        """
        with self.log.writing() as connection:
            _require_spent(connection, plan)
            first = outcome(connection, plan.fingerprint)
            if first is None:
                row = {
                    "fingerprint": plan.fingerprint,
                    "code": error.code,
                    "message": str(error),
                    "hint": error.hint,
                    "rewrite": error.rewrite,
                }
                connection.execute(sa.insert(withheld).values(row))
                # Of the words only a digest: a rewrite is SQL, and may hold anything.
                facts = {"fingerprint": plan.fingerprint, "outcome": digest(row)}
                self.log.append(connection, Kind.WITHHELD, facts, at)
        # Outside the transaction, which an error would undo.
        if first is None:
            raise error
        return self.releases.get(first.id)

    @contextmanager
    def noting_refusal(self, query: Query, at: datetime) -> Iterator[str]:
        """Puts a query that is refused within on record, and lets the error go on.

        Gives the id under which the receipt of the refusal can be had then.
        """
        identifier = fresh("refusal")
        try:
            yield identifier
        except EntrepotError as error:
            try:
                self._refuse(identifier, query, error.code, at)
            # The consumer must learn why, even while the disk is full.
            except EntrepotError as second:
                error.add_note(f"the refusal could not be put on record: {second}")
            raise

    def _refuse(self, identifier: str, query: Query, code: str, at: datetime) -> None:
        """Puts a refusal on record; of the SQL only its digest, for it may hold anything."""
        # Half a surrogate pair is what some refusals are about.
        sql = query.sql.encode(errors="surrogatepass")
        facts = {
            "id": identifier,
            "consumer": query.consumer,
            "purpose": query.purpose.term,
            "sql_digest": hashlib.sha256(sql).hexdigest(),
            "code": code,
        }
        with self.log.writing() as connection:
            index = self.log.append(connection, Kind.REFUSAL, facts, at)
            self.receipts.keep(connection, identifier, index)


def _basis(facts: Mapping[str, Json]) -> tuple[Json, ...]:
    """In which words, by which rule and on which grants a question was answered."""
    # Not the policy's digest: a grant beside the one that decided does not make another decision.
    policy = facts["policy"]
    rule = policy["rule"] if isinstance(policy, Mapping) else policy
    return facts["sql"], rule, facts["grants"]


def _require_spent(connection: sa.Connection, plan: Plan) -> None:
    """Refuses an outcome that no budget has paid for.

    Raises:
        IntegrityError: nothing was spent under the plan's fingerprint.
    """
    query = sa.select(spends.c.name).where(spends.c.name == plan.fingerprint).limit(1)
    if connection.scalar(query) is None:
        raise IntegrityError("an outcome without a spend is not put on record")
