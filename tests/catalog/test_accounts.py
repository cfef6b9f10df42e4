"""Budget accounts, by themselves."""

import pytest

from catalog.accounts import (
    LARGEST,
    Account,
    State,
    Unit,
    decimal,
    find,
    open_account,
    read,
    take,
    whole,
    widen,
)
from data_products.errors import BudgetExhaustedError, NotFoundError, RequestError

GRANT = Account.of_grant("g1", Unit.EPSILON)


@pytest.fixture
def connection(world):
    """A writer, with one account of ten."""
    with world.database.write() as writer:
        open_account(writer, GRANT, 10)
        yield writer


@pytest.mark.parametrize("amount", [-1, LARGEST + 1, True, 1.0, "1", None])
def test_amount_that_is_no_budget(amount):
    with pytest.raises(RequestError, match="expected a whole number"):
        whole(amount, "epsilon")


@pytest.mark.parametrize("amount", [0, 1, LARGEST])
def test_amount_that_is_kept(amount):
    assert whole(amount, "epsilon") == amount


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (0, Unit.EPSILON, "0"),
        (1, Unit.EPSILON, "0.000001"),
        (500_000, Unit.EPSILON, "0.5"),
        (10_000_000, Unit.EPSILON, "10"),
        (200, Unit.QUERIES, "200"),
    ],
)
def test_amount_is_written_plainly(amount, unit, text):
    assert decimal(amount, unit) == text


def test_opening_twice_refills_nothing(connection):
    take(connection, GRANT, 4, LARGEST)
    open_account(connection, GRANT, 100)

    assert find(connection, GRANT) == State(10, 4)


@pytest.mark.parametrize(("total", "expected"), [(20, 20), (10, 10), (5, 10)])
def test_total_only_widens(connection, total, expected):
    widen(connection, GRANT, total)

    assert read(connection, GRANT).total == expected


def test_last_unit_can_be_taken(connection):
    take(connection, GRANT, 10, LARGEST)

    assert read(connection, GRANT).left == 0


@pytest.mark.parametrize(("limit", "left"), [(LARGEST, "0.000006"), (7, "0.000003"), (2, "0")])
def test_lesser_of_total_and_limit_binds(connection, limit, left):
    take(connection, GRANT, 4, LARGEST)

    with pytest.raises(BudgetExhaustedError, match=f"grant:g1 has {left} epsilon left, 0.000007"):
        take(connection, GRANT, 7, limit)


@pytest.mark.parametrize(
    ("account", "who"),
    [
        (Account.of_grant("g1", Unit.QUERIES), "steward"),
        (Account.of_consumer("c", "p"), "provider"),
        (Account.of_product("p"), "provider"),
    ],
)
def test_hint_says_whom_to_ask(connection, account, who):
    open_account(connection, account, 0)
    with pytest.raises(BudgetExhaustedError) as caught:
        take(connection, account, 1, LARGEST)

    assert who in caught.value.hint


def test_unknown_account_is_not_found(connection):
    with pytest.raises(NotFoundError, match="no budget is on record for product:p"):
        take(connection, Account.of_product("p"), 0, LARGEST)
