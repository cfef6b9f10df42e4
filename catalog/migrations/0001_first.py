"""The first schema.

Triggers guard what must never change, even against a mistake in the code above them: recorded rows
stay as they are, what is spent stays spent, and a revoked grant stays revoked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The names are written out, for tables.py will have moved on when this is run again.
APPEND_ONLY = (
    "products",
    "spends",
    "log_entries",
    "log_nodes",
    "receipts",
    "releases",
    "withheld",
    "idempotency",
    "signers",
)
# Their rows have a state that moves on, each in a way that is guarded by itself.
NEVER_DELETED = ("access_requests", "grants", "budgets")


def upgrade() -> None:
    """Makes every table and trigger."""
    _create_products()
    _create_access()
    _create_budgets()
    _create_log()
    _create_outcomes()
    _guard()


def _create_products() -> None:
    """Published versions."""
    _create(
        "products",
        _integer("serial"),
        *_texts("id", "version", "document", "digest", "snapshot", "location", "status"),
        *_texts("published_at"),
        sa.PrimaryKeyConstraint("serial", name="pk_products"),
        sa.UniqueConstraint("id", "version", name="uq_products_id_version"),
    )


def _create_access() -> None:
    """Access requests, and the grants that answer them."""
    _create(
        "access_requests",
        *_texts("id", "consumer", "product", "owner", "purpose", "reason", "requested_by"),
        *_texts("requested_at", "state", "decided_by", "decision"),
        sa.Column("decided_at", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_access_requests"),
    )
    _create(
        "grants",
        *_texts("id", "request", "consumer", "product", "owner", "purpose"),
        *_texts("granted_at", "expires_at"),
        *map(_integer, ("epsilon", "max_queries", "min_units")),
        *_texts("approved_by"),
        sa.Column("revoked_at", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.UniqueConstraint("request", name="uq_grants_request"),
        _reference("grants", ["request"], ["access_requests.id"]),
    )
    # What every query asks first: has this consumer a grant for this product?
    op.create_index("ix_grants_consumer_product", "grants", ["consumer", "product"])


def _create_budgets() -> None:
    """Accounts, and what was taken from them."""
    _create(
        "budgets",
        *_texts("scope", "kind"),
        *map(_integer, ("total", "spent")),
        sa.PrimaryKeyConstraint("scope", "kind", name="pk_budgets"),
        sa.CheckConstraint("spent >= 0", name="ck_budgets_not_negative"),
        sa.CheckConstraint("spent <= total", name="ck_budgets_not_overdrawn"),
    )
    _create(
        "spends",
        *_texts("name", "scope", "kind"),
        _integer("amount"),
        *_texts("spent_at"),
        sa.PrimaryKeyConstraint("name", "scope", "kind", name="pk_spends"),
        _reference("spends", ["scope", "kind"], ["budgets.scope", "budgets.kind"]),
        sa.CheckConstraint("amount >= 0", name="ck_spends_not_negative"),
    )


def _create_log() -> None:
    """The log, what its commitments were made of, and whose signatures it bears."""
    _create(
        "log_entries",
        _integer("position"),
        *_texts("entry"),
        _bytes("signature"),
        sa.PrimaryKeyConstraint("position", name="pk_log_entries"),
    )
    _create(
        "log_nodes",
        *map(_integer, ("level", "position")),
        _bytes("hash"),
        sa.PrimaryKeyConstraint("level", "position", name="pk_log_nodes"),
    )
    _create(
        "openings",
        _integer("position"),
        *_texts("statement", "salts"),
        sa.PrimaryKeyConstraint("position", name="pk_openings"),
        _reference("openings", ["position"], ["log_entries.position"]),
    )
    # Not in the log, because it says who may write the log.
    _create("signers", *_texts("role", "vkey"), sa.PrimaryKeyConstraint("role", name="pk_signers"))


def _create_outcomes() -> None:
    """What became of questions."""
    _create(
        "receipts",
        *_texts("id"),
        _integer("position"),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        sa.UniqueConstraint("position", name="uq_receipts_position"),
        _reference("receipts", ["position"], ["log_entries.position"]),
    )
    _create(
        "releases",
        *_texts("id", "fingerprint", "consumer", "wire"),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("fingerprint", name="uq_releases_fingerprint"),
        _reference("releases", ["id"], ["receipts.id"]),
    )
    _create(
        "withheld",
        *_texts("fingerprint", "code", "message", "hint", "rewrite"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_withheld"),
    )
    _create(
        "idempotency",
        *_texts("consumer", "key", "question", "release", "receipt"),
        sa.PrimaryKeyConstraint("consumer", "key", name="pk_idempotency"),
        _reference("idempotency", ["release"], ["releases.id"]),
        _reference("idempotency", ["receipt"], ["receipts.id"]),
    )


def _guard() -> None:
    """Makes the triggers."""
    for table in APPEND_ONLY:
        _abort(f"{table}_unchanged", f"UPDATE ON {table}", "a recorded row is never changed")
    for table in (*APPEND_ONLY, *NEVER_DELETED):
        _abort(f"{table}_kept", f"DELETE ON {table}", "a recorded row is never deleted")
    # Against a refund, not against a raise: a total may grow, by a decision.
    _abort(
        "budgets_never_refunded",
        "UPDATE ON budgets WHEN NEW.spent < OLD.spent",
        "what is spent stays spent",
    )
    _abort(
        "grants_stay_revoked",
        "UPDATE ON grants WHEN OLD.revoked_at IS NOT NULL",
        "a revoked grant stays revoked",
    )


def _abort(name: str, event: str, message: str) -> None:
    """A trigger that undoes the statement it meets."""
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{message}'); END")


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table whose values have the types they are declared with."""
    op.create_table(name, *parts, sqlite_strict=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    """Texts that are always there."""
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _integer(name: str) -> sa.Column[int]:
    """A whole number that is always there."""
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


def _bytes(name: str) -> sa.Column[bytes]:
    """Bytes that are always there."""
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _reference(table: str, columns: list[str], targets: list[str]) -> sa.ForeignKeyConstraint:
    """A foreign key."""
    return sa.ForeignKeyConstraint(columns, targets, name=f"fk_{table}_{'_'.join(columns)}")
