"""What a plan costs, and an accountant that keeps to the protocol."""

import pytest
from harbour import DECLARATIONS, NOISY, plan
from yard import Purse

from clean_room.accounting import Accountant, PrivacyLoss

TABLE = "FROM customs_be.import_declarations"


def test_a_loss_is_one_question():
    assert PrivacyLoss(epsilon=500_000) == PrivacyLoss(epsilon=500_000, queries=1)


@pytest.mark.parametrize(
    ("outputs", "epsilon"),
    [
        ("COUNT(DISTINCT importer_id)", 500_000),
        ("COUNT(*)", 500_000),
        ("COUNT(*), SUM(fraud)", 499_998),
        ("AVG(fraud), AVG(item_value), COUNT(*)", 499_998),
    ],
)
def test_loss_never_exceeds_the_ceiling(outputs, epsilon):
    assert plan(f"SELECT {outputs} {TABLE}", NOISY).loss.epsilon == epsilon


def test_exact_answers_cost_a_question():
    assert plan(f"SELECT COUNT(*) {TABLE}").loss == PrivacyLoss(epsilon=0, queries=1)


def test_accountant_is_one_method():
    purse: Accountant = Purse()
    purse.spend("name", [DECLARATIONS], [], PrivacyLoss(1))
    assert purse == Purse(["name"])
