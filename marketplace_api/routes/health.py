"""GET /healthz and /readyz: whether the server runs, and whether it can do its work."""

from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from marketplace_api.routes.documents import answers
from marketplace_api.service import Serving
from marketplace_api.wire import Document, Outgoing

router = APIRouter(tags=["health"])


class HealthOut(Outgoing):
    """The server runs."""

    status: Literal["ok"] = "ok"


class ReadyOut(Outgoing):
    """The server can do its work; `engine` says how, and how well its worker is shut in."""

    status: Literal["ready"] = "ready"
    issuer: str = Field(examples=["embedded, for demonstrations only", "external"])
    engine: Document


@router.get("/healthz", summary="Does the server run?", responses=answers())
async def health() -> HealthOut:
    """Answers as long as the server runs; looks at nothing."""
    # Not in the thread pool, which questions that take long may fill.
    return HealthOut()


@router.get("/readyz", summary="Can the server do its work?", responses=answers())
def ready(serving: Serving) -> ReadyOut:
    """Reads the log's head, so that a database that is gone or altered is noticed."""
    serving.marketplace.checkpoint()
    issuer = "embedded, for demonstrations only" if serving.issuer else "external"
    return ReadyOut(issuer=issuer, engine=serving.marketplace.engine())
