import pytest

from entrepot.cli import main
from tests.entrepot.service import Service


@pytest.fixture
def service():
    with Service() as running:
        yield running


@pytest.fixture
def profile(service, tmp_path):
    return service.write_profile(tmp_path / "profile.json")


@pytest.fixture
def run(capsys, profile, monkeypatch):
    """Runs a command line in this process: its exit code, stdout and stderr."""
    monkeypatch.setenv("ENTREPOT_PROFILE", str(profile))

    def run_one(*arguments):
        code = main(arguments)
        return code, *capsys.readouterr()

    return run_one
