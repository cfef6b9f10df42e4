import pytest

from tests.entrepot.service import Service


@pytest.fixture
def service():
    with Service() as running:
        yield running


@pytest.fixture
def profile(service, tmp_path):
    return service.write_profile(tmp_path / "profile.json")
