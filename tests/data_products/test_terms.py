import pytest

from data_products.errors import ContractError
from data_products.purpose import Purpose
from data_products.terms import Budgets, Mode
from tests.data_products.examples import terms, unit


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"max_groups": 0}, "maxGroups"),
        ({"max_groups": 10_001}, "maxGroups"),
        ({"max_rows_per_group": 0}, "maxRowsPerGroup"),
        ({"max_rows_per_group": 1_000_001}, "maxRowsPerGroup"),
    ],
)
def test_unit_contributes_within_limits(changes, word):
    with pytest.raises(ContractError, match=rf"^customProperties\.privacyTerms\.unit\.{word}: "):
        unit(**changes)


@pytest.mark.parametrize(
    "budgets", [(2, 1, 3), (1, 3, 2), (-1, 1, 1), (0, 1, 1), (0, 0, 1), (1, 1, 10**12 + 1)]
)
def test_budgets_must_be_ordered(budgets):
    with pytest.raises(ContractError, match=r"privacyTerms\.epsilon: found"):
        Budgets(*budgets)


@pytest.mark.parametrize("budgets", [(0, 0, 0), (1, 1, 1), (1, 2, 10**12)])
def test_ordered_budgets_are_kept(budgets):
    made = Budgets(*budgets)
    assert (made.query, made.consumer, made.product) == budgets


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"min_units": 2}, "minUnits"),
        ({"p_percent": 0}, "pPercent"),
        ({"p_percent": 51}, "pPercent"),
        ({"max_dimensions": 0}, "maxDimensions"),
        ({"max_dimensions": 5}, "maxDimensions"),
        ({"max_cells": 0}, "maxCells"),
        ({"max_cells": 10_001}, "maxCells"),
        ({"budgets": Budgets(0, 0, 0)}, "epsilon"),
        ({"purposes": frozenset()}, "purposes"),
        ({"prohibited": frozenset({Purpose("ent:TradeStatistics")})}, "purposes"),
        ({"prohibited": frozenset({Purpose("dpv:PublicBenefit")})}, "purposes"),
    ],
)
def test_terms_that_protect_nobody_are_refused(changes, word):
    with pytest.raises(
        ContractError, match=rf"^customProperties\.privacyTerms\.{word}: "
    ) as caught:
        terms(**changes)
    assert caught.value.hint


def test_floor_of_units_is_three():
    assert terms(min_units=3).min_units == 3


def test_exact_mode_needs_no_epsilon():
    assert terms(mode=Mode.EXACT, budgets=Budgets(0, 0, 0)).budgets.product == 0


def test_narrower_prohibition_leaves_the_rest():
    made = terms(
        purposes=frozenset({Purpose("dpv:PublicBenefit")}),
        prohibited=frozenset({Purpose("dpv:CombatClimateChange")}),
    )
    assert Purpose("dpv:PublicBenefit") in made.purposes
