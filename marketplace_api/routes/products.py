"""/v1/products: publish, list and read data products."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Response

from data_products.contract import Column, Contract, Terms
from data_products.parties import ProductId
from data_products.product import DataProduct
from marketplace_api.routes.documents import answers
from marketplace_api.service import Caller, House
from marketplace_api.wire import Epsilon, Incoming, Outgoing, ShortText, decimal

router = APIRouter(prefix="/v1/products", tags=["products"])

Named = Annotated[str, Path(max_length=100, examples=["customs-be.import_declarations"])]


class ProductIn(Incoming):
    """A version to publish: an ODCS document, and where the data lies at the provider."""

    contract: str
    location: ShortText


class UnitOut(Outgoing):
    """Whom the product protects."""

    column: str
    kind: str
    max_groups: int
    max_rows_per_group: int


class BudgetsOut(Outgoing):
    """Privacy budgets, in epsilon as decimal text."""

    query: Epsilon
    consumer: Epsilon
    product: Epsilon


class TermsOut(Outgoing):
    """On what terms the product is shared."""

    mode: str
    purposes: list[str]
    prohibited: list[str]
    min_units: int
    p_percent: int
    max_dimensions: int
    max_cells: int
    epsilon: BudgetsOut

    @classmethod
    def of(cls, terms: Terms) -> "TermsOut":
        """The wire form."""
        return cls(
            mode=terms.mode,
            purposes=sorted(map(str, terms.purposes)),
            prohibited=sorted(map(str, terms.prohibited)),
            min_units=terms.min_units,
            p_percent=terms.p_percent,
            max_dimensions=terms.max_dimensions,
            max_cells=terms.max_cells,
            epsilon=BudgetsOut(
                query=decimal(terms.budgets.query),
                consumer=decimal(terms.budgets.consumer),
                product=decimal(terms.budgets.product),
            ),
        )


class ColumnOut(Outgoing):
    """A column, and what a query may do with it."""

    name: str
    type: str
    use: str
    filter: str
    values: list[str]
    step: str | None
    start: date | None
    end: date | None
    bounds: tuple[int, int] | None
    scale: int
    coarser: str
    restricted: bool
    description: str

    @classmethod
    def of(cls, column: Column) -> "ColumnOut":
        """The wire form."""
        grid, bounds = column.grid, column.bounds
        return cls(
            name=column.name,
            type=column.type,
            use=column.use,
            filter=column.filter,
            values=list(grid.values),
            step=grid.step,
            start=grid.start,
            end=grid.end,
            bounds=(bounds.low, bounds.high) if bounds else None,
            scale=column.scale,
            coarser=column.coarser,
            restricted=column.restricted,
            description=column.description,
        )


class ListedOut(Outgoing):
    """A product as it stands in a list."""

    id: str
    title: str
    description: str
    owner: str
    version: str
    status: str
    unit: UnitOut
    terms: TermsOut
    suggested: list[str]


class ProductOut(ListedOut):
    """A product with its columns."""

    columns: list[ColumnOut]


class ProductsOut(Outgoing):
    """The products that are listed."""

    products: list[ListedOut]


def _listed(product: DataProduct) -> ListedOut:
    """A product as it stands in a list."""
    contract: Contract = product.contract
    return ListedOut(
        id=product.id,
        title=contract.title,
        description=contract.description,
        owner=product.provider,
        version=contract.version,
        status=product.status,
        unit=UnitOut.model_validate(contract.unit),
        terms=TermsOut.of(contract.terms),
        suggested=list(contract.terms.suggested),
    )


def _whole(product: DataProduct) -> ProductOut:
    """A product with its columns."""
    columns = [ColumnOut.of(column) for column in product.contract]
    return ProductOut(columns=columns, **_listed(product).model_dump())


@router.get("", summary="List products", responses=answers(401, 403))
def products(house: House, participant: Caller) -> ProductsOut:
    """The products that can be asked, by name."""
    return ProductsOut(products=[_listed(product) for product in house.products(participant)])


@router.get("/{product_id}", summary="Read a product", responses=answers(401, 403, 404))
def product(house: House, participant: Caller, product_id: Named) -> ProductOut:
    """What its contract says: columns and their uses, whom it protects, on what terms."""
    return _whole(house.product(participant, ProductId(product_id)))


@router.get(
    "/{product_id}/contract",
    response_class=Response,
    summary="Read a contract",
    responses={
        **answers(401, 403, 404),
        200: {"content": {"application/yaml": {"schema": {"type": "string"}}}},
    },
)
def contract(house: House, participant: Caller, product_id: Named) -> Response:
    """The contract as it was published: an ODCS 3.1 document in YAML."""
    document = house.contract(participant, ProductId(product_id))
    return Response(document, media_type="application/yaml")


@router.post(
    "",
    status_code=201,
    summary="Publish a product",
    responses=answers(401, 403, 409, 413, 422),
)
def publish(house: House, participant: Caller, body: ProductIn) -> ProductOut:
    """Publishes a version: the data must have what the contract promises. Role: provider."""
    return _whole(house.publish(participant, body.contract, body.location))
