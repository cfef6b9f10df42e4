"""/v1/log: the transparency log, its checkpoint and its proofs.

The checkpoint, the keys and the proofs are public: they hold hashes and signatures only.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse

from marketplace_api.routes.documents import answers
from marketplace_api.service import Caller, House
from marketplace_api.wire import Document, Outgoing

MOST = 2**53

router = APIRouter(prefix="/v1/log", tags=["log"])

Index = Annotated[int, Path(ge=0, lt=MOST)]


class KeysOut(Outgoing):
    """Verifier keys (C2SP signed-note): the log's signs checkpoints, the room's signs entries."""

    log: str
    room: str


class ProofOut(Outgoing):
    """An audit path (RFC 6962, section 2.1.1), hashes in hexadecimal."""

    index: int
    size: int
    hashes: list[str]


@router.get(
    "/checkpoint",
    response_class=PlainTextResponse,
    summary="The log's last checkpoint",
    responses=answers(),
)
def checkpoint(house: House) -> str:
    """The signed checkpoint over every entry, as a C2SP note."""
    return house.checkpoint()


@router.get("/keys", summary="The keys to verify with", responses=answers())
def keys(house: House) -> KeysOut:
    """The keys; compare them with those that you were given by another way."""
    return KeysOut.model_validate(house.keys())


@router.get("/proof", summary="An inclusion proof", responses=answers(404))
def proof(
    house: House,
    index: Annotated[int, Query(ge=0, lt=MOST)],
    size: Annotated[int, Query(ge=1, lt=MOST)],
) -> ProofOut:
    """The audit path of an entry in the tree of the first `size` entries."""
    hashes = [hashed.hex() for hashed in house.proof(index, size)]
    return ProofOut(index=index, size=size, hashes=hashes)


@router.get("/entries/{index}", summary="A log entry", responses=answers(401, 403, 404))
def entry(house: House, participant: Caller, index: Index) -> Document:
    """The public part of an entry: what happened when, and commitments to the rest."""
    return house.entry(participant, index)
