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
    measures = [f"SUM({column.name}) AS total" for column in contract if column.use is Use.MEASURE]
    shown = ", ".join(["COUNT(*) AS n", *measures[:1]])
    table = table_name(contract.product)
    asked = [
        f"SELECT {_key(column)}, {shown}\nFROM {table}\nGROUP BY 1"
        for column in _dimensions(contract)[:MOST]
    ]
    return tuple(asked) or (f"SELECT {shown}\nFROM {table}",)


def _dimensions(contract: Contract) -> list[Column]:
    """The columns to group by: those that are suggested, if any is."""
    open_ones = [c for c in contract if c.use is Use.DIMENSION and not c.restricted]
    return [c for c in open_ones if c.name in contract.terms.suggested] or open_ones


def _key(column: Column) -> str:
    """The column as a key of groups; time by the month, or by what its grid allows."""
    finest = column.grid.step
    if finest is None:
        return column.name
    step = Step.MONTH if Step.MONTH.within(finest) else finest
    return f"DATE_TRUNC('{step}', {column.name}) AS {step}"
