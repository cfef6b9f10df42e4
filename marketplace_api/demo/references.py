"""How tables refer to one another: the identifiers that more than one of them holds."""

import pyarrow as pa

from marketplace_api.demo.codes import HS6
from marketplace_api.demo.columns import Ints, coded, numbered
from marketplace_api.demo.trade import Flow


def importer_ids(flow: Flow, numbers: Ints) -> pa.Array:
    """Companies that bring goods in through the flow's port."""
    return numbered(f"{flow.port[:2]}I", numbers)


def seller_ids(flow: Flow, numbers: Ints) -> pa.Array:
    """Companies abroad that sell to the flow's importers."""
    return numbered(f"{flow.port[:2]}S", numbers)


def driver_ids(port: str, numbers: Ints) -> pa.Array:
    """Drivers who come to a port's gate."""
    return numbered(f"{port[:2]}D", numbers)


def bill_numbers(flow: Flow, serials: Ints) -> pa.Array:
    """Transport documents: one for each consignment of the flow."""
    return numbered(flow.port, serials, 9)


def subheadings(goods: Ints, level: int = 6) -> pa.Array:
    """Codes of the Harmonized System, cut to two, four or six digits.

    >>> import numpy as np
    >>> subheadings(np.array([0]), 2).to_pylist()
    ['84']
    """
    return coded([code[:level] for code in HS6], goods)
