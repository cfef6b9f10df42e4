"""A demo data space at its smallest, served by a process of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

import entrepot


@dataclass(frozen=True)
class Served:
    """The space's directory, and where it is served."""

    directory: Path
    url: str

    def profile(self, name):
        """The path of an account's profile."""
        return self.directory / "profiles" / f"{name}.json"

    def client(self, name):
        """The SDK, as that account."""
        return entrepot.connect(self.profile(name))

    def token(self, name):
        """A bearer token of that account, had as any HTTP client would."""
        account = entrepot.Profile.read(self.profile(name))
        answer = httpx2.post(
            f"{self.url}/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(account.client_id, account.client_secret),
        )
        return answer.json()["access_token"]

    def command(self, name, *arguments):
        """The entrepot command's outcome, as that account."""
        command = [sys.executable, "-m", "entrepot", *arguments]
        options = [] if name is None else ["--profile", str(self.profile(name))]
        return subprocess.run(
            command + options, check=False, capture_output=True, text=True, timeout=120
        )


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    directory = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "marketplace_api", "demo", "--size", "tiny"]
    with subprocess.Popen(
        [*command, "--directory", str(directory), "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as child:
        word, _, url = child.stdout.readline().strip().partition(" ")
        assert word == "READY"
        yield Served(directory, url)
        child.terminate()
