"""What was altered is found and named: a byte of a receipt, a log entry, a Delta version."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from deltalake import DeltaTable

SQL = "SELECT hs2, SUM(item_value) AS value FROM customs_be.import_declarations GROUP BY hs2"
ASKER = "statistics-office"


@pytest.fixture(scope="module")
def receipt(served, tmp_path_factory):
    """A receipt file that the command has kept."""
    path = tmp_path_factory.mktemp("receipts") / "receipt.json"
    arguments = ["query", SQL, "--purpose", "ent:TradeStatistics", "--receipt", str(path)]
    assert served.command(ASKER, *arguments).returncode == 0
    return path


@pytest.fixture
def table(served, tmp_path):
    """A copy of the table that was asked."""
    path = served.directory / "data" / "customs-be" / "import_declarations"
    return shutil.copytree(path, tmp_path / "table")


def verify(served, path, *options):
    """The outcome of verifying a receipt file."""
    return served.command(ASKER, "receipt", "verify", str(path), *options)


def test_receipt_verifies(served, receipt, table):
    done = verify(served, receipt, "--table", str(table))

    assert done.returncode == 0
    assert "verified offline" in done.stderr


@pytest.mark.parametrize("share", [0.02, 0.2, 0.4, 0.6, 0.8, 0.98])
def test_changed_byte_is_found(served, receipt, tmp_path, share):
    data = bytearray(receipt.read_bytes())
    data[int(len(data) * share)] ^= 1
    changed = tmp_path / "changed.json"
    changed.write_bytes(data)

    done = verify(served, changed)

    assert done.returncode == 1
    assert done.stderr.startswith("RECEIPT_INVALID: ")


@pytest.mark.parametrize(
    ("field", "value"),
    [("purpose", "ent:CyberDefence"), ("products", []), ("cost", {"epsilon": 0, "queries": 0})],
)
def test_changed_field_is_named(served, receipt, tmp_path, field, value):
    told = json.loads(receipt.read_text())
    told["statement"][field] = value
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False))

    done = verify(served, changed)

    assert done.returncode == 1
    assert field in done.stderr


def test_changed_delta_version_is_found(served, receipt, table):
    DeltaTable(table).delete("hs2 = '84'")
    (table / "_delta_log" / f"{0:020}.json").unlink()
    (table / "_delta_log" / f"{1:020}.json").rename(table / "_delta_log" / f"{0:020}.json")

    done = verify(served, receipt, "--table", str(table))

    assert done.returncode == 1
    assert "version 0" in done.stderr


def test_changed_log_entry_is_named(served):
    assert served.command("auditor", "log", "verify").returncode == 0
    with closing(sqlite3.connect(served.directory / "hub" / "catalog.db")) as database, database:
        (changed, kept) = alter(database, 3)

    done = served.command("auditor", "log", "verify")

    with closing(sqlite3.connect(served.directory / "hub" / "catalog.db")) as database, database:
        database.execute(*kept)
    assert done.returncode == 1
    assert f"entry {changed}" in done.stderr


def alter(database, position):
    """Alters an entry as one who holds the file can; its position, and what puts it back."""
    triggers = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log_entries'"
    ).fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    (entry,) = database.execute(
        "SELECT entry FROM log_entries WHERE position = ?", [position]
    ).fetchone()
    update = "UPDATE log_entries SET entry = ? WHERE position = ?"
    database.execute(update, [entry.replace("20", "19", 1), position])
    return position, (update, [entry, position])
