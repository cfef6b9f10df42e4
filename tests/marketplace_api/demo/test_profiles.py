"""A profile holds what its client needs, is private, and keeps its secret."""

import json

import pytest

from data_products.parties import ParticipantId, ProductId, Role
from marketplace_api.clients import Clients
from marketplace_api.demo import profiles
from marketplace_api.demo.profiles import Account
from marketplace_api.demo.questions import REFUSALS, agreements
from marketplace_api.demo.world import SIZES, World

SERVER = {"url": "http://127.0.0.1:8600", "log_key": "l", "room_key": "r"}
INSURER = Account("insurer", ParticipantId("insurer"), frozenset({Role.CONSUMER}))


@pytest.fixture
def clients(tmp_path):
    return Clients(tmp_path / "clients.json")


def write(clients, tmp_path, server=None):
    """The insurer's profile, written."""
    path = profiles.write(INSURER, clients, tmp_path, server or SERVER)
    return json.loads(path.read_bytes())


def test_profile_has_what_sdk_reads(clients, tmp_path):
    found = write(clients, tmp_path)

    assert set(found) == {
        "url",
        "client_id",
        "client_secret",
        "organisation",
        "log_key",
        "room_key",
    }
    assert found | SERVER == found


def test_profile_is_private(clients, tmp_path):
    write(clients, tmp_path)

    assert (tmp_path / "insurer.json").stat().st_mode & 0o777 == 0o600


def test_client_is_registered(clients, tmp_path):
    found = write(clients, tmp_path)

    registered = clients.find("insurer")
    assert registered.check_client_secret(found["client_secret"])
    assert registered.roles == INSURER.roles


def test_secret_is_kept(clients, tmp_path):
    before = write(clients, tmp_path)

    after = write(clients, tmp_path, SERVER | {"url": "http://127.0.0.1:9"})

    assert after["client_secret"] == before["client_secret"]
    assert after["url"] == "http://127.0.0.1:9"


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"client_secret": "guess"}'])
def test_lost_secret_is_replaced(content, clients, tmp_path):
    before = write(clients, tmp_path)["client_secret"]
    (tmp_path / "insurer.json").unlink()
    if content is not None:
        (tmp_path / "insurer.json").write_text(content)

    after = write(clients, tmp_path)["client_secret"]

    assert after != before
    assert clients.find("insurer").check_client_secret(after)


@pytest.fixture(scope="module")
def accounts():
    """The clients of the demo world, by name."""
    products = tuple(World(SIZES["tiny"]).sources)
    return {a.client_id: a for a in profiles.accounts(products, tuple(agreements()))}


@pytest.mark.parametrize(
    ("client", "roles"),
    [
        ("statistics-office", {Role.CONSUMER}),
        ("beanr", {Role.PROVIDER}),
        ("beanr-steward", {Role.STEWARD}),
        ("clvap", {Role.PROVIDER, Role.CONSUMER}),
        ("customs-be", {Role.PROVIDER, Role.CONSUMER}),
        ("auditor", {Role.AUDITOR}),
    ],
)
def test_client_has_roles(client, roles, accounts):
    assert accounts[client].roles == roles


def test_stewards_act_for_owners(accounts):
    assert accounts["fito-pe-steward"].organisation == "fito-pe"


def test_nobody_is_steward_and_consumer(accounts):
    both = {Role.STEWARD, Role.CONSUMER}

    assert not [name for name, account in accounts.items() if both <= account.roles]


def test_every_asker_has_client(accounts):
    assert {refusal.agreement.consumer for refusal in REFUSALS} <= set(accounts)


def test_lone_owner_has_three_clients():
    found = profiles.accounts((ProductId("customs-kr.x"),), ())

    assert [a.client_id for a in found] == ["customs-kr", "customs-kr-steward", "auditor"]
