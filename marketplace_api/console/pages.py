"""GET / and its kind: pages rendered on the server from the catalog's public facts."""

import json
from collections.abc import Sequence
from decimal import Decimal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from data_products.contract import Column, Mode, UnitKind, Use
from data_products.errors import NotFoundError
from data_products.product import DataProduct
from marketplace_api.console.questions import questions
from marketplace_api.issuer import BANNER
from marketplace_api.problems import kinds
from marketplace_api.service import Service, Serving

MICRO = 1_000_000
MOST_KEYS_SHOWN = 8

WORDS = {
    "modes": {Mode.EXACT: "exact, with thresholds", Mode.DP: "differential privacy"},
    "kinds": {UnitKind.COMPANY: "company", UnitKind.PERSON: "person"},
    "units": {UnitKind.COMPANY: "companies", UnitKind.PERSON: "persons"},
    "uses": {
        Use.NEVER: "never leaves",
        Use.JOIN: "joins only",
        Use.DIMENSION: "groups",
        Use.MEASURE: "is summed",
        Use.UNIT: "is protected",
    },
}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _epsilon(micro: int) -> str:
    """Micro-epsilon as a person reads it.

    >>> _epsilon(500_000), _epsilon(4_000_000)
    ('0.5', '4')
    """
    return f"{(Decimal(micro) / MICRO).normalize():f}"


def _keys(column: Column) -> str:
    """The public keys of a column, in short.

    >>> from data_products.contract import ColumnType, Grid
    >>> _keys(Column("hs2", ColumnType.STRING, Use.DIMENSION, grid=Grid(("84", "87"))))
    '84, 87'
    """
    grid = column.grid
    if grid.step is not None:
        span = f", {grid.start} to {grid.end}" if grid.start else ""
        return f"each {grid.step}{span}"
    listed = ", ".join(grid.values[:MOST_KEYS_SHOWN])
    more = len(grid.values) - MOST_KEYS_SHOWN
    return f"{listed}, and {more} more" if more > 0 else listed


# Contracts are written by participants: everything is escaped, and a missing value is an error.
_environment = Environment(
    loader=PackageLoader("marketplace_api.console"), autoescape=True, undefined=StrictUndefined
)
_environment.filters |= {"epsilon": _epsilon, "keys": _keys}
_environment.globals |= WORDS


def _page(serving: Service, template: str, **values: object) -> HTMLResponse:
    """A page of that template."""
    banner = BANNER if serving.issuer else ""
    text = _environment.get_template(template).render(banner=banner, url=serving.url, **values)
    return HTMLResponse(text)


@router.get("/")
def catalog(serving: Serving) -> HTMLResponse:
    """Every product, and the head of the log."""
    house = serving.marketplace
    head = {"checkpoint": house.checkpoint(), "keys": house.keys()}
    return _page(serving, "catalog.html", products=house.catalogue(), **head)


@router.get("/products/{product_id}")
def product(serving: Serving, product_id: str) -> HTMLResponse:
    """What a contract says in public, and how to ask."""
    found = _listed(serving.marketplace.catalogue(), product_id)
    purpose = min(str(purpose) for purpose in found.contract.terms.purposes)
    asked = questions(found.contract)
    return _page(
        serving,
        "product.html",
        product=found,
        contract=found.contract,
        questions=asked,
        purpose=purpose,
        curl_body=json.dumps({"purpose": purpose, "sql": " ".join(asked[0].split())}),
    )


def _listed(products: Sequence[DataProduct], product_id: str) -> DataProduct:
    """The product of that name.

    Raises:
        NotFoundError: none that is listed has it.
    """
    for product in products:
        if product.id == product_id:
            return product
    raise NotFoundError("no such product is listed", hint="the products are listed at /")


@router.get("/codes")
def codes(serving: Serving) -> HTMLResponse:
    """Every code."""
    return _page(serving, "codes.html", codes=sorted(kinds(), key=lambda kind: kind.code))


@router.get("/codes/{code}")
def code(serving: Serving, code: str) -> HTMLResponse:
    """One code: where a problem's `type` leads.

    Raises:
        NotFoundError: there is no such code.
    """
    for kind in kinds():
        if kind.code == code:
            return _page(serving, "code.html", kind=kind)
    raise NotFoundError("there is no such code", hint="the codes are listed at /codes")
