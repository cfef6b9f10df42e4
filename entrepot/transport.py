"""HTTP: bounded waits and sizes, access tokens, and retries.

Rules, all enforced here:

1. Credentials travel over TLS, or over plain HTTP to this very machine and through no proxy.
2. No redirect is followed, so nothing is sent to another origin.
3. A reply is read up to a limit of bytes and of time, and never decompressed.
4. Only what is safe to repeat is repeated, three times at most: GET, DELETE, a POST with an
   Idempotency-Key, and what was refused for a token that may have been withdrawn meanwhile.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar
from urllib.parse import quote_plus

import httpx2

from entrepot.errors import AuthenticationError, InputError, ReplyError, UnreachableError
from entrepot.proofs import fields
from entrepot.proofs.canonical import Json, MalformedError, canonical
from entrepot.replies import Reply

Value = TypeVar("Value")

TIMEOUT = httpx2.Timeout(connect=5.0, read=120.0, write=30.0, pool=5.0)
"""Seconds; a clean room may take a minute for a query."""
LARGEST_BODY = 15 * 1024 * 1024
"""Bytes of a request; services refuse far smaller ones, with a code."""
RENEW_BEFORE = 30.0
"""Seconds before its end at which a token is no longer used."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,16384}")
_SEGMENT = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,200}")
_UNAUTHORIZED = 401


@dataclass(frozen=True)
class Call:
    """A request to the service; `key` is its Idempotency-Key."""

    method: str
    path: str
    body: Json = None
    query: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does what sending it once does."""
        return self.method in ("GET", "DELETE") or bool(self.key)

    def content(self) -> bytes | None:
        """The body as JSON.

        Raises:
            InputError: it is no JSON, or larger than any service reads.
        """
        if self.body is None:
            return None
        try:
            content = canonical(self.body)
        except MalformedError as error:
            raise InputError(f"what was given cannot be sent: {error}") from error
        # A service drops a connection on which far too much comes, and could not say why.
        if len(content) > LARGEST_BODY:
            raise InputError(f"{len(content)} bytes were given, expected at most {LARGEST_BODY}")
        return content

    def headers(self, token: str) -> dict[str, str]:
        """The headers that differ from call to call."""
        given = {
            "Authorization": f"Bearer {token}" if token else "",
            "Content-Type": "" if self.body is None else "application/json",
            "Idempotency-Key": self.key,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Access:
    """How to show who we are: with an access token, or with the credentials to fetch one."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuses a token that could not be sent as a header.

        Raises:
            InputError: it has characters that no access token has (RFC 6750).
        """
        if self.token and not _TOKEN.fullmatch(self.token):
            raise InputError("the token has characters that no access token has")

    @property
    def secret(self) -> bool:
        """Whether there is something in it that others must not read."""
        return bool(self.client_secret or self.token)

    def basic(self) -> httpx2.BasicAuth:
        """Credentials for the token endpoint, encoded as RFC 6749 section 2.3.1 asks."""
        # Form-encoded first: else a colon in the name would end it early.
        return httpx2.BasicAuth(quote_plus(self.client_id), quote_plus(self.client_secret))


def segment(name: str) -> str:
    """A product's, request's or grant's name, fit to be one segment of a path.

    Raises:
        InputError: no such thing can have this name.

    >>> segment("customs-be.import_declarations")
    'customs-be.import_declarations'
    """
    # Refused, not escaped: servers and proxies differ in when they undo an escape.
    if not _SEGMENT.fullmatch(name):
        raise InputError(
            f"{name[:60]!r} cannot be a name here",
            hint="names have letters, digits, '.', '_' and '-', as customs-be.import_declarations",
        )
    return name


class Transport:
    """A connection to a service."""

    pauses: tuple[float, ...] = (0.2, 0.8)
    """Seconds before each further try."""
    largest: int = 64 * 1024 * 1024
    """Bytes of a reply."""
    longest: float = 300.0
    """Seconds until the last byte of a reply."""

    def __init__(self, url: str, access: Access) -> None:
        address = _address(url, secret=access.secret)
        self.url = str(address).rstrip("/")
        self._access = access
        self._token, self._ends, self._fresh = access.token, 0.0, False
        self._lock = Lock()
        self._http = httpx2.Client(
            base_url=self.url,
            timeout=TIMEOUT,
            follow_redirects=False,
            # A proxy named in the environment must not get what was meant for this machine.
            trust_env=not _loopback(address.host),
            # Compressed, a small reply could grow beyond any limit while it is read.
            headers={"Accept-Encoding": "identity", "User-Agent": "entrepot"},
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def send(self, call: Call) -> Reply:
        """The service's answer to the call.

        Raises:
            ServiceError: it answered with a problem; the class is that of the problem's code.
            UnreachableError: it did not answer, though asked as often as is safe.
            ReplyError: what came back is not an answer of the service.
            InputError: the call cannot be sent, such as text that is not Unicode.
        """
        outcome = self._attempt(call)
        for pause in self.pauses:
            if not self._again(call, outcome):
                break
            time.sleep(pause)
            outcome = self._attempt(call)
        if isinstance(outcome, UnreachableError):
            raise outcome
        return outcome.accepted()

    def fetch(self, call: Call, read: Callable[[Json], Value]) -> Value:
        """The service's answer to the call, read from its JSON; raises what `send` does."""
        reply = self.send(call).json()
        try:
            return read(reply)
        except MalformedError as error:
            raise ReplyError(f"the service's reply does not fit: {error}") from error

    def _again(self, call: Call, outcome: Reply | UnreachableError) -> bool:
        """Whether another try may do better, and does no harm."""
        if isinstance(outcome, UnreachableError):
            return call.repeatable
        if outcome.status != _UNAUTHORIZED:
            self._fresh = False
            return call.repeatable and outcome.unanswered
        # Refused for its token, it was not carried out. A fresh token will not get any fresher.
        self._ends = 0.0
        return bool(self._access.client_secret) and not self._fresh

    def _attempt(self, call: Call) -> Reply | UnreachableError:
        """One try."""
        try:
            content, headers = call.content(), call.headers(self._bearer())
            return self._exchange(
                self._http.build_request(
                    call.method, call.path, params=call.query, content=content, headers=headers
                )
            )
        except UnreachableError as error:
            return error

    def _exchange(self, request: httpx2.Request) -> Reply:
        """Sends a request and reads the reply within the limits."""
        try:
            # Streaming lets us stop at the limit; read at once, a reply could fill the memory.
            response = self._http.send(request, stream=True)
            try:
                kind = str(response.headers.get("content-type", ""))
                kind = kind.partition(";")[0].strip().lower()
                return Reply(response.status_code, kind, self._read(response))
            finally:
                response.close()
        except httpx2.HTTPError as error:
            raise UnreachableError(
                f"{self.url} did not answer ({type(error).__name__})",
                hint="check the url and that the service runs",
            ) from error

    def _read(self, response: httpx2.Response) -> bytes:
        """The reply's bytes, within the limits."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ReplyError("the reply is compressed, though that was not asked for")
        ends = time.monotonic() + self.longest
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self.largest or time.monotonic() > ends:
                raise ReplyError(
                    f"the reply takes more than {self.largest} bytes or {self.longest:g} seconds",
                    hint="ask for fewer groups",
                )
        return bytes(body)

    def _bearer(self) -> str:
        """The token, fetched or renewed if need be; empty where we call as nobody."""
        # Threads may share a client; one of them fetches, the others wait for what it gets.
        with self._lock:
            if self._access.client_secret and time.monotonic() >= self._ends:
                self._token, lasts = self._fetch()
                # A token that lasts shorter than the margin is still used for half its time.
                self._ends = time.monotonic() + max(lasts - RENEW_BEFORE, lasts / 2)
                self._fresh = True
            return self._token

    def _fetch(self) -> tuple[str, int]:
        """A new token, and the seconds that it lasts (RFC 6749 section 4.4)."""
        request = self._http.build_request(
            "POST", "/oauth2/token", data={"grant_type": "client_credentials"}
        )
        reply = self._exchange(next(self._access.basic().auth_flow(request)))
        # RFC 6749 section 5.2: its refusals are no problem documents, and all mean the same to us.
        if reply.status in (400, _UNAUTHORIZED):
            raise AuthenticationError(
                "the issuer did not accept client_id and client_secret",
                hint="check both in the profile file; ask the operator to renew them",
            )
        try:
            found = fields.as_object(reply.accepted().json(), "the token reply")
            token, lasts = fields.text(found, "access_token"), fields.whole(found, "expires_in")
        except MalformedError as error:
            raise ReplyError(f"the issuer's reply does not fit: {error}") from error
        if not _TOKEN.fullmatch(token):
            raise ReplyError("the issuer's reply holds no access token")
        return token, lasts


def _address(url: str, *, secret: bool) -> httpx2.URL:
    """The service's address, where it may be talked to."""
    try:
        found = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise InputError(f"{url[:200]!r} is not a URL") from error
    extra = found.userinfo or found.query or found.fragment
    if found.scheme not in ("http", "https") or not found.host or extra:
        raise InputError(
            f"{url[:200]!r} is not the address of a service",
            hint="expected https://host, with no name, password or query in it",
        )
    if found.scheme == "http" and secret and not _loopback(found.host):
        raise InputError(
            f"credentials would travel in the clear to {found.host}", hint="use https://"
        )
    return found


def _loopback(host: str) -> bool:
    """Whether the host is this machine."""
    # By RFC 6761 the name never leaves the machine; other names are not looked up here.
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
