"""Errors as RFC 9457 problem details. The one table from error to HTTP status.

What goes out is what an EntrepotError says of itself, and for anything else a constant: no
exception's text, no value of the request, nothing of an engine. What is logged is the request's
id, the code or the exception's class, and where it was raised.
"""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_products import errors
from data_products.errors import EntrepotError
from marketplace_api.dealings import record_of

logger = logging.getLogger(__name__)

STATUS: dict[type[EntrepotError], int] = {
    errors.RequestError: 400,
    errors.AuthenticationError: 401,
    errors.AccessDeniedError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.QueryTooLargeError: 413,
    errors.ContractError: 422,
    errors.QueryRejectedError: 422,
    errors.WithheldError: 422,
    errors.BudgetExhaustedError: 429,
    errors.ExecutionError: 503,
    errors.IntegrityError: 500,
    errors.ConfigurationError: 500,
    EntrepotError: 500,
}
SERVER_FAULT = 500
LONGEST_POINTER = 120


@dataclass(frozen=True)
class Kind:
    """A code, the HTTP status it comes with, and what it means."""

    code: str
    status: int
    title: str


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place: a JSON pointer into the body or a path in a contract, or a name.

    `parameter` is the name of a header or of a part of the address.
    """

    detail: str
    pointer: str = ""
    parameter: str = ""


class ProblemOut(BaseModel):
    """A problem as it goes over the wire (RFC 9457); `code` is stable, texts are not."""

    type: str = Field(description="a page that explains the code", examples=["/codes/RAW_ROWS"])
    title: str
    status: int
    detail: str = Field(description="what was found and what was expected")
    instance: str = Field(description="this occurrence; where it is on record, its receipt")
    code: str = Field(examples=["RAW_ROWS"])
    hint: str = Field(description="what to do next")
    rewrite: str = Field(description="SQL that would pass, where there is one")
    request_id: str
    errors: list[Fault]


@dataclass(frozen=True)
class Problem:
    """Why a request is not done."""

    kind: Kind
    detail: str
    hint: str = ""
    rewrite: str = ""
    faults: tuple[Fault, ...] = ()
    record: str = ""

    @classmethod
    def of(cls, error: EntrepotError) -> "Problem":
        """The problem of an error; a server's own faults are told by their code alone."""
        kind = kind_of(type(error))
        if kind.status == SERVER_FAULT:
            return cls(kind, kind.title, "tell the operator the request id")
        found = error.errors if isinstance(error, errors.ContractError) else ()
        faults = tuple(Fault(one.message, pointer=one.where) for one in found)
        return cls(kind, str(error), error.hint, error.rewrite, faults, record_of(error))

    def response(self, scope: Scope) -> JSONResponse:
        """The answer to the request of that ASGI scope."""
        request_id = scope["state"]["request_id"]
        body = ProblemOut(
            type=f"/codes/{self.kind.code}",
            instance=f"/v1/receipts/{self.record}" if self.record else f"urn:uuid:{request_id}",
            detail=self.detail,
            hint=self.hint,
            rewrite=self.rewrite,
            request_id=request_id,
            errors=list(self.faults),
            **asdict(self.kind),
        )
        return JSONResponse(
            body.model_dump(),
            self.kind.status,
            media_type="application/problem+json",
        )


def kind_of(error: type[EntrepotError]) -> Kind:
    """What an error class is on the wire.

    >>> kind_of(errors.ConnectorError)
    Kind(code='SOURCE_UNREADABLE', status=503, title='A source could not be read.')
    """
    status = next(STATUS[base] for base in error.__mro__ if base in STATUS)
    return Kind(error.code, status, (error.__doc__ or "").partition("\n")[0])


def kinds() -> Iterator[Kind]:
    """Every code that an answer may carry.

    >>> "RAW_ROWS" in {kind.code for kind in kinds()}
    True
    """
    waiting = [EntrepotError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error is not EntrepotError:
            yield kind_of(error)
    yield INTERNAL


INTERNAL = Kind("INTERNAL", SERVER_FAULT, "The server failed in a way that nobody foresaw.")


def malformed(detail: str, hint: str = "", status: int = 400, *faults: Fault) -> Problem:
    """The problem of a request whose form is wrong, before anyone looked at what it asks.

    >>> malformed("the address is longer than 4 KB", status=414).kind.status
    414
    """
    kind = kind_of(errors.RequestError)
    return Problem(Kind(kind.code, status, kind.title), detail, hint, faults=faults)


def install(app: FastAPI) -> None:
    """Makes the application answer every error with its problem."""
    app.exception_handler(EntrepotError)(_entrepot_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(HTTPException)(_http_error)


async def _entrepot_error(request: Request, error: EntrepotError) -> JSONResponse:
    """The answer to an error of our own tree."""
    problem = Problem.of(error)
    # Of a refusal nothing is logged: it is the consumer's affair, and on the record anyway.
    if problem.kind.status >= SERVER_FAULT:
        _log(request.scope, error.code, error)
    if isinstance(error, errors.AuthenticationError):
        return _challenge(request, problem)
    return problem.response(request.scope)


def _challenge(request: Request, problem: Problem) -> JSONResponse:
    """The answer with a challenge (RFC 6750, section 3): an error code only if a token was sent."""
    sent = ', error="invalid_token"' if "authorization" in request.headers else ""
    response = problem.response(request.scope)
    response.headers["WWW-Authenticate"] = f'Bearer realm="entrepot"{sent}'
    return response


async def _invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    """The answer to a request that its route's model does not accept."""
    faults = [_fault(found["loc"], found["msg"]) for found in error.errors()]
    problem = malformed("the request is not in the form it must have", "see errors", 400, *faults)
    return problem.response(request.scope)


def _fault(place: tuple[str | int, ...], message: str) -> Fault:
    """Where and what, by Pydantic's word; its messages say what is expected, never what was sent.

    >>> _fault(("body", "a/b", 0), "Field required")
    Fault(detail='Field required', pointer='#/a~1b/0', parameter='')
    """
    source, *path = (str(part) for part in place)
    if source != "body":
        return Fault(message, parameter=".".join(path))
    steps = (part.replace("~", "~0").replace("/", "~1") for part in path)
    return Fault(message, pointer="".join(["#", *(f"/{step}" for step in steps)])[:LONGEST_POINTER])


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    """The answer to what the router refuses: no such path, or not this method on it."""
    phrase = HTTPStatus(error.status_code).phrase.lower()
    problem = malformed(phrase, "the paths are listed at /v1/openapi.json", error.status_code)
    if error.status_code == kind_of(errors.NotFoundError).status:
        problem = Problem(kind_of(errors.NotFoundError), phrase, problem.hint)
    response = problem.response(request.scope)
    response.headers.update(error.headers or {})
    return response


class Shield:
    """Answers any exception that nobody foresaw with the same 500, and logs only where it arose."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            """Sends, and remembers that an answer has begun."""
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 - the last line: no text of it may get out
            _log(scope, type(error).__qualname__, error)
            if not started:
                problem = Problem(INTERNAL, INTERNAL.title, "tell the operator the request id")
                await problem.response(scope)(scope, receive, send)


def _log(scope: Scope, name: str, error: Exception) -> None:
    """Notes a fault of the server, without the exception's text: it may hold what engines print."""
    # Where it was raised helps to find it; what it says, or its local variables, may be a row.
    *_, last = traceback.extract_tb(error.__traceback__)
    request_id = scope["state"]["request_id"]
    logger.error("request %s: %s at %s:%s", request_id, name, last.name, last.lineno)
