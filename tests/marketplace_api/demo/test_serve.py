"""The demo serves what it builds, says when it is ready, and says why if it cannot."""

import json
import subprocess
import sys
from threading import Thread
from time import monotonic, sleep

import httpx2
import pytest

from data_products.errors import ConfigurationError
from marketplace_api.demo import serve
from marketplace_api.demo.serve import free_port, main, prepare
from marketplace_api.demo.space import Space
from marketplace_api.settings import Settings

PATIENCE = 60


@pytest.fixture(scope="module")
def served(built):
    """The URL of the space, served."""
    port = free_port()
    server = prepare(built.space, port)
    thread = Thread(target=server.run)
    thread.start()
    ends = monotonic() + PATIENCE
    while not server.started and monotonic() < ends:
        sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE)


def test_service_says_it_is_ready(served):
    assert httpx2.get(f"{served}/readyz").status_code == 200


def test_profile_gets_token(served, built):
    profile = json.loads((built.space.directory / "profiles" / "insurer.json").read_bytes())

    reply = httpx2.post(
        f"{served}/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(profile["client_id"], profile["client_secret"]),
    )

    assert profile["url"] == served
    assert reply.json()["token_type"] == "Bearer"


def test_profile_has_services_keys(served, built):
    profile = json.loads((built.space.directory / "profiles" / "auditor.json").read_bytes())

    keys = httpx2.get(f"{served}/v1/log/keys").json()

    assert keys == {"log": profile["log_key"], "room": profile["room_key"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "tiny", "--data", "nowhere"], "SOURCE_UNREADABLE: df_syn_train_eng.csv"),
        (["--size", "demo"], "CONFLICT: "),
    ],
)
def test_failure_is_said(arguments, said, built, capsys):
    status = main([*arguments, "--directory", str(built.space.directory)])

    assert status == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--size", "huge"], ["--port", "65536"], ["--port", "x"]])
def test_wrong_option_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)

    assert f"argument {arguments[0]}: invalid" in capsys.readouterr().err


def test_production_environment_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ENTREPOT_ENVIRONMENT", "production")

    with pytest.raises(ConfigurationError, match="environment"):
        Space(tmp_path, "tiny").settings(0)


def test_foreign_issuer_is_refused(built, tmp_path):
    settings = Settings(
        data_directory=tmp_path, issuer="https://issuer.example", issuer_keys=tmp_path / "keys"
    )

    with pytest.raises(ConfigurationError, match="embedded"):
        serve.write_profiles(built.space, settings, built.marketplace)


def test_command_serves_until_told_to_stop(tmp_path):
    command = [sys.executable, "-m", "marketplace_api", "demo", "--size", "tiny", "--port", "0"]

    with subprocess.Popen(
        [*command, "--directory", tmp_path / "new"], stdout=subprocess.PIPE, text=True
    ) as child:
        word, url = child.stdout.readline().split()
        status = httpx2.get(f"{url}/readyz").status_code
        child.terminate()

    assert (word, status) == ("READY", 200)
