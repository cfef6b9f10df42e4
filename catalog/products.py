"""Products: published versions of data contracts, found by name.

A version never changes, and the next must be higher. The newest counts: it is listed, and can be
asked, while its status is active; publishing one that is retired takes the product off the list.
"""

import difflib
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from catalog.accounts import Account, open_account
from catalog.database import Database
from catalog.entries import Kind
from catalog.log import Log
from catalog.tables import Query, Row, products
from data_products import odcs
from data_products.contract import Contract
from data_products.errors import (
    BindingError,
    ConflictError,
    ContractError,
    IntegrityError,
    NotFoundError,
)
from data_products.parties import ProductId
from data_products.product import DataProduct, Status

MOST_HINTED = 3

# Versions never change, so that each document is parsed once, not with every query.
_contract = lru_cache(maxsize=256)(odcs.load)


class Products:
    """The products on record."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database = database
        self._log = log

    def publish(self, product: DataProduct, document: str, snapshot: str, at: datetime) -> None:
        """Puts a version on record, with the digest of its data as they are now.

        The first version opens the product's budget; no later one refills it.

        Raises:
            ConflictError: the version is not higher than the last, or the product is a draft.
            ContractError: the document says something else than the contract.
        """
        contract = product.contract
        # Parsed before the lock is taken: a provider's document may be long.
        _require_publishable(product, document)
        digest = hashlib.sha256(document.encode()).hexdigest()
        with self._log.writing() as connection:
            _require_higher(connection, contract)
            serial = connection.scalar(sa.select(sa.func.max(products.c.serial))) or 0
            connection.execute(
                sa.insert(products).values(
                    serial=serial + 1,
                    id=product.id,
                    version=contract.version,
                    document=document,
                    digest=digest,
                    snapshot=snapshot,
                    location=product.location,
                    status=product.status,
                    published_at=at,
                )
            )
            total = contract.terms.budgets.product
            open_account(connection, Account.of_product(product.id), total)
            facts = {"product": product.id, "version": contract.version, "contract": digest}
            # The location, too: whoever changed it in the table would have other data read.
            facts |= {"snapshot": snapshot, "location": product.location}
            more = {"status": product.status.value, "epsilon": total}
            self._log.append(connection, Kind.PUBLISH, {**facts, **more}, at)

    def get(self, product: ProductId) -> DataProduct:
        """The newest version, listed or not.

        Raises:
            NotFoundError: no such product has been published.
        """
        with self._database.read() as connection:
            return newest(connection, product)

    def document(self, product: ProductId) -> str:
        """The newest version's contract, as it was published.

        Raises:
            NotFoundError: no such product has been published.
        """
        with self._database.read() as connection:
            return _sound(_row(connection, product))

    def all(self) -> tuple[DataProduct, ...]:
        """The products that are listed, by name."""
        with self._database.read() as connection:
            return tuple(_product(row) for row in connection.execute(_listed()))

    def resolve(self, names: Sequence[str]) -> tuple[DataProduct, ...]:
        """The listed products that the table names of a query stand for, in their order.

        Raises:
            BindingError: a name stands for none; the hint has the nearest that do.
        """
        with self._database.read() as connection:
            query = _listed().where(products.c.id.in_(names))
            found = {row.id: _product(row) for row in connection.execute(query)}
            for name in names:
                if name not in found:
                    hint = _nearest(name, [row.id for row in connection.execute(_listed())])
                    raise BindingError(f"no product is called {name[:60]!r}", hint=hint)
        return tuple(found[name] for name in names)


def newest(connection: sa.Connection, product: ProductId) -> DataProduct:
    """The newest version, listed or not.

    Raises:
        NotFoundError: no such product has been published.
    """
    return _product(_row(connection, product))


def order(version: str) -> tuple[object, ...]:
    """What a contract's versions are compared by: the precedence of Semantic Versioning 2.0.0.

    >>> sorted(("2.0.0", "2.0.0-rc.10", "1.10.0", "1.9.3", "2.0.0-rc.2"), key=order)
    ['1.9.3', '1.10.0', '2.0.0-rc.2', '2.0.0-rc.10', '2.0.0']
    """
    core, _, early = version.partition("-")
    # Numbers come before words, and an early version before the one it leads to.
    parts = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in early.split(".")]
    return tuple(map(int, core.split("."))), not early, parts


def _row(connection: sa.Connection, product: ProductId) -> Row:
    """The newest version's row.

    Raises:
        NotFoundError: no such product has been published.
    """
    query = sa.select(products).where(products.c.id == product)
    row = connection.execute(query.order_by(products.c.serial.desc()).limit(1)).one_or_none()
    if row is None:
        raise NotFoundError(f"no product is called {product[:60]!r}", hint="search the catalog")
    return row


def _listed() -> Query:
    """The newest version of each product whose newest version is active."""
    # The newest first, then its status: an older active version must not come back to life.
    last = sa.select(sa.func.max(products.c.serial)).group_by(products.c.id)
    return (
        sa.select(products)
        .where(products.c.serial.in_(last), products.c.status == Status.ACTIVE)
        .order_by(products.c.id)
    )


def _product(row: Row) -> DataProduct:
    """The product that a row holds."""
    return DataProduct(_contract(_sound(row)), row.location, Status(row.status))


def _sound(row: Row) -> str:
    """The document of a row.

    Raises:
        IntegrityError: it is not the one that was published.
    """
    document: str = row.document
    if hashlib.sha256(document.encode()).hexdigest() != row.digest:
        raise IntegrityError(f"the contract of {row.id} has been changed since it was published")
    return document


def _require_publishable(product: DataProduct, document: str) -> None:
    """Checks a version by itself.

    Raises:
        ConflictError: it is a draft.
        ContractError: the document says something else than the contract.
    """
    if product.status is Status.DRAFT:
        raise ConflictError(f"{product.id} is a draft", hint="publish it as active")
    # What is stored is the document; what was checked is the contract. They must not differ.
    if _contract(document) != product.contract:
        raise ContractError("the document says something else than the contract to be published")


def _require_higher(connection: sa.Connection, contract: Contract) -> None:
    """Checks a version against those before it.

    Raises:
        ConflictError: it is there already, or is not the highest.
    """
    mine = order(contract.version)
    query = sa.select(products.c.version).where(products.c.id == contract.product)
    for version in connection.scalars(query):
        if order(version) >= mine:
            raise ConflictError(
                f"found version {contract.version}, expected one above {version}",
                hint="a published version never changes; raise the contract's version",
            )


def _nearest(name: str, listed: Sequence[str]) -> str:
    """What the consumer may have meant."""
    # Only names that every consumer may list: a retired product's name is not given away.
    close = difflib.get_close_matches(name[:60], listed, n=MOST_HINTED)
    return f"did you mean {' or '.join(close)}?" if close else "search the catalog for products"
