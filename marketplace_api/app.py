"""The web application: the routes over a marketplace, behind the limits, with their answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from socket import socket

import uvicorn
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles

from marketplace_api import problems
from marketplace_api.bootstrap import Clock, now, open_issuer, open_verifier
from marketplace_api.console import pages
from marketplace_api.limits import Limits
from marketplace_api.marketplace import Marketplace
from marketplace_api.problems import Shield
from marketplace_api.routes import access, health, log, oauth, products, queries
from marketplace_api.service import Service
from marketplace_api.settings import Settings

KEEP_ALIVE_SECONDS = 15
STOP_SECONDS = 20
LARGEST_HEAD = 24 * 1024
"""What a connection may send before a request is complete: more than `limits` lets in."""

DESCRIPTION = """A privacy-preserving marketplace for the data of ports, customs and trade.

Questions are answered with safe aggregates and receipts that verify offline. Errors are problem
documents (RFC 9457). Privacy loss is decimal text. The project's pages say what is promised."""


class Application(FastAPI):
    """FastAPI, with problems documented as what they are."""

    def openapi(self) -> dict[str, object]:
        """The OpenAPI document, where every refusal is application/problem+json."""
        if not self.openapi_schema:
            document = super().openapi()
            for operation in [o for path in document["paths"].values() for o in path.values()]:
                _document(operation["responses"])
            for name in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(name, None)
        return self.openapi_schema or {}


def _document(responses: dict[str, dict[str, object]]) -> None:
    """Names the media type of problems, and drops what FastAPI would answer and we do not."""
    for status in [status for status in responses if status >= "400"]:
        content = responses[status].get("content")
        described = list(content.values()) if isinstance(content, dict) else []
        if "HTTPValidationError" in str(described):
            del responses[status]
        else:
            responses[status]["content"] = {"application/problem+json": described[0]}


def create_app(marketplace: Marketplace, settings: Settings, clock: Clock = now) -> FastAPI:
    """The application over a marketplace; when it stops, the engine's workers end.

    Raises:
        ConfigurationError: the issuer's files are damaged or open to others.
    """
    issuer = open_issuer(settings)
    verifier = open_verifier(settings, issuer, clock)
    app = Application(
        title="Entrepot",
        version="1",
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # A redirect would be made of the Host header, that is, of what the caller says.
        redirect_slashes=False,
        lifespan=_closing(marketplace.close),
    )
    app.state.service = Service(marketplace, verifier, issuer, settings.url)
    for routes in (products, access, queries, log, oauth, health, pages):
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(packages=[("marketplace_api.console", "static")]))
    problems.install(app)
    # The last one added is the first to see a request.
    app.add_middleware(Shield)
    app.add_middleware(Limits)
    return app


def _nothing() -> None:
    """Says nothing."""


class Server(uvicorn.Server):
    """A server that says when it takes requests."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listens, then says so."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def server(app: FastAPI, settings: Settings, ready: Callable[[], None] = _nothing) -> Server:
    """The server of an application, with its limits; `ready` is called once it takes requests."""
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http="h11",
            ws="none",
            limit_concurrency=settings.concurrency,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
            h11_max_incomplete_event_size=LARGEST_HEAD,
            # Nothing here depends on the caller's address, so nobody need be believed about it.
            proxy_headers=False,
            server_header=False,
            access_log=False,
            # Neither an access log, which would keep who asked when, nor uvicorn's own format.
            log_config=None,
        ),
        ready,
    )


def _closing(close: Callable[[], None]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan that closes something at its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """From the start of the application to its end."""
        del app
        yield
        await run_in_threadpool(close)

    return lifespan
