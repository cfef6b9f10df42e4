"""What a route may ask of the running service: the marketplace, who calls, and the issuer."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2

from data_products.errors import AuthenticationError, NotFoundError
from data_products.parties import Participant
from marketplace_api.authentication import HINT, Verifier
from marketplace_api.issuer import Issuer
from marketplace_api.marketplace import Marketplace

_scheme = OAuth2(
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth2/token")),
    description="An access token of the issuer, valid for ten minutes.",
    auto_error=False,
)


@dataclass(frozen=True)
class Service:
    """The parts behind the routes; `issuer` is None where tokens come from elsewhere."""

    marketplace: Marketplace
    verifier: Verifier
    issuer: Issuer | None
    url: str


async def service(request: Request) -> Service:
    """The service that the request came to."""
    found: Service = request.app.state.service
    return found


async def marketplace(serving: Annotated[Service, Depends(service)]) -> Marketplace:
    """The use cases."""
    return serving.marketplace


async def issuer(serving: Annotated[Service, Depends(service)]) -> Issuer:
    """The embedded issuer.

    Raises:
        NotFoundError: this service has none.
    """
    if serving.issuer is None:
        raise NotFoundError("this service issues no tokens", hint="ask the operator who does")
    return serving.issuer


def caller(
    request: Request,
    serving: Annotated[Service, Depends(service)],
    authorization: Annotated[str | None, Depends(_scheme)],
) -> Participant:
    """The participant whose token the request carries.

    Raises:
        AuthenticationError: there is no bearer token, more than one, or it is not valid.
    """
    # Two tokens could be read as one by a proxy and as the other by us.
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or len(request.headers.getlist("authorization")) > 1:
        raise AuthenticationError("the request carries no access token", hint=HINT)
    return serving.verifier.participant(token.strip())


Serving = Annotated[Service, Depends(service)]
House = Annotated[Marketplace, Depends(marketplace)]
Tokens = Annotated[Issuer, Depends(issuer)]
Caller = Annotated[Participant, Depends(caller)]
