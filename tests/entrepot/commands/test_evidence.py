import json

import pytest
from deltalake import write_deltalake

from connectors.delta import DeltaConnector
from connectors.location import Location
from entrepot.proofs.canonical import canonical
from tests.entrepot.service import answer
from tests.entrepot.test_snapshots import ROWS, commit, rewrite
from tests.entrepot.tlog import RELEASE, TinyLog, statement


@pytest.fixture
def file(service, tmp_path):
    """A receipt file of the service's first release."""
    path = tmp_path / "r.json"
    path.write_bytes(canonical(service.log.receipt(0)))
    return path


def keys(service):
    return ("--log-key", service.log.log.vkey, "--room-key", service.log.room.vkey)


def test_receipt_says_what_it_states(run, file):
    code, out, err = run("receipt", "verify", str(file))
    assert (code, err) == (0, "receipt: verified offline, in a log of 2 entries\n")
    assert out.splitlines()[:4] == [
        "kind      release",
        "at        2026-11-25T10:00:00.000000Z",
        "consumer  statistics-office",
        'cost      {"epsilon": 0, "queries": 1}',
    ]


def test_long_facts_are_cut(run, file, service):
    index = service.log.append(statement(withheld={"cells": [[i, 0] for i in range(200)]}))
    file.write_bytes(canonical(service.log.receipt(index)))
    line = run("receipt", "verify", str(file))[1].splitlines()[-1]
    assert line.startswith('withheld  {"cells": [[0, 0], [1, 0]')
    assert line.endswith("... (all with --json)")


def test_receipt_verifies_without_service(run, file, service, monkeypatch):
    monkeypatch.delenv("ENTREPOT_PROFILE")
    code, out, _ = run("receipt", "verify", str(file), *keys(service), "--json")
    assert (code, json.loads(out), service.seen) == (0, statement(), [])


def test_changed_receipt_is_named(run, file):
    file.write_bytes(file.read_bytes().replace(b"TradeStatistics", b"BerthPlanning  "))
    code, out, err = run("receipt", "verify", str(file))
    assert (code, out, err.splitlines()[0]) == (
        1,
        "",
        "RECEIPT_INVALID: statement: the field 'purpose' is not what the log entry commits to",
    )


@pytest.mark.parametrize("lost", ["--log-key", "--room-key"])
def test_one_key_is_not_enough(run, file, service, lost):
    at = keys(service).index(lost)
    given = [key for i, key in enumerate(keys(service)) if i not in (at, at + 1)]
    code, _, err = run("receipt", "verify", str(file), *given)
    assert (code, err.splitlines()[0]) == (
        1,
        "INPUT_INVALID: one key is given, expected --log-key and --room-key",
    )


@pytest.mark.parametrize(
    ("changes", "code"), [({}, 0), ({"release": {**RELEASE, "rows": [[13]]}}, 1)]
)
def test_saved_answer_is_compared(run, file, service, changes, code):
    saved = file.with_name("a.json")
    saved.write_text(json.dumps(answer(service.log, 0, **changes), indent=2))
    assert run("receipt", "verify", str(file), "--answer", str(saved))[0] == code


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"release": 1}'])
def test_other_file_is_no_answer(run, file, tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    code, _, err = run("receipt", "verify", str(file), "--answer", str(tmp_path / "a.json"))
    assert (code, "is not an answer" in err) == (1, True)


def test_log_still_holds_receipt(run, file):
    code, _, err = run("receipt", "verify", str(file), "--online")
    assert (code, err.splitlines()[0]) == (0, "log: still holds the entry")


def test_log_without_receipt_is_named(run, file, service):
    service.log.entries[0] = {**service.log.entries[0], "kind": "refusal"}
    code, _, err = run("receipt", "verify", str(file), "--online")
    assert (code, err.splitlines()[0]) == (
        1,
        "LOG_INVALID: entry 0 of the log is no longer the receipt's",
    )


@pytest.fixture
def table(tmp_path):
    """A Delta table of two versions."""
    for _ in range(2):
        write_deltalake(tmp_path / "t", ROWS, mode="append")
    return tmp_path / "t"


@pytest.fixture
def about_table(service, file, table):
    """The receipt file, of an answer from the table's first version."""
    digest = DeltaConnector().open(Location("delta", table, 0)).digest
    products = [{"product": "p.t", "snapshot": {"version": 0, "digest": digest}}]
    index = service.log.append(statement(products=products))
    file.write_bytes(canonical(service.log.receipt(index)))
    return file


def test_table_is_the_one_asked(run, about_table, table):
    code, _, err = run("receipt", "verify", str(about_table), "--table", str(table))
    assert (code, err.splitlines()[0]) == (0, "table: holds the snapshot of p.t version 0")


def test_changed_table_is_named(run, about_table, table):
    rewrite(
        commit(table, 0),
        lambda action: {"add": {**action["add"], "size": 1}} if "add" in action else action,
    )
    code, out, err = run("receipt", "verify", str(about_table), "--table", str(table))
    assert (code, out) == (1, "")
    assert err.startswith("SNAPSHOT_DIFFERS: p.t version 0: the snapshot's digest is ")


def test_log_verifies_and_is_kept(run, service, tmp_path):
    code, out, err = run("log", "verify", "--save", str(tmp_path))
    assert (code, out, err) == (0, service.log.checkpoint(), "log: verified, 2 entries\n")
    assert (tmp_path / "entries.jsonl").read_bytes().count(b"\n") == 2


def test_grown_log_continues_copy(run, service, tmp_path):
    run("log", "verify", "--save", str(tmp_path))
    service.log.append(statement())
    code, _, err = run("log", "verify", "--since", str(tmp_path))
    assert (code, err) == (0, "log: verified, 3 entries, continues the earlier one\n")


def test_copy_verifies_offline(run, service, tmp_path):
    run("log", "verify", "--save", str(tmp_path))
    before = len(service.seen)
    assert run("log", "verify", "--copy", str(tmp_path), *keys(service))[0] == 0
    assert len(service.seen) == before


def test_changed_entry_of_log_is_named(run, service, tmp_path):
    run("log", "verify", "--save", str(tmp_path))
    service.log = TinyLog()
    service.log.append(statement(sql="SELECT 1"))
    service.log.append({"id": "ref-1", "code": "RAW_ROWS"}, kind="refusal")
    code, _, err = run("log", "verify", "--since", str(tmp_path))
    assert (code, err.splitlines()[0]) == (
        1,
        "LOG_INVALID: entry 0 is not the one in the earlier copy",
    )


def test_code_is_explained(run):
    code, out, err = run("explain", "raw_rows")
    assert (code, out.splitlines()[0], err) == (0, "RAW_ROWS", "")
    assert "Ask for COUNT, SUM or AVG" in out


def test_unknown_code_lists_codes(run):
    code, out, err = run("explain", "NONSENSE")
    assert (code, out) == (1, "")
    assert "hint: codes: ACCESS_DENIED, " in err
