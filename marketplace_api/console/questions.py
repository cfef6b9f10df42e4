"""Questions to begin with: aggregates that a product's contract answers, as SQL."""

from data_products.contract import Column, Contract, Use
from data_products.time_grid import Step

MOST = 3


def table_name(product: str) -> str:
    """The product's name as SQL writes it.

    >>> table_name("customs-be.import_declarations")
    'customs_be.import_declarations'
    """
    owner, _, name = product.partition(".")
    return f"{owner.replace('-', '_')}.{name}"


def questions(contract: Contract) -> tuple[str, ...]:
    """Questions by the columns that the contract suggests, or else by its first dimensions."""
    dimensions = [column for column in contract if column.use is Use.DIMENSION]
    suggested = [column for column in dimensions if column.name in contract.terms.suggested]
    asked = [column for column in suggested or dimensions if not column.restricted]
    measures = [column.name for column in contract if column.use is Use.MEASURE]
    shown = ", ".join(["COUNT(*) AS n", *(f"SUM({name}) AS total" for name in measures[:1])])
    table = table_name(contract.product)
    by_key = [f"SELECT {_key(c)}, {shown}\nFROM {table}\nGROUP BY 1" for c in asked[:MOST]]
    return tuple(by_key) or (f"SELECT {shown}\nFROM {table}",)


def _key(column: Column) -> str:
    """The column as a key of groups; time by the month, or by what its grid allows."""
    finest = column.grid.step
    if finest is None:
        return column.name
    step = Step.MONTH if Step.MONTH.within(finest) else finest
    return f"DATE_TRUNC('{step}', {column.name}) AS {step}"
