import base64
import logging

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from catalog.files import create_private
from data_products.errors import ConfigurationError
from data_products.parties import Role
from marketplace_api.clients import Clients
from marketplace_api.issuer import BANNER, Issuer, issuer_key

GRANT = {"grant_type": "client_credentials"}


def basic(client_id, secret):
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


@pytest.fixture
def issuer(tmp_path):
    key = issuer_key(tmp_path / "issuer.jwk")
    return Issuer(
        "http://127.0.0.1:8600", "urn:entrepot:api", key, Clients(tmp_path / "clients.json")
    )


@pytest.fixture
def credentials(issuer):
    secret = issuer.clients.register("desk", "customs-be", [Role.STEWARD, Role.CONSUMER])
    return basic("desk", secret)


def test_token_names_who_calls(issuer, credentials):
    reply = issuer.token(credentials, GRANT)
    claims = jwt.decode(reply.body["access_token"], issuer.keys, ["ES256"]).claims
    assert (reply.status, reply.body["token_type"], reply.body["expires_in"]) == (
        200,
        "Bearer",
        600,
    )
    assert (claims["sub"], claims["client_id"], claims["org"]) == ("desk", "desk", "customs-be")
    assert claims["roles"] == ["consumer", "steward"]


def test_token_is_rfc_9068(issuer, credentials):
    token = jwt.decode(
        issuer.token(credentials, GRANT).body["access_token"], issuer.keys, ["ES256"]
    )
    assert token.header == {"typ": "at+jwt", "alg": "ES256", "kid": issuer.keys.keys[0].kid}
    assert (token.claims["iss"], token.claims["aud"]) == (issuer.url, "urn:entrepot:api")
    assert token.claims["exp"] - token.claims["iat"] == 600


def test_each_token_has_own_jti(issuer, credentials):
    tokens = [issuer.token(credentials, GRANT).body["access_token"] for _ in range(2)]
    first, second = (jwt.decode(token, issuer.keys, ["ES256"]).claims["jti"] for token in tokens)
    assert first != second


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic /////w==",
        "Basic \u00e9",
        "Bearer x",
        basic("desk", "wrong"),
        basic("desk", ""),
        basic("stranger", "0"),
        base64.b64encode(b"desk").decode(),
    ],
)
def test_bad_credentials_answered_alike(issuer, credentials, authorization):
    assert credentials
    reply = issuer.token(authorization, GRANT)
    assert (reply.status, reply.body["error"]) == (401, "invalid_client")
    assert reply.body == issuer.token("", GRANT).body


def test_secret_in_form_is_refused(issuer, credentials):
    name, secret = base64.b64decode(credentials[6:]).decode().split(":")
    reply = issuer.token("", {**GRANT, "client_id": name, "client_secret": secret})
    assert reply.status == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({**GRANT, "scope": "everything"}, "invalid_scope"),
    ],
)
def test_other_grants_are_refused(issuer, credentials, form, error):
    reply = issuer.token(credentials, form)
    assert (reply.status, reply.body["error"]) == (400, error)


def test_published_key_is_public(issuer):
    (key,) = issuer.keys.as_dict()["keys"]
    assert "d" not in key
    assert (key["alg"], key["use"], key["crv"]) == ("ES256", "sig", "P-256")


def test_discovery_says_demonstration(issuer):
    document = issuer.discovery()
    assert document["service_documentation"] == BANNER
    assert document["token_endpoint"] == f"{issuer.url}/oauth2/token"


def test_key_survives_restart(tmp_path):
    path = tmp_path / "issuer.jwk"
    assert issuer_key(path).kid == issuer_key(path).kid
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b'{"kty": "EC"}',
        b'{"kty": "oct", "k": "AAAA"}',
        str(ECKey.generate_key("P-256", private=False).as_dict()).replace("'", '"').encode(),
        str(ECKey.generate_key("P-384").as_dict(private=True)).replace("'", '"').encode(),
    ],
)
def test_other_key_is_refused(tmp_path, content):
    create_private(tmp_path / "issuer.jwk", content)
    with pytest.raises(ConfigurationError, match="private"):
        issuer_key(tmp_path / "issuer.jwk")


def test_tokens_stay_out_of_debug_log(issuer, credentials, caplog):
    caplog.set_level(logging.DEBUG)
    token = issuer.token(credentials, GRANT).body["access_token"]
    assert token not in caplog.text
