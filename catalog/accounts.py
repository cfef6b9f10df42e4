"""Budget accounts: what they are called, how they are opened, and how something is taken from one.

Amounts are whole micro-epsilon, or questions. `grant:<id>` holds both kinds;
`consumer:<consumer>:<product>` is over all grants of a consumer, `product:<id>` over all consumers.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa

from catalog.tables import budgets
from data_products.errors import BudgetExhaustedError, NotFoundError, RequestError
from data_products.parties import ParticipantId, ProductId

# What every reader of JSON can hold exactly.
LARGEST = 2**53 - 1


class Unit(StrEnum):
    """What an account is kept in."""

    EPSILON = "epsilon"
    QUERIES = "queries"


# By the first word of the scope, since it decides who can help.
HINTS = {
    "grant": "a question asked before costs nothing again; ask the steward for another grant",
    "consumer": "the contract limits what one consumer may learn; ask the provider",
    "product": "what the product may ever reveal has been revealed; ask the provider",
}


@dataclass(frozen=True, order=True)
class Account:
    """A budget by its scope and unit; sorted, so that every spend takes them in one order."""

    scope: str
    unit: Unit

    @classmethod
    def of_grant(cls, grant: str, unit: Unit) -> "Account":
        """What a grant allows."""
        return cls(f"grant:{grant}", unit)

    @classmethod
    def of_consumer(cls, consumer: ParticipantId, product: ProductId) -> "Account":
        """What one consumer may learn of a product, under whichever grants."""
        return cls(f"consumer:{consumer}:{product}", Unit.EPSILON)

    @classmethod
    def of_product(cls, product: ProductId) -> "Account":
        """What a product may reveal in its whole life, to everyone together.

        >>> Account.of_product(ProductId("customs-be.moves")).scope
        'product:customs-be.moves'
        """
        return cls(f"product:{product}", Unit.EPSILON)

    @property
    def row(self) -> sa.ColumnElement[bool]:
        """The condition that finds it."""
        return sa.and_(budgets.c.scope == self.scope, budgets.c.kind == self.unit)


@dataclass(frozen=True)
class State:
    """What an account may hold at most, and what has been taken from it."""

    total: int
    spent: int

    @property
    def left(self) -> int:
        """What can still be taken; a contract that now offers less has closed the account.

        >>> State(total=5, spent=3).left, State(total=2, spent=3).left
        (2, 0)
        """
        return max(0, self.total - self.spent)


def whole(amount: int, what: str) -> int:
    """The amount, if it can be kept: a negative spend would be a refund.

    Raises:
        RequestError: it is negative, not a whole number, or too large for the wire.
    """
    # True is a whole number to Python, and 1.0 would be kept as if it had been exact.
    if type(amount) is not int or not 0 <= amount <= LARGEST:
        raise RequestError(f"found {what} = {amount!r}, expected a whole number from 0 to 2**53-1")
    return amount


def decimal(amount: int, unit: Unit) -> str:
    """The amount as people write it.

    >>> decimal(1_250_000, Unit.EPSILON), decimal(3, Unit.QUERIES)
    ('1.25', '3')
    """
    scaled = Decimal(amount).scaleb(-6).normalize() if unit is Unit.EPSILON else Decimal(amount)
    return format(scaled, "f")


def open_account(connection: sa.Connection, account: Account, total: int) -> None:
    """Opens the account with that total; one that is there keeps what it has."""
    if find(connection, account) is None:
        connection.execute(
            sa.insert(budgets).values(
                scope=account.scope, kind=account.unit, total=whole(total, "total"), spent=0
            )
        )


def widen(connection: sa.Connection, account: Account, total: int) -> None:
    """Raises the account's total to the one given; one that is larger stays."""
    larger = sa.and_(account.row, budgets.c.total < whole(total, "total"))
    connection.execute(sa.update(budgets).where(larger).values(total=total))


def find(connection: sa.Connection, account: Account) -> State | None:
    """The account's state, if there is such an account."""
    query = sa.select(budgets.c.total, budgets.c.spent).where(account.row)
    row = connection.execute(query).one_or_none()
    return row and State(row.total, row.spent)


def read(connection: sa.Connection, account: Account) -> State:
    """The account's state.

    Raises:
        NotFoundError: there is no such account.
    """
    state = find(connection, account)
    if state is None:
        raise NotFoundError(f"no budget is on record for {account.scope}")
    return state


def take(connection: sa.Connection, account: Account, amount: int, limit: int) -> None:
    """Takes the amount, as one conditional update, where neither total nor limit is passed.

    Raises:
        NotFoundError: there is no such account.
        BudgetExhaustedError: too little is left.
    """
    # Asked and done in one statement: no reader can come between, whatever locks there are.
    after = budgets.c.spent + amount
    taken = connection.execute(
        sa.update(budgets)
        .where(account.row, after <= budgets.c.total, after <= limit)
        .values(spent=after)
    )
    if taken.rowcount == 0:
        state = read(connection, account)
        left = State(min(state.total, limit), state.spent).left
        raise BudgetExhaustedError(
            f"{account.scope} has {decimal(left, account.unit)} {account.unit} left,"
            f" {decimal(amount, account.unit)} asked",
            hint=HINTS[account.scope.partition(":")[0]],
        )
