import json

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response

from marketplace_api.limits import ANSWER_HEADERS, Limits


async def echo(scope, receive, send):
    """Sends the body back, and asks the channel once more than it needs."""
    body = await Request(scope, receive).body()
    await Response(body, media_type="text/plain")(scope, receive, send)


@pytest.fixture
def client():
    return TestClient(Limits(echo))


def post(client, body, path="/v1/products", **headers):
    return client.post(path, content=body, headers=headers)


def problem(response):
    return response.status_code, response.json()["code"]


def nested(depth, opening="[", closing="]"):
    return (opening * depth + closing * depth).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"a": [1, 2.5e3, null, true, "\\u00e9"]}',
        nested(64),
        json.dumps({"sql": "(" * 5000 + ")" * 5000}).encode(),
        json.dumps({"sql": "[{" * 5000 + '\\"'}).encode(),
        json.dumps("x" * (256 * 1024 - 2)).encode(),
    ],
)
def test_good_body_passes_unchanged(client, body):
    response = post(client, body)
    assert (response.status_code, response.content) == (200, body)


@pytest.mark.parametrize(
    "body",
    [
        nested(65),
        nested(5000),
        nested(100_000),
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"[" * 5000,
        b'"' + b'\\"' * 100_000,
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b"NaN",
        b'{"a": Infinity}',
        b"[-Infinity]",
        b"1e999",
        b"9" * 5000,
        b"\xff\xfe",
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'{"\\udc00": 1}',
        b'{"sql": "a\\u0000b"}',
        b'["a\\u0000b"]',
        b"{",
        b"a=b&c=d",
        b"\x00",
        b"\xef\xbb\xbf{}",
    ],
)
def test_body_that_is_not_json(client, body):
    response = post(client, body)
    assert problem(response) == (400, "REQUEST_INVALID")
    assert response.json()["detail"] == "the body is not JSON as RFC 7493 has it"


def test_form_at_token_endpoint(client):
    assert post(client, b"a=b&a=c", "/oauth2/token").content == b"a=b&a=c"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/products", "REQUEST_INVALID"),
        ("/oauth2/token", "REQUEST_INVALID"),
        ("/v1/queries", "QUERY_TOO_LARGE"),
        ("/v1/queries:explain", "QUERY_TOO_LARGE"),
    ],
)
def test_ten_megabytes_of_sql(client, path, code):
    response = post(client, b'"' + b"x" * 10_000_000 + b'"', path)
    assert problem(response) == (413, code)


def test_streamed_body_is_counted(client):
    parts = (b"x" * 65536 for _ in range(5))
    assert problem(post(client, parts)) == (413, "REQUEST_INVALID")


def test_endless_stream_is_cut(client):
    taken = []
    parts = (taken.append(1) or b"x" * 1_000_000 for _ in range(100))
    response = client.post("/v1/products", content=parts)
    assert problem(response) == (413, "REQUEST_INVALID")


@pytest.mark.parametrize(
    "length", ["99999999999999999999", "9" * 5000, "-1", "+1", "1_0", "abc", "\u0661"]
)
def test_false_content_length(client, length):
    response = post(client, b"{}", **{"Content-Length": length.encode()})
    assert problem(response) == (413, "REQUEST_INVALID")


@pytest.mark.parametrize("path", ["/" + "x" * 4096, "/v1/products?q=" + "x" * 4096])
def test_long_address(client, path):
    assert problem(client.get(path)) == (414, "REQUEST_INVALID")


@pytest.mark.parametrize(
    "headers", [{"X": "x" * 16_384}, {f"X-{i}": "x" for i in range(64)}, {"A": "x" * 1_000_000}]
)
def test_large_headers(client, headers):
    assert problem(client.get("/", headers=headers)) == (431, "REQUEST_INVALID")


async def conversation(messages, patience=10.0):
    """What the middleware sends when it receives just these messages, then waits for ever."""
    sent = []
    waiting = list(messages)

    async def receive():
        if not waiting:
            await anyio.sleep_forever()
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/queries", "query_string": b""}
    await Limits(echo, patience)({**scope, "headers": []}, receive, send)
    return sent


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([{"type": "http.request", "body": b"{", "more_body": True}], 408),
        ([{"type": "http.disconnect"}], 400),
        ([{"type": "http.request"}, {"type": "http.disconnect"}], 200),
    ],
)
def test_body_that_never_ends(messages, status):
    start, *_ = anyio.run(conversation, messages, 0.05)
    assert start["status"] == status


def test_body_in_single_bytes():
    body = [{"type": "http.request", "body": b" ", "more_body": True} for _ in range(50_000)]
    start, *_ = anyio.run(conversation, [*body, {"type": "http.request", "body": b"1"}])
    assert start["status"] == 200


@pytest.mark.parametrize(("body", "status"), [(b"{}", 200), (b"{", 400)])
def test_answers_carry_safe_headers(client, body, status):
    response = post(client, body)
    assert response.status_code == status
    assert ANSWER_HEADERS.items() <= {k.title(): v for k, v in response.headers.items()}.items()


@pytest.mark.parametrize(
    ("path", "stored"), [("/v1/budgets", "no-store"), ("/oauth2/jwks", "no-store"), ("/", None)]
)
def test_private_answers_are_not_stored(client, path, stored):
    assert client.get(path).headers.get("cache-control") == stored


def test_request_ids_differ(client):
    first, second = (client.get("/").headers["x-request-id"] for _ in range(2))
    assert first != second


def test_sent_request_id_is_not_taken(client):
    assert client.get("/", headers={"X-Request-Id": "mine"}).headers["x-request-id"] != "mine"
