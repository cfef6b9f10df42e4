import inspect

import pytest

from data_products import errors
from data_products.errors import ContractError, EntrepotError, SchemaMismatchError, expect

TREE = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, EntrepotError) and kind is not EntrepotError
]


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_each_error_is_drawn(kind):
    drawn = next(line for line in errors.__doc__.splitlines() if kind.__name__ in line.split())
    depth = len(kind.__mro__) - len(EntrepotError.__mro__)
    assert drawn.startswith("    " * depth + kind.__name__)
    assert kind.code in drawn.split()


def test_codes_are_distinct():
    assert len({kind.code for kind in TREE}) == len(TREE)


def test_error_carries_hint_and_rewrite():
    error = errors.DominanceError("few", hint="coarser", rewrite="SELECT 1")
    assert (str(error), error.hint, error.rewrite) == ("few", "coarser", "SELECT 1")


def test_contract_error_stands_for_itself():
    error = ContractError("found 1, expected 2")
    assert error.errors == (error,)
    assert str(error) == "found 1, expected 2"


def test_path_grows_from_the_inside():
    error = ContractError("m", where="name", hint="h").under("properties[0]").under("schema[0]")
    assert error.where == "schema[0].properties[0].name"
    assert error.hint == "h"


def test_path_of_the_whole_is_the_outer():
    assert ContractError("m").under("schema[0]").where == "schema[0]"


def test_under_keeps_the_kind():
    assert type(SchemaMismatchError("m").under("a")) is SchemaMismatchError


def test_one_error_is_not_wrapped():
    error = ContractError("m", where="a", hint="h")
    assert ContractError.of([error, error]) is error


def test_several_errors_are_said_together():
    first, second = (ContractError("m", where=where, hint="h") for where in "ab")
    together = ContractError.of([first, second, first])
    assert str(together) == "a: m (h)\nb: m (h)"
    assert together.errors == (first, second)


def test_expect_passes_what_holds():
    assert expect(holds=True, message="m", where="a", hint="h") is None


def test_expect_refuses_what_does_not():
    with pytest.raises(ContractError, match=r"^a: m$") as caught:
        expect(holds=False, message="m", where="a", hint="h")
    assert caught.value.hint == "h"
