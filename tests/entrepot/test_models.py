from decimal import Decimal

import pytest

from entrepot.models import Budget, Explanation, Product, ResultColumn, decimal
from entrepot.proofs.canonical import MalformedError
from tests.entrepot.service import BALANCE, EXPLANATION, PRODUCT


@pytest.mark.parametrize(
    "text", ["", "1e3", "NaN", "Infinity", ".5", "5.", "1_0", "\u0661", " 1", "+1"]
)
def test_odd_decimal_is_refused(text):
    with pytest.raises(MalformedError):
        decimal(text)


def test_margin_is_exact():
    column = ResultColumn.read({"name": "teu", "type": "decimal", "error": "431.39"})
    assert (column.error, column.numeric) == (Decimal("431.39"), True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "would cost epsilon 0.0 and 1 question; left: epsilon 3.5 of 4.0"),
        ({"cached": True}, "would cost nothing, as it was answered before"),
        ({"cells": None}, "exact answer over the groups in the data"),
        ({}, "exact answer over 936 public groups, each of at least 10 units"),
        ({"queries": 2}, "and 2 questions"),
    ],
)
def test_explanation_reads_well(changes, says):
    assert says in str(Explanation.read({**EXPLANATION, **changes}))


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (Explanation.read, {**EXPLANATION, "cells": -1}),
        (Explanation.read, {**EXPLANATION, "epsilon": 0.5}),
        (Explanation.read, "x"),
        (Product.read, {**PRODUCT, "terms": {}}),
        (Product.read, {**PRODUCT, "terms": {**PRODUCT["terms"], "purposes": [1]}}),
        (Budget.read, BALANCE),
    ],
)
def test_other_form_is_refused(read, value):
    with pytest.raises(MalformedError):
        read(value)
