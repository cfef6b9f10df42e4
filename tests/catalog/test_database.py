"""The database: durable on every connection, private, one writer, migrated."""

import sqlite3
import threading
from contextlib import ExitStack, closing

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from catalog import Database
from catalog.database import PRAGMAS, require_durable
from catalog.tables import metadata, signers
from data_products.errors import ConfigurationError, ExecutionError, RequestError

SCHEMA = sa.text(
    "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql > ''"
)


@pytest.fixture
def database(tmp_path):
    """A migrated database."""
    made = Database(f"sqlite:///{tmp_path}/catalog.db")
    made.migrate()
    yield made
    made.close()


def insert(connection, role):
    connection.execute(sa.insert(signers).values(role=role, vkey="v"))


def write(database, *roles, pages=0):
    """Writes rows in one transaction, on a disk of so many pages."""
    with database.write() as connection:
        if pages:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for role in roles:
            insert(connection, role)


def roles(database):
    with database.read() as connection:
        return connection.scalars(sa.select(signers.c.role)).all()


def test_every_pooled_connection_is_full(database):
    with ExitStack() as stack:
        connections = [stack.enter_context(database.read()) for _ in range(12)]
        found = [c.exec_driver_sql("PRAGMA synchronous").scalar() for c in connections]

    assert found == [2] * 12


@pytest.mark.parametrize(("name", "expected"), PRAGMAS.items())
def test_writer_has_every_setting(database, name, expected):
    with database.write() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == expected


@pytest.mark.parametrize("setting", ["synchronous = NORMAL", "foreign_keys = OFF"])
def test_loosened_connection_is_refused(database, setting):
    with database.read() as connection:
        connection.connection.driver_connection.commit()
        connection.connection.driver_connection.execute(f"PRAGMA {setting}")

    with (
        pytest.raises(ConfigurationError, match=setting.split(" ", maxsplit=1)[0]),
        database.write(),
    ):
        pass


def test_plain_connection_is_not_durable(tmp_path):
    with (
        closing(sqlite3.connect(tmp_path / "plain.db")) as connection,
        pytest.raises(ConfigurationError, match="expected"),
    ):
        require_durable(connection)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_database_files_are_private(database, suffix):
    path = database.path.with_name(database.path.name + suffix)

    assert path.stat().st_mode & 0o777 == 0o600


def test_open_database_is_refused(database):
    database.path.chmod(0o644)

    with pytest.raises(ConfigurationError, match="0644"):
        Database(f"sqlite:///{database.path}")


@pytest.mark.parametrize(
    "url", ["postgresql://hub:secret@db/catalog", "mysql://db/catalog", "sqlite+aiosqlite:///x.db"]
)
def test_other_databases_are_refused(url):
    with pytest.raises(ConfigurationError, match="expected one of sqlite") as caught:
        Database(url)

    assert "PostgreSQL comes with a later release" in caught.value.hint
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///x.db?nolock=1", "sqlite:///file:x?mode=memory"],
)
def test_forgetful_database_is_refused(url):
    with pytest.raises(ConfigurationError, match="names no file"):
        Database(url)


def test_malformed_url_keeps_its_secret():
    with pytest.raises(ConfigurationError) as caught:
        Database("hub:secret@nowhere")

    assert caught.value.__cause__ is None


def test_missing_folder_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot make"):
        Database(f"sqlite:///{tmp_path}/missing/catalog.db")


def test_damaged_file_is_reported(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/catalog.db")
    database.path.write_bytes(b"this is not a database" * 1000)

    with pytest.raises(ExecutionError, match="DatabaseError"):
        database.migrate()


def test_write_is_kept(database):
    write(database, "log")

    assert roles(database) == ["log"]


def test_failed_write_is_undone(database):
    with pytest.raises(ExecutionError, match="IntegrityError"):
        write(database, "log", "log")

    assert roles(database) == []


def test_reader_cannot_write(database):
    with database.read() as connection:
        insert(connection, "log")

    assert roles(database) == []


def test_reader_sees_one_state(database):
    with database.read() as reader:
        before = reader.scalars(sa.select(signers.c.role)).all()
        write(database, "log")

        assert reader.scalars(sa.select(signers.c.role)).all() == before


def test_many_writers_all_write(database):
    threads = [threading.Thread(target=write, args=[database, f"{n}"]) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(roles(database)) == 24


def test_writer_within_writer_is_refused(tmp_path):
    with closing(Database(f"sqlite:///{tmp_path}/catalog.db", patience=0.01)) as database:
        with database.write(), pytest.raises(ExecutionError, match="busy"):
            write(database)
        database.migrate()

        assert roles(database) == []


def test_full_disk_is_reported(database):
    with pytest.raises(ExecutionError, match="OperationalError"):
        write(database, *[f"{number}".zfill(200) for number in range(1000)], pages=1)

    assert roles(database) == []


def test_error_holds_no_value(database):
    with pytest.raises(ExecutionError) as caught:
        write(database, "a secret", "a secret")

    assert "a secret" not in str(caught.value) + str(caught.value.__cause__)


@pytest.mark.parametrize("role", ["half a pair \ud800", 2**64])
def test_value_it_cannot_hold_is_refused(database, role):
    with pytest.raises(RequestError, match="cannot hold") as caught:
        write(database, role)

    assert "half a pair" not in str(caught.value) + str(caught.value.__cause__)


def test_migrated_schema_equals_tables(database):
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})

        assert compare_metadata(context, metadata) == []


def test_migrated_statements_equal_tables(database):
    made = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    metadata.create_all(made)
    with made.connect() as connection, database.read() as migrated:
        expected = dict(connection.execute(SCHEMA).all())
        found = dict(migrated.execute(SCHEMA).all())
    made.dispose()
    found.pop("alembic_version")

    assert found == expected


def test_migrating_again_changes_nothing(database):
    write(database, "log")
    database.migrate()

    assert roles(database) == ["log"]


def test_newer_schema_is_refused(database):
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(ConfigurationError, match="schema 9999, this release knows up to 0001"):
        database.migrate()


def test_failed_migration_leaves_nothing(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/catalog.db")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE idempotency (x INTEGER)")
    with pytest.raises(ExecutionError):
        database.migrate()
    with database.read() as connection:
        found = dict(connection.execute(SCHEMA).all())
    database.close()

    assert list(found) == ["idempotency"]
