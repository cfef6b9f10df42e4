import pytest

from tests.marketplace_api.quay import DECLARATIONS, OFFICE

PROTECTED = [
    ("GET", "/v1/products"),
    ("GET", f"/v1/products/{DECLARATIONS}"),
    ("GET", f"/v1/products/{DECLARATIONS}/contract"),
    ("POST", "/v1/products"),
    ("POST", "/v1/access-requests"),
    ("GET", "/v1/access-requests"),
    ("POST", "/v1/access-requests/request_0/decision"),
    ("GET", "/v1/grants"),
    ("DELETE", "/v1/grants/grant_0"),
    ("POST", "/v1/queries:explain"),
    ("POST", "/v1/queries"),
    ("GET", "/v1/queries/release_0"),
    ("GET", "/v1/queries/release_0/result"),
    ("GET", "/v1/receipts/release_0"),
    ("GET", "/v1/budgets"),
    ("GET", "/v1/log/entries/0"),
]
PUBLIC = {
    ("POST", "/oauth2/token"),
    ("GET", "/oauth2/jwks"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/v1/log/checkpoint"),
    ("GET", "/v1/log/keys"),
    ("GET", "/v1/log/proof"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
}


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_token_is_asked_for(web, method, path):
    reply = web.client.request(method, path, json={} if method == "POST" else None)
    assert (reply.status_code, reply.json()["code"]) == (401, "UNAUTHENTICATED")
    assert reply.headers["www-authenticate"] == 'Bearer realm="entrepot"'


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer x y",
        "Basic b2ZmaWNlOng=",
        "bearer a.b.c",
        "x" * 9000,
    ],
)
def test_bad_token_tells_nothing(web, value):
    reply = web.client.get("/v1/budgets", headers={"Authorization": value})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="entrepot", error="invalid_token"'


def test_two_tokens_are_refused(web):
    token = f"Bearer {web.token(OFFICE)}"
    headers = [("Authorization", token), ("Authorization", token)]
    assert web.client.get("/v1/budgets", headers=headers).status_code == 401


def test_token_in_query_is_not_read(web):
    assert web.client.get(f"/v1/budgets?access_token={web.token(OFFICE)}").status_code == 401


def test_every_operation_is_protected_or_public(web):
    document = web.client.get("/v1/openapi.json").json()
    secured = {
        (method.upper(), path): "security" in operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert {found for found, locked in secured.items() if not locked} == PUBLIC
    assert sum(secured.values()) == len(PROTECTED)
