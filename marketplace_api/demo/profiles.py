"""The demo's clients, and the profile files by which the SDK and the command act as them.

An organisation has a client of its own name; who owns products has a second one, for its steward,
and there is an auditor. Secrets are random, and told in the profile only.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.files import replace_private
from data_products.parties import ParticipantId, ProductId, Role, owner
from marketplace_api.clients import Clients
from marketplace_api.demo.questions import Agreement


@dataclass(frozen=True)
class Account:
    """A client of the issuer: its name, whom it acts for, and as what."""

    client_id: str
    organisation: ParticipantId
    roles: frozenset[Role]


def accounts(products: Sequence[ProductId], agreements: Sequence[Agreement]) -> Iterator[Account]:
    """Every client that the products' owners and the agreements' consumers need."""
    owners = {owner(product) for product in products}
    consumers = {agreement.consumer for agreement in agreements}
    for organisation in sorted(owners | consumers):
        roles = {Role.PROVIDER} if organisation in owners else set()
        roles |= {Role.CONSUMER} if organisation in consumers else set()
        yield Account(organisation, organisation, frozenset(roles))
    # A steward is a client of its own, for nobody decides on a request of their own.
    for organisation in sorted(owners):
        yield Account(f"{organisation}-steward", organisation, frozenset({Role.STEWARD}))
    yield Account("auditor", ParticipantId("auditor"), frozenset({Role.AUDITOR}))


def write(account: Account, clients: Clients, folder: Path, server: Mapping[str, str]) -> Path:
    """Writes the account's profile, registering it if its secret is not known any more.

    `server` has what all profiles say alike: `url`, `log_key` and `room_key`.
    """
    path = folder / f"{account.client_id}.json"
    # The issuer keeps only a hash: a secret that its profile has lost can only be replaced.
    secret = _secret(path)
    if not clients.find(account.client_id).check_client_secret(secret):
        secret = clients.register(account.client_id, account.organisation, account.roles)
    profile = {
        "client_id": account.client_id,
        "client_secret": secret,
        "organisation": account.organisation,
        **server,
    }
    replace_private(path, json.dumps(profile, indent=2).encode())
    return path


def _secret(path: Path) -> str:
    """The secret in a profile that was written before; nothing where there is none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return ""
    return str(found.get("client_secret", "")) if isinstance(found, dict) else ""
