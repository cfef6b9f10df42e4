"""What every request must keep to before anyone reads it, and what every answer carries.

A request is refused with a constant problem when
1. its path and query are longer than 4 KB, or its headers larger than 16 KB or more than 64;
2. its body is larger than 256 KB, by its own word or as it comes in, or takes over 10 seconds;
3. its body is not JSON in UTF-8 as RFC 7493 has it: no name twice in an object, no NaN, no
   Infinity, nothing nested deeper than 64. (Only the token endpoint takes a form.)
An answer carries a request id and headers that forbid scripts, frames, sniffing and storing.
"""

import json
import re
import uuid
from math import isfinite
from typing import NoReturn

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_products import errors
from data_products.digest import Json
from marketplace_api.problems import Problem, kind_of, malformed

LARGEST_BODY = 256 * 1024
LARGEST_DRAIN = 16 * 1024 * 1024
LONGEST_URL = 4 * 1024
LARGEST_HEADERS = 16 * 1024
MOST_HEADERS = 64
DEEPEST = 64
PATIENCE = 10.0
LENGTH = re.compile(r"[0-9]{1,15}")
FORMS = frozenset({"/oauth2/token"})

ANSWER_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NEVER_STORED = ("/v1/", "/oauth2/")

# The string alternative never fails once a quote is met, so the scan is linear in the text.
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class _RefusedError(Exception):
    """The request is not let in."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Limits:
    """Middleware that holds the rules above; pure ASGI, so that no body is read before it."""

    def __init__(self, app: ASGIApp, patience: float = PATIENCE) -> None:
        self._app = app
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Never the caller's own: an id that can be chosen makes a log that can be confused.
        scope.setdefault("state", {})["request_id"] = str(uuid.uuid4())
        dressed = _dress(scope, send)
        try:
            _check_head(scope)
            body = await self._body(scope, receive)
            _check_json(scope["path"], body)
        except _RefusedError as refused:
            await refused.problem.response(scope)(scope, receive, dressed)
            return
        await self._app(scope, _replay(body, receive), dressed)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body, if it is small enough and comes soon enough."""
        try:
            with anyio.fail_after(self._patience):
                return await _read(scope, receive)
        except TimeoutError:
            raise _RefusedError(
                malformed("the body did not arrive in time", "send it at once", 408)
            ) from None


async def _read(scope: Scope, receive: Receive) -> bytes:
    """Reads the body; one too large is read on for a while, so that its sender sees the answer."""
    declared = Headers(scope=scope).get("content-length", "0")
    if not LENGTH.fullmatch(declared) or int(declared) > LARGEST_DRAIN:
        raise _RefusedError(_too_large(scope["path"]))
    # A server that answers and hangs up while a body is still coming in resets the connection,
    # and the sender never sees the answer. So what is over the limit is read, and thrown away.
    body = bytearray()
    size = 0
    more = True
    while more and size <= LARGEST_DRAIN:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _RefusedError(malformed("the body ended early"))
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        more = bool(message.get("more_body"))
        if size <= LARGEST_BODY:
            body += chunk
    if size > LARGEST_BODY:
        raise _RefusedError(_too_large(scope["path"]))
    return bytes(body)


def _too_large(path: str) -> Problem:
    """The problem of a body over the limit; where queries go, it is the query that is too large."""
    detail, hint = "the body is larger than 256 KB", "send less at once"
    if path.startswith("/v1/queries"):
        return Problem(kind_of(errors.QueryTooLargeError), detail, hint)
    return malformed(detail, hint, 413)


def _check_head(scope: Scope) -> None:
    """Rule 1."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > LONGEST_URL:
        raise _RefusedError(malformed("the address is longer than 4 KB", "", 414))
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if size > LARGEST_HEADERS or len(headers) > MOST_HEADERS:
        raise _RefusedError(malformed("the headers are more than 16 KB or 64", "", 431))


def _check_json(path: str, body: bytes) -> None:
    """Rule 3."""
    if not body or path in FORMS:
        return
    try:
        text = body.decode()
        # Before anything that recurses sees it.
        _check_depth(text)
        read = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
        _check_texts(read)
    except ValueError:
        raise _RefusedError(
            malformed(
                "the body is not JSON as RFC 7493 has it",
                "send JSON in UTF-8: no name twice, no NaN, nothing nested deeper than 64",
            )
        ) from None


def _check_depth(text: str) -> None:
    """Refuses what would make a parser recurse too deeply; brackets in strings do not count.

    >>> _check_depth('{"sql": "((((["}' + "]" * 9)
    """
    depth = 0
    for found in _TOKENS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0][0], 0)
        if depth > DEEPEST:
            raise ValueError("too deep")


def _without_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object; readers differ in which of two equal names they take, so there may be only one.

    >>> _without_duplicates([("a", 1), ("b", 2)])
    {'a': 1, 'b': 2}
    """
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name twice")
    return read


def _refuse_constant(name: str) -> NoReturn:
    """Refuses NaN, Infinity and -Infinity, which Python's reader takes and JSON does not have."""
    raise ValueError(name)


def _finite(text: str) -> float:
    """A number, unless it is too large to be one.

    >>> _finite("2.5e3")
    2500.0
    """
    read = float(text)
    if not isfinite(read):
        raise ValueError("not finite")
    return read


def _check_texts(read: Json) -> None:
    """Refuses texts that no database can keep: half of a surrogate pair, or U+0000."""
    match read:
        case str():
            read.encode()
            if "\0" in read:
                raise ValueError("U+0000")
        case dict():
            _check_texts([*read, *read.values()])
        case list():
            for part in read:
                _check_texts(part)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive channel that gives the body first, once."""
    # After the body the channel goes on: it is how a handler learns that the caller has gone.
    waiting = [body]

    async def replayed() -> Message:
        """The body, then whatever else comes."""
        if not waiting:
            return await receive()
        return {"type": "http.request", "body": waiting.pop(), "more_body": False}

    return replayed


def _dress(scope: Scope, send: Send) -> Send:
    """A send channel that adds the headers every answer carries."""

    async def dressed(message: Message) -> None:
        """Sends the message, with the headers if it is the start of an answer."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(ANSWER_HEADERS)
            headers["X-Request-Id"] = scope["state"]["request_id"]
            if scope["path"].startswith(NEVER_STORED):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return dressed
