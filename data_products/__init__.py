"""What is shared: data products, their contracts, and the words that every floor uses."""

from data_products.contract import Bounds, Column, Contract, Grid, PrivacyUnit, Terms, Use
from data_products.errors import EntrepotError
from data_products.product import DataProduct, Status
from data_products.purpose import Purpose
from data_products.query import Query

__all__ = [
    "Bounds",
    "Column",
    "Contract",
    "DataProduct",
    "EntrepotError",
    "Grid",
    "PrivacyUnit",
    "Purpose",
    "Query",
    "Status",
    "Terms",
    "Use",
]
