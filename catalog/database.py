"""The database: one file, one writer at a time, and a commit that has reached the disk.

Every connection has WAL and synchronous=FULL, and says so before it is used: with NORMAL, a power
cut loses spends that were acknowledged, and the privacy budget is under-counted.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory

from catalog.files import create_private, require_private
from data_products.errors import ConfigurationError, ExecutionError, RequestError

BUSY_SECONDS = 30
PRAGMAS = {
    # First, because the next may meet another process that is starting.
    "busy_timeout": BUSY_SECONDS * 1000,
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    # Without it, INSERT OR REPLACE deletes a row and no trigger hears of it.
    "recursive_triggers": 1,
    # macOS acknowledges a flush before the disk has it, unless asked in these words.
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "trusted_schema": 0,
}
MIGRATIONS = str(files("catalog") / "migrations")


class Database:
    """An SQLite database in a file that nobody else may read.

    `patience` is how many seconds a writer waits for the one before it.

    Raises:
        ConfigurationError: the URL names no file of SQLite, or the file is open to others.
    """

    def __init__(self, url: str, patience: float = BUSY_SECONDS) -> None:
        self.path = _path(url)
        # Made before SQLite would make it, by the umask; its journals take the mode from it.
        create_private(self.path, b"")
        require_private(self.path)
        # A statement's parameters may be a consumer's; no error text may carry them.
        address = sa.URL.create("sqlite", database=str(self.path))
        self._engine = sa.create_engine(address, hide_parameters=True)
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "begin", _begin)
        self._writing = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        self._writer = threading.Lock()
        self._patience = patience

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that sees one committed state from beginning to end.

        Raises:
            ExecutionError: the database could not be read.
        """
        with _reported(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A connection that is the only writer; on disk when left, undone on any error.

        Not to be nested. Whoever writes through it reads what no other writer can change meanwhile.

        Raises:
            ExecutionError: the database is busy, full or damaged; nothing was written.
        """
        # Waiting for SQLite's own lock is polling: under load some writers would never get it.
        if not self._writer.acquire(timeout=self._patience):
            raise ExecutionError("the database is busy", hint="ask again in a minute")
        try:
            with _reported(), self._writing.begin() as connection:
                yield connection
        finally:
            self._writer.release()

    def migrate(self) -> None:
        """Brings the schema to what this release expects, in one transaction.

        Raises:
            ConfigurationError: a newer release has made the schema.
        """
        with self.write() as connection:
            # No env.py: there is one way to run this, and it is within our own transaction.
            scripts = ScriptDirectory(MIGRATIONS, version_locations=[MIGRATIONS])
            context = MigrationContext.configure(
                connection, opts={"fn": lambda heads, _: _steps(scripts, heads)}
            )
            with Operations.context(context):
                context.run_migrations()

    def close(self) -> None:
        """Closes the connections that are not in use."""
        self._engine.dispose()


def require_durable(connection: SqliteConnection) -> None:
    """Asks the connection for its settings, and refuses any other than ours.

    Raises:
        ConfigurationError: a setting is not what it must be.
    """
    for name, expected in PRAGMAS.items():
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != expected:
            raise ConfigurationError(
                f"SQLite reports {name} = {found}, expected {expected}",
                hint="the database must be a file on a local disk, opened by nothing else",
            )


def _prepare(connection: SqliteConnection, record: object) -> None:
    """Sets up a new connection; transactions are begun by `_begin` alone, never by the driver."""
    del record
    # Left to itself, the driver begins late and commits before some statements.
    connection.isolation_level = None
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    require_durable(connection)


def _begin(connection: sa.Connection) -> None:
    """Begins a transaction; a writer takes the lock at once, and its settings are asked again."""
    begin = connection.get_execution_options().get("begin", "BEGIN")
    driver = connection.connection.driver_connection
    # Asked each time: a pooled connection may have been loosened since it was made.
    if begin != "BEGIN" and driver is not None:
        require_durable(driver)
    connection.exec_driver_sql(begin)


@contextmanager
def _reported() -> Iterator[None]:
    """Turns the library's errors into ours, which hold no statement and no value."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        raise ExecutionError(
            f"the database refused: {type(error).__name__}",
            hint="the operator finds the cause in the log; what was asked for was not recorded",
        ) from error
    except (UnicodeEncodeError, OverflowError):
        # Raised by the driver as it binds a value, which its message would quote.
        raise RequestError(
            "found a text or number that the database cannot hold",
            hint="send well-formed Unicode, and whole numbers of at most 64 bits",
        ) from None


def _steps(scripts: ScriptDirectory, heads: tuple[str, ...]) -> list[MigrationStep]:
    """The migrations still to be made, oldest first."""
    known = {script.revision: script for script in scripts.walk_revisions()}
    if not set(heads) <= set(known):
        raise ConfigurationError(
            f"the database has schema {', '.join(heads)}, this release knows up to {max(known)}",
            hint="start the release that made it, or a newer one",
        )
    # The list begins after the newest step that was made, and runs from the newest backwards.
    newest = scripts.iterate_revisions("head", heads or "base")
    return [
        MigrationStep.upgrade_from_script(scripts.revision_map, known[script.revision])
        for script in reversed(list(newest))
    ]


def _path(url: str) -> Path:
    """The file that the URL names.

    Raises:
        ConfigurationError: the URL is malformed, of another database, or of one in memory.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        # The cause quotes the URL, and a URL may hold a password.
        raise ConfigurationError(
            "the database URL cannot be read", hint="use sqlite:////absolute/path/catalog.db"
        ) from None
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ConfigurationError(
            f"found a database URL of {parsed.drivername}, expected one of sqlite",
            hint="PostgreSQL comes with a later release; use sqlite:////absolute/path/catalog.db",
        )
    # Parameters such as nolock or mode=memory would undo what this module promises.
    if parsed.database in {None, "", ":memory:"} or parsed.query:
        raise ConfigurationError(
            "the database URL names no file",
            hint="budgets must outlive the server: use sqlite:////absolute/path/catalog.db",
        )
    return Path(parsed.database).absolute()
