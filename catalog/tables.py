"""The tables, in SQLAlchemy Core; the migrations make them, and a test keeps the two alike.

Budgets and amounts are whole micro-epsilon, or questions; times are UTC, as text that sorts. What
must never change is guarded by triggers in the database itself: see `APPEND_ONLY` and `GUARDS`.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from data_products.errors import RequestError

Row = sa.Row[*tuple[Any, ...]]
Query = sa.Select[*tuple[Any, ...]]

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def stamp(at: datetime) -> str:
    """A time as it is stored and logged: UTC, to the microsecond, always 27 characters.

    Raises:
        RequestError: the time does not say its zone.

    >>> stamp(datetime(2026, 11, 25, 10, tzinfo=UTC))
    '2026-11-25T10:00:00.000000Z'
    """
    if at.tzinfo is None:
        raise RequestError("found a time without a zone, expected one in UTC")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


class Instant(sa.TypeDecorator[datetime]):
    """A time, stored as `stamp` writes it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        """The time as text."""
        del dialect
        return None if value is None else stamp(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        """The text as a time."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table whose values have the types they are declared with (SQLite's STRICT)."""
    return sa.Table(name, metadata, *columns, sqlite_strict=True)


def _key(name: str, *references: sa.schema.SchemaItem) -> sa.Column[str]:
    """A text that is the primary key, or a part of it."""
    return sa.Column(name, sa.Text, *references, primary_key=True)


def _text(name: str, *references: sa.schema.SchemaItem) -> sa.Column[str]:
    """A text that is always there."""
    return sa.Column(name, sa.Text, *references, nullable=False)


def _number(name: str, *, key: bool = False) -> sa.Column[int]:
    """A whole number that is always there; SQLite never picks one itself."""
    return sa.Column(name, sa.Integer, primary_key=key, nullable=False, autoincrement=False)


def _bytes(name: str) -> sa.Column[bytes]:
    """Bytes that are always there."""
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A time."""
    return sa.Column(name, Instant, nullable=nullable)


# Published versions; `serial` counts them all, so that the newest of a product is the highest.
products = _table(
    "products",
    _number("serial", key=True),
    _text("id"),
    _text("version"),
    _text("document"),
    _text("digest"),
    _text("snapshot"),
    _text("location"),
    _text("status"),
    _time("published_at"),
    sa.UniqueConstraint("id", "version"),
)

# `owner` is the product's, so that a steward's list is found without taking names apart.
access_requests = _table(
    "access_requests",
    _key("id"),
    _text("consumer"),
    _text("product"),
    _text("owner"),
    _text("purpose"),
    _text("reason"),
    _text("requested_by"),
    _time("requested_at"),
    _text("state"),
    _text("decided_by"),
    _text("decision"),
    _time("decided_at", nullable=True),
)

# One grant to a request. A revocation is kept beside the grant, which otherwise never changes.
grants = _table(
    "grants",
    _key("id"),
    _text("request", sa.ForeignKey("access_requests.id")),
    _text("consumer"),
    _text("product"),
    _text("owner"),
    _text("purpose"),
    _time("granted_at"),
    _time("expires_at"),
    _number("epsilon"),
    _number("max_queries"),
    _number("min_units"),
    _text("approved_by"),
    _time("revoked_at", nullable=True),
    sa.UniqueConstraint("request"),
    sa.Index(None, "consumer", "product"),
)

# The checks hold even against a mistake in the ledger: an account cannot be overdrawn.
budgets = _table(
    "budgets",
    _key("scope"),
    _key("kind"),
    _number("total"),
    _number("spent"),
    sa.CheckConstraint("spent >= 0", name="not_negative"),
    sa.CheckConstraint("spent <= total", name="not_overdrawn"),
)

# A row to each account that a spend touched: their sums are the accounts' spent, for an auditor.
spends = _table(
    "spends",
    _key("name"),
    _key("scope"),
    _key("kind"),
    _number("amount"),
    _time("spent_at"),
    sa.ForeignKeyConstraint(["scope", "kind"], ["budgets.scope", "budgets.kind"]),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
)

# The text is kept and not its parts: it was hashed and signed byte by byte.
log_entries = _table(
    "log_entries",
    _number("position", key=True),
    _text("entry"),
    _bytes("signature"),
)

# Level 0 holds the leaf hashes; a row is added when its subtree is complete, and never changes.
log_nodes = _table(
    "log_nodes",
    _number("level", key=True),
    _number("position", key=True),
    _bytes("hash"),
)

# What the commitments of an entry were made of. Not part of the log: it may be erased on its own.
openings = _table(
    "openings",
    sa.Column("position", sa.ForeignKey("log_entries.position"), primary_key=True),
    _text("statement"),
    _text("salts"),
)

# What can be asked for by id, release or refusal, and where it is in the log.
receipts = _table(
    "receipts",
    _key("id"),
    sa.Column("position", sa.ForeignKey("log_entries.position"), nullable=False, unique=True),
)

# The wire form is kept as it was first sent: a second run would draw other noise.
releases = _table(
    "releases",
    _key("id", sa.ForeignKey("receipts.id")),
    _text("fingerprint"),
    _text("consumer"),
    _text("wire"),
    sa.UniqueConstraint("fingerprint"),
)

# Questions whose outcome is that nothing may be shown; the log has the digest of each row.
withheld = _table(
    "withheld",
    _key("fingerprint"),
    _text("code"),
    _text("message"),
    _text("hint"),
    _text("rewrite"),
)

# What a consumer's Idempotency-Key was first used for, and the receipt that was given then.
idempotency = _table(
    "idempotency",
    _key("consumer"),
    _key("key"),
    _text("question"),
    _text("release", sa.ForeignKey("releases.id")),
    _text("receipt", sa.ForeignKey("receipts.id")),
)

# Whose signatures this database's log and receipts bear: other keys must not go on with them.
signers = _table("signers", _key("role"), _text("vkey"))
