"""POST /oauth2/token and what belongs to it: the embedded issuer, where there is one."""

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from data_products.errors import RequestError
from marketplace_api.routes.documents import answers
from marketplace_api.service import Tokens
from marketplace_api.wire import Document, Outgoing

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20

router = APIRouter(tags=["tokens"])


class TokenOut(Outgoing):
    """An access token (RFC 6749, section 5.1)."""

    access_token: str
    token_type: str
    expires_in: int


class KeysOut(Outgoing):
    """A JWK Set (RFC 7517)."""

    keys: list[dict[str, str]]


FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {"grant_type": {"const": "client_credentials"}},
                }
            }
        },
    }
}


@router.post(
    "/oauth2/token",
    response_model=TokenOut,
    summary="Get an access token",
    openapi_extra=FORM_BODY,
    responses=answers(404),
)
async def token(request: Request, tokens: Tokens) -> JSONResponse:
    """Exchanges client credentials, sent as HTTP Basic, for a token that is valid ten minutes.

    A refusal is in the form of RFC 6749, section 5.2, and not a problem document.
    """
    # Authlib reads forms by a framework that it knows; ours is not one of them.
    form = _form(request.headers.get("content-type", ""), await request.body())
    authorization = request.headers.get("authorization", "")
    reply = await run_in_threadpool(tokens.token, authorization, form)
    headers = {name: reply.headers[name] for name in reply.headers if name != "Content-Type"}
    return JSONResponse(dict(reply.body), reply.status, headers)


def _form(kind: str, body: bytes) -> dict[str, str]:
    """The form's fields, each at most once.

    Raises:
        RequestError: it is not such a form.
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        pairs = []
    form = dict(pairs)
    if kind.partition(";")[0].strip().lower() != FORM or not form or len(form) < len(pairs):
        raise RequestError(
            "the body is not a form with each field once",
            hint=f"send grant_type=client_credentials as {FORM}",
        )
    return form


@router.get("/oauth2/jwks", summary="The issuer's public keys", responses=answers(404))
def keys(tokens: Tokens) -> KeysOut:
    """The keys that verify access tokens."""
    return KeysOut.model_validate(tokens.keys.as_dict(private=False))


@router.get(
    "/.well-known/openid-configuration", summary="The issuer's metadata", responses=answers(404)
)
def discovery(tokens: Tokens) -> Document:
    """Where the issuer's endpoints are; it says that it is fit for demonstrations only."""
    return tokens.discovery()
