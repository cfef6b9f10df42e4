"""The embedded issuer: OAuth 2.0 client credentials, for demonstrations only.

It issues JWT access tokens (RFC 9068) that are valid for ten minutes, signed with ES256 by a key
that lies in the data directory and nowhere else. Production uses an issuer of its own; `settings`
refuses this one there.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from catalog.files import create_private, require_private
from data_products.digest import Json
from data_products.errors import ConfigurationError
from marketplace_api.clients import Client, Clients

ALGORITHM = "ES256"
SECONDS = 600
BANNER = "Demonstration issuer: these tokens are not fit for production."

# Authlib writes whole tokens into its debug log.
logging.getLogger("authlib").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Reply:
    """An answer of the token endpoint (RFC 6749, sections 5.1 and 5.2)."""

    status: int
    body: Mapping[str, Json]
    headers: Mapping[str, str] = field(default_factory=dict)


class _Tokens(JWTBearerTokenGenerator):  # type: ignore[misc]  # Authlib ships no types
    """Makes the tokens: who calls, for which organisation, in which roles."""

    # Authlib calls these by position and by name, so that their signatures are not ours to choose.

    def __init__(self, url: str, audience: str, key: ECKey) -> None:
        super().__init__(issuer=url, alg=ALGORITHM, expires_generator=SECONDS)
        self._audience = audience
        self._key = key

    def get_jwks(self) -> KeySet:
        """The key to sign with; Authlib puts its `kid` into the header."""
        return KeySet([self._key])

    def get_audiences(self, client: Client, user: None, scope: str) -> str:
        """The API, and not the client itself, which is Authlib's default."""
        del client, user, scope
        return self._audience

    def get_extra_claims(
        self, client: Client, grant_type: str, user: None, scope: str
    ) -> dict[str, Json]:
        """The organisation and the roles."""
        del grant_type, user, scope
        return {"org": client.organisation, "roles": sorted(client.roles)}


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib ships no types
    """Authlib's protocol core, bound to our clients and to no web framework."""

    def __init__(self, clients: Clients) -> None:
        super().__init__()
        self._clients = clients

    def query_client(self, client_id: str) -> Client:
        """The client of that name; a stand-in if there is none, so that both fail alike."""
        return self._clients.find(client_id)

    def save_token(self, token: Mapping[str, str], request: OAuth2Request) -> None:
        """Nothing: a token is verified by its signature and ends by itself."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """The request as it is."""
        return request

    def handle_response(
        self, status: int, body: Mapping[str, Json], headers: list[tuple[str, str]]
    ) -> Reply:
        """The answer as a value."""
        return Reply(status, dict(body), dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nothing: no one listens."""


class Issuer:
    """The issuer at a URL, with a key and the clients it knows."""

    def __init__(self, url: str, audience: str, key: ECKey, clients: Clients) -> None:
        self.url = url
        self.clients = clients
        self._key = key
        self._server = _Server(clients)
        self._server.register_token_generator("default", _Tokens(url, audience, key))
        self._server.register_grant(ClientCredentialsGrant)

    def token(self, authorization: str, form: Mapping[str, str]) -> Reply:
        """Answers a token request: its Authorization header and its form."""
        try:
            return self._reply(authorization, form)
        except ValueError:
            # Authlib does not expect a Basic header that is not base64, UTF-8 or there at all.
            return self._reply("", form)

    def _reply(self, authorization: str, form: Mapping[str, str]) -> Reply:
        """What Authlib answers."""
        request = OAuth2Request(
            "POST", f"{self.url}/oauth2/token", headers={"Authorization": authorization}
        )
        request.payload = BasicOAuth2Payload(dict(form))
        reply: Reply = self._server.create_token_response(request)
        return reply

    @property
    def keys(self) -> KeySet:
        """The public key that verifies the tokens."""
        return KeySet([ECKey.import_key(self._key.as_dict(private=False))])

    def discovery(self) -> dict[str, Json]:
        """The discovery document (RFC 8414, at OpenID Connect's address)."""
        return {
            "issuer": self.url,
            "token_endpoint": f"{self.url}/oauth2/token",
            "jwks_uri": f"{self.url}/oauth2/jwks",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "response_types_supported": [],
            "scopes_supported": [],
            "service_documentation": BANNER,
        }


def issuer_key(path: Path) -> ECKey:
    """The signing key in the file, made when there is none.

    Raises:
        ConfigurationError: the file is no such key, or others may read it.
    """
    if not path.exists():
        # `create_private` yields to a file that appeared meanwhile; that one is read then.
        made = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        create_private(path, json.dumps(made.as_dict(private=True)).encode())
    require_private(path)
    try:
        key = ECKey.import_key(json.loads(path.read_bytes()))
    except (JoseError, ValueError):
        raise ConfigurationError(
            f"{path.name} is not a private key in JWK form",
            hint="delete it; a new key is made, and tokens already issued end",
        ) from None
    if not key.is_private or key.curve_name != "P-256":
        raise ConfigurationError(
            f"{path.name} does not hold a private P-256 key", hint="delete it; a new key is made"
        )
    return key
