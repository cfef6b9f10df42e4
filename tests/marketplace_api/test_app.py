import os
import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from marketplace_api.app import create_app, server
from marketplace_api.clients import Clients
from marketplace_api.settings import Settings
from tests.marketplace_api.quay import BY_CHAPTER, OFFICE, STATISTICS


@pytest.fixture
def document(web):
    return web.client.get("/v1/openapi.json").json()


def operations(document):
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_document_is_the_same_again(web, document):
    assert web.client.get("/v1/openapi.json").json() == document


def test_every_operation_is_documented(document):
    for operation in operations(document):
        assert operation["summary"]
        assert operation["description"]
        assert all(answer["description"] for answer in operation["responses"].values())


def test_every_refusal_is_a_problem(document):
    for operation in operations(document):
        refusals = {s: r for s, r in operation["responses"].items() if s >= "400"}
        assert {"400", "500", "503"} <= refusals.keys()
        assert all(list(r["content"]) == ["application/problem+json"] for r in refusals.values())


def test_no_schema_of_the_framework_is_left(document):
    assert "HTTPValidationError" not in str(document)
    assert document["components"]["schemas"]["ProblemOut"]["required"]


def test_secured_operations_answer_401(document):
    locked = [operation for operation in operations(document) if "security" in operation]
    assert locked
    assert all({"401", "403"} <= operation["responses"].keys() for operation in locked)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
def test_no_page_from_a_content_network(web, path):
    assert web.client.get(path).status_code == 404


def test_websocket_is_closed(web):
    with pytest.raises(WebSocketDisconnect), web.client.websocket_connect("/v1/queries"):
        pass


@contextmanager
def running(house, settings, **changes):
    """The address of a real server that runs within the block."""
    own = Settings(**(settings.model_dump() | changes))
    ready = threading.Event()
    made = server(create_app(house, own), own, ready.set)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        assert ready.wait(30)
        yield own.url
    finally:
        made.should_exit = True
        thread.join(30)


@pytest.fixture
def url(open_house, settings, free_port):
    with running(open_house, settings, port=free_port) as address:
        yield address


@pytest.fixture
def bearer(url, settings):
    clients = Clients(settings.data_directory / "clients.json")
    secret = clients.register("office", OFFICE.id, OFFICE.roles)
    form = {"grant_type": "client_credentials"}
    reply = httpx2.post(f"{url}/oauth2/token", data=form, auth=("office", secret))
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


def ask(url, bearer, sql=BY_CHAPTER):
    body = {"sql": sql, "purpose": STATISTICS}
    headers = bearer | {"Idempotency-Key": "key"}
    return httpx2.post(f"{url}/v1/queries", json=body, headers=headers, timeout=60)


def test_question_over_real_http(url, bearer):
    reply = ask(url, bearer)
    assert reply.json()["release"]["rows"] == [["84", 24, 2532], ["87", 9, None]]
    assert "server" not in reply.headers


def test_ten_megabytes_over_real_http(url, bearer):
    reply = ask(url, bearer, "x" * 10_000_000)
    assert (reply.status_code, reply.json()["code"]) == (413, "QUERY_TOO_LARGE")
    assert ask(url, bearer).status_code == 200


@pytest.mark.parametrize(
    "request_text",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"x" * 200_000,
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /v1/queries HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nzzz",
    ],
)
def test_server_survives_garbage(url, request_text):
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as sender:
        sender.sendall(request_text)
        with suppress(OSError):
            sender.shutdown(socket.SHUT_WR)
            while sender.recv(65536):
                pass
    assert httpx2.get(f"{url}/healthz").json() == {"status": "ok"}


def test_busy_server_says_so(house, settings, free_port):
    with running(house, settings, port=free_port, concurrency=1) as url:
        assert httpx2.get(f"{url}/healthz").status_code == 503


def workers():
    """The worker processes that this process has started."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
            ours = b"clean_room.engines.worker" in (place / "cmdline").read_bytes()
            found |= {place.name} if ours and parent == str(os.getpid()) else set()
    return found


def test_stopping_ends_workers(house, settings):
    before = workers()
    with TestClient(create_app(house, settings)) as client:
        client.get("/readyz")
        started = workers() - before
    assert started
    assert not started & workers()
