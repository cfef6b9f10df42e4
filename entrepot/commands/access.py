"""requests: ask for access, see what was asked, and decide as a steward."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cyclopts import App, Parameter

from entrepot.access import AccessRequest, Approval, Refusal
from entrepot.commands.terminal import COMMON, Common, say, show_facts, show_json, show_list
from entrepot.errors import NotFoundError

app = App(name="requests", help="Ask for access to products, and decide on what others ask.")

Reason = Annotated[str, Parameter(help="Why, in a sentence; the other side reads it.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Limits:
    """What a grant allows."""

    epsilon: Annotated[Decimal, Parameter(help="The consumer's budget, as epsilon.")] = Decimal(4)
    max_queries: Annotated[int, Parameter(help="How many different questions it covers.")] = 200
    min_units: Annotated[int, Parameter(help="Raises the threshold; never lowers it.")] = 0
    days: Annotated[int, Parameter(help="How long it lasts.")] = 90


LIMITS = Limits()
"""What a grant allows where nothing else is said."""


@app.command(name="list")
def list_requests(*, common: Common = COMMON) -> None:
    """List what your organisation has asked for, and what was asked of it."""
    with common.connect() as client:
        found = client.requests()
    rows = [(r.id, r.state, r.consumer, r.product, r.purpose) for r in found]
    documents = [request.document for request in found]
    show_list(documents, "id state consumer product purpose", rows, json=common.json)


@app.command(name="show")
def show_request(request: str, /, *, common: Common = COMMON) -> None:
    """Show one request in full, by its id."""
    # The service has no single request to give; a list of them is short.
    with common.connect() as client:
        found = [one for one in client.requests() if one.id == request]
    if not found:
        raise NotFoundError(
            f"there is no request {request[:60]!r}", hint="entrepot requests list shows them all"
        )
    _show(found[0], json=common.json)


@app.command
def new(product: str, /, *, purpose: str, reason: Reason, common: Common = COMMON) -> None:
    """Ask a product's stewards for a grant; --purpose is a term such as ent:TradeStatistics."""
    with common.connect() as client:
        made = client.request_access(product, purpose=purpose, reason=reason)
    _show(made, json=common.json)


@app.command
def approve(
    request: str, /, *, reason: Reason, limits: Limits = LIMITS, common: Common = COMMON
) -> None:
    """Say yes to a request, as a steward of the product's owner."""
    decision = Approval(reason, limits.epsilon, limits.max_queries, limits.min_units, limits.days)
    with common.connect() as client:
        decided = client.decide(request, decision)
    _show(decided, json=common.json)


@app.command
def refuse(request: str, /, *, reason: Reason, common: Common = COMMON) -> None:
    """Say no to a request, as a steward of the product's owner."""
    with common.connect() as client:
        decided = client.decide(request, Refusal(reason))
    _show(decided, json=common.json)


def _show(request: AccessRequest, *, json: bool) -> None:
    """Writes a request in full."""
    if json:
        show_json(request.document)
        return
    show_facts(request.document)
    if request.state == "requested":
        say("a steward of the product's owner decides on it")
