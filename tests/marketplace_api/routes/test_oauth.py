import time

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from marketplace_api.app import create_app
from marketplace_api.issuer import BANNER
from marketplace_api.settings import Settings
from tests.marketplace_api.quay import OFFICE

GRANT = "grant_type=client_credentials"
FORM = "application/x-www-form-urlencoded"


def post(web, content, kind=FORM, auth=None):
    return web.client.post(
        "/oauth2/token", content=content, headers={"Content-Type": kind}, auth=auth
    )


def test_token_is_issued(web):
    reply = post(web, GRANT, auth=web.credentials(OFFICE))
    assert (reply.status_code, reply.json()["token_type"]) == (200, "Bearer")
    assert reply.headers["cache-control"] == "no-store"


def test_published_key_verifies_token(web):
    keys = KeySet.import_key_set(web.client.get("/oauth2/jwks").json())
    claims = jwt.decode(web.token(OFFICE), keys, ["ES256"]).claims
    assert (claims["org"], claims["roles"]) == ("statistics-office", ["consumer"])


def test_discovery_says_demonstration(web):
    document = web.client.get("/.well-known/openid-configuration").json()
    assert document["issuer"] == "http://127.0.0.1:8600"
    assert document["service_documentation"] == BANNER


def test_wrong_secret_is_refused(web):
    name, _ = web.credentials(OFFICE)
    reply = post(web, GRANT, auth=(name, "guess"))
    assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")
    assert reply.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("", FORM),
        ("grant_type", FORM),
        (f"{GRANT}&{GRANT}", FORM),
        ("&".join(f"a{i}=1" for i in range(21)), FORM),
        (b"\xff=1", FORM),
        (GRANT, "application/json"),
        (GRANT, ""),
        ('{"grant_type": "client_credentials"}', FORM),
    ],
)
def test_body_that_is_no_form(web, content, kind):
    reply = post(web, content, kind, web.credentials(OFFICE))
    assert (reply.status_code, reply.json()["code"]) == (400, "REQUEST_INVALID")


@pytest.fixture
def elsewhere(house, settings, tmp_path):
    """The application where tokens come from an issuer of one's own."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    path = tmp_path / "keys.json"
    path.write_text(str(KeySet([key]).as_dict()).replace("'", '"'))
    given = {"issuer": "https://idp.example", "issuer_keys": path, "environment": "production"}
    own = Settings(**{**settings.model_dump(), **given})
    return key, TestClient(create_app(house, own))


@pytest.mark.parametrize("path", ["/oauth2/jwks", "/.well-known/openid-configuration"])
def test_production_issues_no_token(elsewhere, path):
    _, client = elsewhere
    assert client.get(path).status_code == 404
    assert (
        client.post("/oauth2/token", content=GRANT, headers={"Content-Type": FORM}).status_code
        == 404
    )
    assert "Demonstration" not in client.get("/").text


def test_token_from_elsewhere_is_accepted(elsewhere):
    key, client = elsewhere
    claims = {
        "iss": "https://idp.example",
        "aud": "urn:entrepot:api",
        "sub": "ana",
        "client_id": "console",
        "org": "beanr",
        "roles": ["provider"],
        "iat": int(time.time()),
        "exp": int(time.time()) + 600,
    }
    token = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key)
    reply = client.get("/v1/products", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 200
