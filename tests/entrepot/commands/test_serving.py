import json
import signal
import subprocess
import sys

import pytest

from entrepot.cli import main

CONTRACT = "kind: DataContract\n"


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """Where the demo's world is built, once."""
    return tmp_path_factory.mktemp("demo")


def demo(directory, *options):
    """The command line of a demo."""
    return ["demo", "--size", "tiny", "--directory", str(directory), *options]


def test_demo_plays_once_and_ends(directory, capsys):
    assert main(demo(directory, "--once")) == 0
    out, err = capsys.readouterr()
    assert out.count("receipt: verified offline") == 3
    assert err == f"building a tiny world in {directory} ...\n"


def test_demo_serves_until_interrupted(directory):
    command = [sys.executable, "-m", "entrepot", *demo(directory)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        talk = [running.stderr.readline().decode() for _ in range(5)]
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert (running.returncode, rest) == (0, b"")
    assert talk[2].startswith("console: http://127.0.0.1:")


def test_failing_demo_tells_why(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(demo(tmp_path / "file", "--once")) == 1
    err = capsys.readouterr().err.splitlines()[1]
    assert err.startswith("SERVER_FAILED: the service ended with exit code 1")


def test_real_data_must_be_there(directory, tmp_path, capsys):
    assert main(demo(directory, "--once", "--data", str(tmp_path / "none"))) == 1
    assert "SERVER_FAILED" in capsys.readouterr().err


def test_setting_of_service_is_checked():
    run = subprocess.run(
        [sys.executable, "-m", "entrepot", "serve"],
        env={"ENTREPOT_NONSENSE": "1"},
        capture_output=True,
        check=False,
    )
    assert (run.returncode, b"unknown settings: entrepot_nonsense" in run.stderr.lower()) == (
        1,
        True,
    )


@pytest.mark.parametrize("name", ["c.yaml", "none.yaml", "-x"])
def test_contract_is_checked(tmp_path, capfd, name):
    (tmp_path / "c.yaml").write_text(CONTRACT)
    assert main(["product", "check", "--", str(tmp_path / name)]) == 1
    assert name in capfd.readouterr().err


def test_contract_is_published(run, service, tmp_path):
    (tmp_path / "c.yaml").write_text(CONTRACT)
    arguments = ("product", "publish", str(tmp_path / "c.yaml"), "--location", "delta:d")
    assert run(*arguments) == (0, "customs-be.import_declarations 1.0.0 is published\n", "")
    assert json.loads(service.seen[-1][3]) == {"contract": CONTRACT, "location": "delta:d"}


def test_published_product_is_json_on_demand(run, service, tmp_path):
    (tmp_path / "c.yaml").write_text(CONTRACT)
    _, out, _ = run(
        "product", "publish", str(tmp_path / "c.yaml"), "--location", "delta:d", "--json"
    )
    assert json.loads(out) == service.pages["POST /v1/products"]
