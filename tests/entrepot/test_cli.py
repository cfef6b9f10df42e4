import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.entrepot.service import PURPOSE, SQL, drip, problem

ASK = ("query", SQL, "--purpose", PURPOSE)

REFUSAL = """\
RAW_ROWS: the query asks for rows; only aggregates leave
hint: ask for counts or sums
rewrite: SELECT hs2, COUNT(*) FROM customs_be.import_declarations GROUP BY hs2
request_id: 7e57
more: entrepot explain RAW_ROWS
"""


def test_refusal_reads_well(run, service):
    service.scripted = [problem()]
    assert run(*ASK) == (1, "", REFUSAL)


def test_refusal_is_json_on_demand(run, service):
    service.scripted = [problem()]
    code, out, err = run(*ASK, "--json")
    assert (code, out) == (1, "")
    assert json.loads(err)["rewrite"].startswith("SELECT hs2")


def test_refusal_cannot_command_terminal(run, service):
    service.scripted = [problem(detail="\x1b[2J\u202egone", hint="a\nb\x07")]
    _, _, err = run(*ASK)
    assert "\x1b" not in err
    assert "\\x1b[2J\\u202egone" in err


def test_unreachable_service_is_three(run, service):
    service.scripted = [(503, "text/plain", b"")] * 3
    code, _, err = run(*ASK)
    assert (code, err.splitlines()[0]) == (
        3,
        "UNREACHABLE: the service did not answer (status 503)",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("query",),
        ("query", SQL),
        ("query", SQL, "--purpose", PURPOSE, "--colour", "red"),
        ("demo", "--size", "huge"),
        ("requests", "approve", "req-1"),
        ("requests", "approve", "req-1", "--reason", "r", "--days", "soon"),
    ],
)
def test_odd_command_line_is_two(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Error" in err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "PROFILE_INVALID"),
        ('{"url": 1}', "PROFILE_INVALID"),
        ("\0" * 70_000, "PROFILE_INVALID"),
    ],
)
def test_bad_profile_is_one(run, profile, content, code):
    profile.write_text(content)
    status, out, err = run(*ASK)
    assert (status, out, err.partition(":")[0]) == (1, "", code)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("query", "--help"), ("receipt",)])
def test_help_is_data(run, arguments):
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert "Usage: entrepot" in out


def child(*arguments, **environment):
    """The command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "entrepot", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment or None,
    )


def test_process_exits_with_code(tmp_path):
    with child("receipt", "verify", str(tmp_path)) as process:
        out, err = process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert err.startswith(b"INPUT_INVALID: cannot read")


def test_interrupt_is_quiet(service, profile):
    service.scripted = [drip]
    with child(*ASK, ENTREPOT_PROFILE=str(profile)) as process:
        while not service.paths():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")


def test_reader_going_away_is_quiet():
    with child("explain", "RAW_ROWS") as process:
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode or process.wait(), err) == (141, b"")


def test_narrow_terminal_encoding_is_survived(service, profile):
    service.scripted = [problem(detail="\u6e2f")]
    with child(*ASK, ENTREPOT_PROFILE=str(profile), PYTHONIOENCODING="ascii") as process:
        _, err = process.communicate()
    assert err.startswith(b"RAW_ROWS: \\u6e2f")


def test_fault_of_our_own_leaves_no_trace():
    code = "from entrepot import cli; cli.app = None; cli.main()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr.startswith(b"entrepot: unforeseen TypeError at cli.py:")
    assert b"Traceback" not in run.stderr


def test_full_disk_is_said():
    with Path("/dev/full").open("wb") as full:
        code = subprocess.run(
            [sys.executable, "-m", "entrepot", "explain", "RAW_ROWS"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert code.returncode == 1
    assert b"No space left" in code.stderr
    assert b"Traceback" not in code.stderr


def test_help_loads_no_client():
    code = (
        "import sys; from entrepot.cli import main; main(['--help']); "
        "sys.exit(any(m in sys.modules for m in ('httpx2', 'pyarrow', 'cryptography')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")


def test_no_colour_without_terminal():
    with child("--help", FORCE_COLOR="", NO_COLOR="1") as process:
        out, _ = process.communicate()
    assert b"\x1b" not in out
