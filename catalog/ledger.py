"""The privacy budget ledger: whole micro-epsilon, or questions, and nothing is ever given back.

1. A spend takes from every account that it touches, or from none: one transaction, on disk before
   a row is read. Its name makes it happen once.
2. An account's total is set when it is opened. Publishing again, or another policy, leaves it as it
   is; only `raise_total` makes it larger, on the record.
3. A contract that now offers less binds at once: the lesser of it and the account's total counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.accounts import LARGEST, Account, State, Unit, read, take, whole, widen
from catalog.database import Database
from catalog.entries import Kind
from catalog.log import Log
from catalog.tables import grants, spends
from clean_room.accounting import PrivacyLoss
from data_products.digest import Json
from data_products.errors import AccessDeniedError, ConflictError
from data_products.parties import ProductId
from data_products.product import DataProduct
from policies.access import Grant

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Balance:
    """What a grant allows still, and at first: micro-epsilon, and questions.

    `epsilon_left` is also bounded by what the contract lets this one consumer learn.
    """

    epsilon_left: int
    epsilon_total: int
    queries_left: int
    queries_total: int


@dataclass(frozen=True)
class Leg:
    """One account's part in a spend, and the most that the contract lets it come to."""

    account: Account
    amount: int
    limit: int = LARGEST


class Ledger:
    """Keeps every budget; `clean_room.accounting.Accountant` is its interface.

    `clock` tells the time of a spend, in UTC: the interface has no argument for it.
    """

    def __init__(self, database: Database, log: Log, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    def spend(
        self,
        spend: str,
        products: Sequence[DataProduct],
        grants: Sequence[Grant],
        loss: PrivacyLoss,
    ) -> None:
        """Takes the loss, durably, from every account it touches; the same name again, nothing.

        A question asked again under a later grant is not charged again: its name has paid.

        Raises:
            AccessDeniedError: a grant has been revoked, or has expired, since it was looked up.
            BudgetExhaustedError: some account holds too little; none was touched.
            ConflictError: the name has been used for another loss.
            NotFoundError: a grant or product has no account.
        """
        legs, at = _legs(products, grants, loss), self._clock()
        with self._log.writing() as connection:
            # Before the name is looked at: under a revoked grant nothing is answered, paid or not.
            _require_in_force(connection, grants, at)
            if _spent_before(connection, spend, loss):
                return
            for leg in legs:
                take(connection, leg.account, leg.amount, leg.limit)
            rows: list[dict[str, Json]] = [
                {"scope": leg.account.scope, "kind": leg.account.unit, "amount": leg.amount}
                for leg in legs
            ]
            also = {"name": spend, "spent_at": at}
            connection.execute(sa.insert(spends), [row | also for row in rows])
            self._log.append(connection, Kind.SPEND, {"spend": spend, "accounts": rows}, at)

    def balance(self, grant: Grant) -> Balance:
        """What the grant allows still.

        Raises:
            NotFoundError: the grant is not on record.
        """
        with self._database.read() as connection:
            epsilon = read(connection, Account.of_grant(grant.id, Unit.EPSILON))
            queries = read(connection, Account.of_grant(grant.id, Unit.QUERIES))
            consumer = read(connection, Account.of_consumer(grant.consumer, grant.product))
        left = min(epsilon.left, consumer.left)
        return Balance(left, epsilon.total, queries.left, queries.total)

    def product_balance(self, product: ProductId) -> State:
        """What the product may reveal in its whole life, and what it has revealed.

        Raises:
            NotFoundError: no such product has been published.
        """
        with self._database.read() as connection:
            return read(connection, Account.of_product(product))

    def raise_total(self, product: ProductId, total: int, approved_by: str, at: datetime) -> None:
        """Lets a product reveal more in its whole life than was said when it was first published.

        Raises:
            ConflictError: the total is not larger than it was.
            NotFoundError: no such product has been published.
        """
        account = Account.of_product(product)
        with self._log.writing() as connection:
            before = read(connection, account).total
            if total <= before:
                raise ConflictError(
                    f"found a total of {total}, expected more than {before} micro-epsilon",
                    hint="publish a contract with less to offer less",
                )
            # The contract's own figure binds besides: raising takes both.
            widen(connection, account, total)
            facts: dict[str, Json] = {"account": account.scope, "approved_by": approved_by}
            facts |= {"total": total, "total_before": before}
            self._log.append(connection, Kind.GRANT, facts, at)


def _legs(products: Sequence[DataProduct], grants: Sequence[Grant], loss: PrivacyLoss) -> list[Leg]:
    """What is to be taken, each account once, in the order in which every spend takes them."""
    queries, epsilon = whole(loss.queries, "queries"), whole(loss.epsilon, "epsilon")
    legs = [Leg(Account.of_grant(grant.id, Unit.QUERIES), queries) for grant in grants]
    # An exact answer costs no epsilon, and its product need not have any.
    if epsilon:
        terms = {product.id: product.contract.terms.budgets for product in products}
        legs += [Leg(Account.of_product(id_), epsilon, terms[id_].product) for id_ in terms]
        for grant in grants:
            legs.append(Leg(Account.of_grant(grant.id, Unit.EPSILON), epsilon))
            account = Account.of_consumer(grant.consumer, grant.product)
            legs.append(Leg(account, epsilon, terms[grant.product].consumer))
    # Each account once: two grants of one consumer for one product share what it may learn.
    return sorted({leg.account: leg for leg in legs}.values(), key=lambda leg: leg.account)


def _require_in_force(connection: sa.Connection, held: Sequence[Grant], at: datetime) -> None:
    """Asks again, under the lock, whether the grants hold: a revocation counts from its commit.

    Raises:
        AccessDeniedError: one does not, or there is none.
    """
    found = connection.scalars(
        sa.select(grants.c.id).where(
            grants.c.id.in_([grant.id for grant in held]),
            grants.c.revoked_at.is_(None),
            grants.c.expires_at > at,
        )
    )
    if not held or {grant.id for grant in held} != set(found):
        raise AccessDeniedError(
            "the grant that this rests on is not in force", hint="request access again"
        )


def _spent_before(connection: sa.Connection, spend: str, loss: PrivacyLoss) -> bool:
    """Whether the spend of that name has been made.

    Raises:
        ConflictError: it was made, but of another loss.
    """
    query = sa.select(spends.c.kind, spends.c.amount).where(spends.c.name == spend)
    amounts = dict(iter(connection.execute(query)))
    # Not the accounts: under a later grant the same question would touch others.
    expected = {Unit.QUERIES: loss.queries, Unit.EPSILON: loss.epsilon}
    if amounts and any(amounts.get(unit, 0) != cost for unit, cost in expected.items()):
        raise ConflictError("this spend was made before, of another amount")
    return bool(amounts)
