import json

import pytest

from data_products.errors import ConfigurationError, RequestError
from data_products.parties import Role
from marketplace_api.clients import Clients


@pytest.fixture
def path(tmp_path):
    return tmp_path / "clients.json"


@pytest.fixture
def clients(path):
    return Clients(path)


def test_registered_client_is_found(clients):
    secret = clients.register("desk", "customs-be", [Role.STEWARD, Role.CONSUMER])
    client = clients.find("desk")
    assert client.check_client_secret(secret)
    assert (client.organisation, client.roles) == ("customs-be", {Role.STEWARD, Role.CONSUMER})


def test_second_client_keeps_first(clients):
    secret = clients.register("desk", "customs-be", [Role.STEWARD])
    clients.register("gate", "beanr", [Role.PROVIDER])
    assert clients.find("desk").check_client_secret(secret)


def test_secret_is_not_kept(clients, path):
    secret = clients.register("desk", "customs-be", [Role.STEWARD])
    assert secret not in path.read_text()
    assert len(secret) == 43


def test_registering_again_ends_old_secret(clients):
    old = clients.register("desk", "customs-be", [Role.STEWARD])
    clients.register("desk", "customs-be", [Role.STEWARD])
    assert not clients.find("desk").check_client_secret(old)


@pytest.mark.parametrize("secret", ["", "0" * 64, "nobody"])
def test_unknown_client_has_no_secret(clients, secret):
    assert not clients.find("stranger").check_client_secret(secret)


@pytest.mark.parametrize(
    ("client_id", "organisation", "roles"),
    [
        ("Desk", "customs-be", [Role.STEWARD]),
        ("desk\n", "customs-be", [Role.STEWARD]),
        ("desk", "customs be", [Role.STEWARD]),
        ("", "customs-be", [Role.STEWARD]),
        ("desk", "customs-be", []),
    ],
)
def test_malformed_client_is_refused(clients, client_id, organisation, roles):
    with pytest.raises(RequestError):
        clients.register(client_id, organisation, roles)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[1]",
        "[{}]",
        json.dumps(
            [{"client_id": "d", "organisation": "o", "roles": ["king"], "secret_sha256": "0"}]
        ),
        json.dumps(
            [{"client_id": "D", "organisation": "o", "roles": ["steward"], "secret_sha256": "0"}]
        ),
    ],
)
def test_broken_file_is_refused(clients, path, content):
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="not a list of clients"):
        clients.find("desk")


@pytest.mark.parametrize(
    ("method", "endpoint", "allowed"),
    [
        ("client_secret_basic", "token", True),
        ("client_secret_post", "token", False),
        ("none", "token", False),
        ("client_secret_basic", "revocation", False),
    ],
)
def test_only_basic_at_token_endpoint(clients, method, endpoint, allowed):
    clients.register("desk", "customs-be", [Role.STEWARD])
    assert clients.find("desk").check_endpoint_auth_method(method, endpoint) is allowed
