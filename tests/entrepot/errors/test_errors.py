import pytest

import entrepot.errors
from data_products.errors import EntrepotError as ServiceRoot
from entrepot.errors import BY_CODE, EntrepotError, ReceiptError, ServiceError
from marketplace_api.problems import kinds


def beneath(root):
    """Every class under a class."""
    for child in root.__subclasses__():
        yield child
        yield from beneath(child)


def test_sdk_knows_every_code_of_service():
    ours = {error.code for error in beneath(ServiceError)}
    assert ours == {kind.code for kind in kinds()}


def test_families_are_those_of_service():
    theirs = {error.code: error.__mro__[1].code for error in beneath(ServiceRoot)}
    ours = {code: BY_CODE[code].__mro__[1].code for code in theirs}
    assert ours == theirs


def test_every_code_has_one_class():
    codes = [error.code for error in beneath(EntrepotError) if error is not ServiceError]
    assert sorted([*codes, "ERROR"]) == sorted(BY_CODE)


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_explanation_says_what_next(code):
    paragraphs = BY_CODE[code].explanation().split("\n\n")
    assert len(paragraphs) == 2
    assert all(len(paragraph) > 20 for paragraph in paragraphs)


def test_tree_in_docstring_is_complete():
    lines = [line.split() for line in entrepot.errors.__doc__.splitlines() if "Error" in line]
    drawn = {line[0]: line[1] for line in lines if len(line) == 2}
    assert drawn == {e.__name__: e.code for e in BY_CODE.values() if e is not EntrepotError}


def test_exported_names_are_sorted():
    names = [name for name in entrepot.errors.__all__ if name.endswith("Error")]
    assert names == sorted(e.__name__ for e in {EntrepotError, *beneath(EntrepotError)})


def test_receipt_error_says_which_part():
    assert str(ReceiptError("proof", "too short")) == "proof: too short"
