"""A service for tests: real HTTP on 127.0.0.1, the wire forms of the real one, no rules at all.

`scripted` replies are given first, in their order; afterwards each path answers as in `pages`.
"""

import base64
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.entrepot.tlog import RELEASE, TinyLog, statement

SQL = "SELECT COUNT(*) AS n FROM customs_be.import_declarations"
PURPOSE = "ent:TradeStatistics"
CLIENT, SECRET = "statistics office", "s+cret/=%"

BALANCE = {
    "epsilon_left": "3.5",
    "epsilon_total": "4.0",
    "queries_left": 199,
    "queries_total": 200,
}
PRODUCT = {
    "id": "customs-be.import_declarations",
    "title": "Import declarations",
    "description": "Declarations, item by item.",
    "version": "1.0.0",
    "unit": {"column": "importer_id", "kind": "company"},
    "terms": {"mode": "exact", "min_units": 10, "purposes": [PURPOSE]},
}
COLUMN = {
    "name": "hs2",
    "type": "string",
    "use": "dimension",
    "filter": "equals",
    "description": "Chapter",
}
REQUEST = {
    "id": "req-1",
    "consumer": "statistics-office",
    "product": PRODUCT["id"],
    "purpose": PURPOSE,
    "reason": "monthly figures",
    "state": "requested",
    "grant": "",
}
GRANT = {
    "id": "grant-1",
    "consumer": "statistics-office",
    "product": PRODUCT["id"],
    "purpose": PURPOSE,
    "expires_at": "2027-01-01T00:00:00Z",
    "epsilon": "4.0",
    "max_queries": 200,
}
EXPLANATION = {
    "mode": "exact",
    "epsilon": "0.0",
    "queries": 1,
    "cells": 936,
    "min_units": 10,
    "p_percent": 15,
    "columns": [{"name": "n", "type": "integer", "error": ""}],
    "rule": "p, statistics-office",
    "budget": BALANCE,
    "cached": False,
}
PROBLEM = {
    "type": "/codes/RAW_ROWS",
    "title": "The query asks for rows.",
    "status": 422,
    "detail": "the query asks for rows; only aggregates leave",
    "code": "RAW_ROWS",
    "hint": "ask for counts or sums",
    "rewrite": "SELECT hs2, COUNT(*) FROM customs_be.import_declarations GROUP BY hs2",
    "request_id": "7e57",
    "errors": [],
}


def problem(status=422, **changes):
    """A scripted problem document."""
    body = json.dumps({**PROBLEM, "status": status, **changes})
    return status, "application/problem+json", body.encode()


def answer(log, index, **changes):
    """The reply to a query, with the receipt of a log's entry."""
    return {
        "id": "rel-1",
        "release": RELEASE,
        "cached": False,
        "cost": {"epsilon": "0.0", "queries": 1},
        "rule": "p, statistics-office",
        "budget": BALANCE,
        "receipt": log.receipt(index),
        **changes,
    }


class Service(ThreadingHTTPServer):
    """The service; `seen` holds each request as (method, path, headers, body)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.log = TinyLog()
        self.log.append(statement(), kind="release")
        self.log.append({"id": "ref-1", "code": "RAW_ROWS"}, kind="refusal")
        self.tokens = {"lasts": 600, "issued": 0, "valid": set()}
        self.scripted = []
        self.seen = []
        self.pages = {
            "/v1/products": {"products": [PRODUCT]},
            "/v1/products/customs-be.import_declarations": {**PRODUCT, "columns": [COLUMN]},
            "/v1/products/customs-be.import_declarations/contract": "kind: DataContract\n",
            "/v1/access-requests": {"requests": [REQUEST]},
            "POST /v1/access-requests": REQUEST,
            "/v1/access-requests/req-1/decision": {**REQUEST, "state": "approved"},
            "POST /v1/products": {**PRODUCT, "columns": [COLUMN]},
            "/v1/grants": {"grants": [GRANT]},
            "/v1/grants/grant-1": GRANT,
            "/v1/budgets": {
                "budgets": [
                    {"grant": "grant-1", "product": PRODUCT["id"], "purpose": PURPOSE, **BALANCE}
                ]
            },
            "/v1/queries:explain": EXPLANATION,
            "/v1/queries": answer(self.log, 0),
            "/v1/receipts/rel-1": self.log.receipt(0),
        }

    def profile(self, **changes):
        """The profile of the one client."""
        return {
            "url": self.url,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "organisation": "statistics-office",
            "log_key": self.log.log.vkey,
            "room_key": self.log.room.vkey,
            **changes,
        }

    def write_profile(self, path, **changes):
        """Writes the profile file."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.profile(**changes)))
        return path

    def handle_error(self, request, client_address):
        """Says nothing of clients that hang up; tests look at what the client says."""

    def paths(self):
        """The methods and paths that were asked for, but for tokens."""
        return [f"{method} {path}" for method, path, *_ in self.seen if "oauth2" not in path]

    def __enter__(self):
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *raised):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"

    def handle_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        path = self.path.partition("?")[0]
        if path == "/oauth2/token" and "token" not in self.server.pages:
            self.reply(*self.token())
        elif self.server.scripted:
            self.play(self.server.scripted.pop(0))
        else:
            self.reply(*self.page(path))

    def __getattr__(self, name):
        """The method that http.server looks for: every one is handled alike."""
        if name.startswith("do_"):
            return self.handle_request
        raise AttributeError(name)

    def play(self, script):
        """Gives a scripted reply; `None` breaks the connection, a function does as it likes."""
        if script is None:
            self.close_connection = True
            self.connection.close()
        elif callable(script):
            script(self)
        else:
            self.reply(*script)

    def token(self):
        """The issuer."""
        pair = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if pair != "statistics+office:s%2Bcret%2F%3D%25":
            return 401, "application/json", b'{"error":"invalid_client"}'
        tokens = self.server.tokens
        tokens["issued"] += 1
        token = f"token-{tokens['issued']}"
        tokens["valid"].add(token)
        body = {"access_token": token, "token_type": "Bearer", "expires_in": tokens["lasts"]}
        return 200, "application/json", json.dumps(body).encode()

    def page(self, path):
        """What is at a path."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.server.tokens["valid"]:
            return problem(401, code="UNAUTHENTICATED")
        pages = self.server.pages
        found = pages.get(f"{self.command} {path}", pages.get(path, self.log_page(path)))
        if found is None:
            return problem(404, code="NOT_FOUND", detail="there is no such thing")
        if isinstance(found, str):
            return 200, "text/plain; charset=utf-8", found.encode()
        return 200, "application/json", json.dumps(found).encode()

    def log_page(self, path):
        """The log's pages."""
        log, last = self.server.log, path.rpartition("/")[2]
        if path == "/v1/log/checkpoint":
            return log.checkpoint()
        if path == "/v1/log/proof":
            query = dict(pair.split("=") for pair in self.path.partition("?")[2].split("&"))
            return log.proof(int(query["index"]), int(query["size"]))
        if path.startswith("/v1/log/entries/") and int(last) < len(log.entries):
            return log.entries[int(last)]
        return None

    def reply(self, status, kind, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Says nothing."""


def drip(handler):
    """A reply that never ends, a byte at a time."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(400):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.01)
