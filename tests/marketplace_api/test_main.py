import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import httpx2
import pytest

from marketplace_api.__main__ import main
from tests.marketplace_api.quay import contract


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "contract.yaml"
    path.write_text(contract())
    return path


def test_valid_contract_passes(document, capsys):
    assert main(["check", str(document)]) == 0
    assert "customs-be.import_declarations 1.0.0 is a valid contract" in capsys.readouterr().out


def test_every_problem_of_contract_is_printed(document, capsys):
    document.write_text(contract(mode="open").replace("logicalType: string", "logicalType: text"))
    assert main(["check", str(document)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len([line for line in lines if "CONTRACT_INVALID" in line]) > 1


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_unreadable_contract_is_refused(document, capsys, content):
    document.unlink()
    if content:
        document.write_bytes(content)
    assert main(["check", str(document)]) == 1
    assert "cannot be read as UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["check"], ["demo", "--size", "huge"]])
def test_wrong_arguments_are_explained(capsys, arguments):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "usage: marketplace_api" in capsys.readouterr().err


def test_wrong_setting_is_explained(monkeypatch, capsys):
    monkeypatch.setenv("ENTREPOT_PROT", "1")
    assert main(["serve"]) == 1
    assert capsys.readouterr().err.startswith("MISCONFIGURED: unknown settings: entrepot_prot")


def test_demo_without_its_extra_is_explained(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "marketplace_api.demo.serve", None)
    assert main(["demo"]) == 1
    assert "pip install 'entrepot[demo]'" in capsys.readouterr().err


def started(arguments, environment):
    """The command as a process of its own, with nothing but these variables."""
    command = [sys.executable, "-m", "marketplace_api", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def environment(tmp_path, free_port):
    return {
        "ENTREPOT_DATA_DIRECTORY": str(tmp_path / "hub"),
        "ENTREPOT_PORT": str(free_port),
    }


def test_server_stops_when_told(environment):
    with started(["serve"], environment) as serving:
        lines = iter(serving.stderr.readline, "")
        assert any("Uvicorn running on" in line for line in lines)
        url = f"http://127.0.0.1:{environment['ENTREPOT_PORT']}"
        assert httpx2.get(f"{url}/healthz").status_code == 200
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(30) in (0, -signal.SIGTERM)


@pytest.fixture
def kept(monkeypatch, settings, house):
    """The database file of a marketplace with two products and nothing else, named by settings."""
    house.close()
    monkeypatch.setenv("ENTREPOT_DATA_DIRECTORY", str(settings.data_directory))
    return settings.data_directory / "catalog.db"


def intrude(database, statement):
    """Runs SQL as somebody who holds the file."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


@pytest.mark.usefixtures("kept")
def test_sound_records_are_verified(capsys):
    assert main(["verify"]) == 0
    assert capsys.readouterr().out == "2 log entries verified, and all that they record\n"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE budgets SET total = 1", "budgets product:.*: found another total than the log"),
        ("UPDATE openings SET statement = '{}'", "log entry 0: found salts"),
    ],
)
def test_altered_records_are_named(kept, capsys, statement, said):
    intrude(kept, statement)
    assert main(["verify"]) == 1
    assert re.match(f"INTEGRITY_FAILED: {said}", capsys.readouterr().err)


def test_erased_facts_are_told(kept, capsys, caplog):
    intrude(kept, "DELETE FROM openings WHERE position = 1")
    assert main(["verify"]) == 0
    assert "1 without facts, which were erased: 1\n" in capsys.readouterr().out
    assert "The facts of 1 log entries have been erased" in caplog.text


def test_production_refuses_embedded_issuer(environment):
    with started(["serve"], environment | {"ENTREPOT_ENVIRONMENT": "production"}) as refused:
        _, error = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert "the embedded issuer is for demonstrations only" in error
    assert "Traceback" not in error
