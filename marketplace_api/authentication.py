"""Who is calling: bearer access tokens (RFC 6750, RFC 9068), verified with joserfc.

A token is accepted when
1. it is at most 8 KB;
2. its header names a key that we know, by `kid`, the type `at+jwt` and the algorithm ES256;
3. its signature verifies with that key;
4. `iss` and `aud` are ours, `exp` is ahead, `iat` and `nbf` are past, give or take 60 seconds,
   and it was not made to live longer than an hour;
5. `sub`, `client_id`, `org` and `roles` are of the right form, and every role is one we know.
Whatever fails, the caller learns that the token is not valid, and nothing more.
"""

from collections.abc import Callable
from datetime import datetime

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from data_products.digest import Json
from data_products.errors import AuthenticationError
from data_products.parties import Participant, ParticipantId, Role
from marketplace_api.clients import NAME

ALGORITHM = "ES256"
LARGEST_TOKEN = 8 * 1024
LEEWAY = 60
LONGEST_LIFE = 3600
HINT = "send 'Authorization: Bearer <token>'; POST /oauth2/token gives a token"


class Verifier:
    """Verifies the access tokens of one issuer, made for one audience."""

    def __init__(
        self, keys: KeySet, issuer: str, audience: str, clock: Callable[[], datetime]
    ) -> None:
        self._keys = {str(key.kid): key for key in keys}
        self._clock = clock
        self._required: dict[str, jwt.ClaimsOption] = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "iat": {"essential": True},
        }

    def participant(self, token: str) -> Participant:
        """The participant that the token speaks for.

        Raises:
            AuthenticationError: the token is not valid; it is not said why.
        """
        try:
            return _participant(self._claims(token))
        except (JoseError, ValueError):
            raise AuthenticationError("the access token is not valid", hint=HINT) from None

    def _claims(self, token: str) -> dict[str, Json]:
        """The verified claims: steps 1 to 4."""
        if len(token) > LARGEST_TOKEN:
            raise ValueError("too long")
        # Which key verifies is decided here, by a name of ours; what the token brings along in
        # `jwk`, `jku` or `x5c` is never looked at.
        header = jws.extract_compact(token.encode("ascii")).headers()
        kid, kind = str(header.get("kid")), str(header.get("typ")).lower()
        if kid not in self._keys or kind not in ("at+jwt", "application/at+jwt"):
            raise ValueError("no key of ours, or another kind of token")
        # The algorithm is ours, too: `alg` in the header can only agree with it.
        claims = jwt.decode(token, self._keys[kid], algorithms=[ALGORITHM]).claims
        now = int(self._clock().timestamp())
        jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY, **self._required).validate(claims)
        if claims["exp"] - claims["iat"] > LONGEST_LIFE:
            raise ValueError("lives too long")
        return claims


def _participant(claims: dict[str, Json]) -> Participant:
    """The participant of verified claims: step 5."""
    # The issuer's signature says who speaks, not that the words have the right form.
    names = [claims.get(name) for name in ("org", "sub", "client_id")]
    roles = claims.get("roles")
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
        raise ValueError("a name is missing or malformed")
    if not isinstance(roles, list) or not roles:
        raise ValueError("roles are not a list")
    organisation, subject = str(names[0]), str(names[1])
    return Participant(
        ParticipantId(organisation), subject, frozenset(Role(role) for role in roles)
    )
