from contextlib import ExitStack

import pytest

from entrepot.errors import (
    AuthenticationError,
    BudgetExhaustedError,
    ConflictError,
    InputError,
    RawRowsError,
    ReplyError,
    ServiceError,
    UnreachableError,
)
from entrepot.transport import Access, Call, Transport, segment
from tests.entrepot.service import CLIENT, SECRET, drip, problem

OK = (200, "application/json", b'{"ok":true}')
GATEWAY = (503, "text/plain", b"Service Unavailable")
READ = Call("GET", "/v1/products")
ASK = Call("POST", "/v1/queries", {"sql": "SELECT 1"}, key="key-1")
PUBLISH = Call("POST", "/v1/products", {"contract": ""})


class Hasty(Transport):
    """The transport with no patience, for tests."""

    pauses = (0.0, 0.0)
    largest = 1000
    longest = 0.2


@pytest.fixture
def opened():
    """Opens transports, and closes them after the test."""
    with ExitStack() as stack:

        def open_one(url, access):
            transport = Hasty(url, access)
            stack.callback(transport.close)
            return transport

        yield open_one


@pytest.fixture
def transport(service, opened):
    return opened(service.url, Access(CLIENT, SECRET))


def test_token_is_fetched_once(service, transport):
    for _ in range(3):
        transport.send(READ)
    assert service.tokens["issued"] == 1
    assert service.seen[-1][2]["Authorization"] == "Bearer token-1"


def test_token_is_renewed_before_end(service, transport):
    service.tokens["lasts"] = 0
    transport.send(READ)
    transport.send(READ)
    assert service.tokens["issued"] == 2


def test_withdrawn_token_is_replaced(service, transport):
    transport.send(READ)
    service.tokens["valid"].clear()
    transport.send(PUBLISH)
    assert service.tokens["issued"] == 2


def test_fresh_token_refused_is_final(service, transport):
    service.scripted = [problem(401, code="UNAUTHENTICATED")] * 3
    with pytest.raises(AuthenticationError):
        transport.send(READ)
    assert len(service.paths()) == 1


def test_wrong_secret_is_refused(service, opened):
    with pytest.raises(AuthenticationError, match="did not accept client_id"):
        opened(service.url, Access(CLIENT, "wrong")).send(READ)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, b"<p>oops", ReplyError),
        (503, b"busy", UnreachableError),
        (302, b"", ReplyError),
        (200, b"[", ReplyError),
        (200, b"[]", ReplyError),
        (200, b'{"access_token": "t"}', ReplyError),
        (200, b'{"access_token": "a b", "expires_in": 9}', ReplyError),
    ],
)
def test_odd_issuer_is_not_trusted(service, transport, status, body, error):
    service.pages["token"] = True
    service.scripted = [(status, "application/json", body)] * 3
    with pytest.raises(error):
        transport.send(PUBLISH)


@pytest.mark.parametrize("call", [READ, ASK, Call("DELETE", "/v1/grants/g")])
@pytest.mark.parametrize("fault", [None, GATEWAY])
def test_repeatable_call_is_repeated(service, transport, call, fault):
    service.scripted = [fault, fault, OK]
    assert transport.send(call).json() == {"ok": True}
    keys = {headers.get("Idempotency-Key") for _, path, headers, _ in service.seen if "v1" in path}
    assert (len(service.paths()), keys) == (3, {call.key or None})


@pytest.mark.parametrize("fault", [None, GATEWAY])
def test_third_failure_is_final(service, transport, fault):
    service.scripted = [fault] * 4
    with pytest.raises(UnreachableError):
        transport.send(ASK)
    assert len(service.paths()) == 3


@pytest.mark.parametrize("fault", [None, GATEWAY])
def test_call_without_key_is_sent_once(service, transport, fault):
    service.scripted = [fault, OK]
    with pytest.raises(UnreachableError):
        transport.send(PUBLISH)
    assert len(service.paths()) == 1


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (409, "CONFLICT", ConflictError),
        (422, "RAW_ROWS", RawRowsError),
        (429, "BUDGET_EXHAUSTED", BudgetExhaustedError),
        (503, "EXECUTION_FAILED", ServiceError),
    ],
)
def test_problem_is_said_once(service, transport, status, code, error):
    service.scripted = [problem(status, code=code)]
    with pytest.raises(error) as caught:
        transport.send(ASK)
    assert (caught.value.code, len(service.paths())) == (code, 1)


def test_redirect_is_not_followed(service, transport):
    service.scripted = [(307, "text/plain", b"", [("Location", "http://127.0.0.1:9/steal")])]
    with pytest.raises(ReplyError, match="status 307"):
        transport.send(ASK)


def test_compression_bomb_is_refused(service, transport):
    service.scripted = [(200, "application/json", b"x", [("Content-Encoding", "gzip")])]
    with pytest.raises(ReplyError, match="compressed"):
        transport.send(READ)


def test_endless_reply_is_cut(service, transport):
    service.scripted = [(200, "application/json", b" " * 1001)]
    with pytest.raises(ReplyError, match="more than 1000 bytes"):
        transport.send(READ)


def test_slow_reply_is_cut(service, transport):
    service.scripted = [drip]
    with pytest.raises(ReplyError, match=r"0\.2 seconds"):
        transport.send(READ)


def test_nobody_listening_is_unreachable(opened):
    with pytest.raises(UnreachableError, match="did not answer"):
        opened("http://127.0.0.1:9", Access(token="t")).send(READ)


def test_body_is_canonical_json(service, transport):
    service.scripted = [OK]
    transport.send(Call("POST", "/v1/queries", {"b": "\u00e9", "a": 1}, key="k"))
    assert service.seen[-1][3] == '{"a":1,"b":"\u00e9"}'.encode()


@pytest.mark.parametrize(
    ("body", "says"),
    [({"sql": "\ud800"}, "cannot be sent"), ({"sql": "x" * 16_000_000}, "expected at most 15")],
)
def test_impossible_body_is_not_sent(service, transport, body, says):
    with pytest.raises(InputError, match=says):
        transport.send(Call("POST", "/v1/queries", body, key="k"))
    assert service.paths() == []


def test_call_as_nobody_has_no_token(service, opened):
    with pytest.raises(AuthenticationError):
        opened(service.url, Access()).send(READ)
    assert "Authorization" not in service.seen[-1][2]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "ftp://127.0.0.1",
        "http://",
        "http://user:secret@127.0.0.1",
        "https://example.org/?a=1",
        "https://example.org/#a",
        "http://[::1",
    ],
)
def test_odd_address_is_refused(url):
    with pytest.raises(InputError):
        Transport(url, Access())


@pytest.mark.parametrize("access", [Access(token="t"), Access("id", "secret")])
@pytest.mark.parametrize(
    "host", ["example.org", "10.0.0.1", "localhost.example.org", "127.0.0.1.nip.io"]
)
def test_secret_in_clear_is_refused(host, access):
    with pytest.raises(InputError, match="in the clear"):
        Transport(f"http://{host}", access)


@pytest.mark.parametrize(
    "url",
    ["https://example.org/base/", "http://127.8.0.1:8600", "http://[::1]:1", "http://localhost"],
)
def test_safe_address_is_taken(url, opened):
    assert opened(url, Access("id", "secret")).url == url.rstrip("/")


def test_token_cannot_smuggle_headers():
    with pytest.raises(InputError, match="no access token has"):
        Access(token="t\r\nX-Evil: 1")


def test_secrets_are_not_shown():
    assert "secret" not in repr(Access("id", "secret", "secret-token"))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a%2fb", "a b", "a?b", "\u00e9", "a" * 201])
def test_name_cannot_leave_path(name):
    with pytest.raises(InputError):
        segment(name)
