"""The clients of the embedded issuer: machines that act for an organisation, and in what roles.

They are kept in one file of mode 0600. A secret is 256 random bits, told once when the client is
registered and kept only as its SHA-256: with that much entropy a slow hash would add nothing.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from catalog.files import replace_private, require_private
from data_products.errors import ConfigurationError, RequestError
from data_products.parties import ParticipantId, Role

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Entry(TypedDict):
    """A client as the file holds it."""

    client_id: str
    organisation: str
    roles: list[str]
    secret_sha256: str


@dataclass(frozen=True)
class Client:
    """A registered client; the methods are those that Authlib asks of one.

    Raises:
        RequestError: a name is not in the form it must have, or there is no role.
    """

    client_id: str
    organisation: ParticipantId
    roles: frozenset[Role]
    secret_sha256: str

    def __post_init__(self) -> None:
        """Refuses names that could be mistaken for something else in a log or a token."""
        for name in (self.client_id, self.organisation):
            if not NAME.fullmatch(name):
                raise RequestError(
                    f"{name[:60]!r} is not a name: expected a to z, 0 to 9, '.', '_' and '-'",
                    hint="use a name such as statistics-office",
                )
        if not self.roles:
            raise RequestError("a client without a role could do nothing", hint="name a role")

    def get_client_id(self) -> str:
        """The client's name, which is also the subject of its tokens."""
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """No scope is known, for what a client may do follows from its roles; None: refused."""
        return None if scope else ""

    def check_client_secret(self, secret: str) -> bool:
        """Whether this is the client's secret, in time that does not depend on how nearly it is."""
        return hmac.compare_digest(_sha256(secret), self.secret_sha256)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Only HTTP Basic, only at the token endpoint."""
        return method == "client_secret_basic" and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        """Only the client credentials grant (RFC 6749, section 4.4)."""
        return grant_type == "client_credentials"


NOBODY = Client("nobody", ParticipantId("nobody"), frozenset({Role.OPERATOR}), "0" * 64)
"""Stands in for a client that does not exist, so that its secret is compared all the same."""


class Clients:
    """The file of clients; read at each look-up, so that registration needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def register(self, client_id: str, organisation: ParticipantId, roles: Iterable[Role]) -> str:
        """Registers a client, or gives it a new secret, and returns the secret.

        Raises:
            RequestError: a name is not in the form it must have, or there is no role.
        """
        secret = secrets.token_urlsafe(32)
        client = Client(client_id, organisation, frozenset(roles), _sha256(secret))
        entries = [_entry(one) for one in {**self._all(), client_id: client}.values()]
        replace_private(self._path, json.dumps(entries, indent=2).encode())
        return secret

    def find(self, client_id: str) -> Client:
        """The client of that name, or one whose secret nobody can know."""
        return self._all().get(client_id, NOBODY)

    def _all(self) -> dict[str, Client]:
        """The file's clients by name; none where there is no file yet."""
        if not self._path.exists():
            return {}
        require_private(self._path)
        try:
            entries: list[Entry] = json.loads(self._path.read_bytes())
            return {entry["client_id"]: _client(entry) for entry in entries}
        except (KeyError, TypeError, ValueError, RequestError):
            raise ConfigurationError(
                f"{self._path.name} is not a list of clients",
                hint="delete it and register the clients again",
            ) from None


def _client(entry: Entry) -> Client:
    """The client of an entry."""
    roles = frozenset(Role(role) for role in entry["roles"])
    organisation = ParticipantId(entry["organisation"])
    return Client(entry["client_id"], organisation, roles, entry["secret_sha256"])


def _entry(client: Client) -> Entry:
    """The entry of a client."""
    return {
        "client_id": client.client_id,
        "organisation": client.organisation,
        "roles": sorted(client.roles),
        "secret_sha256": client.secret_sha256,
    }


def _sha256(secret: str) -> str:
    """The form in which a secret is kept.

    >>> _sha256("secret")[:12]
    '2bb80d537b1d'
    """
    return hashlib.sha256(secret.encode()).hexdigest()
