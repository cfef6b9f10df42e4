"""The questions rest on agreements that contracts offer, and those that are ready can be read."""

import pytest

from clean_room.parsing import parse
from data_products import errors
from marketplace_api.demo import documents
from marketplace_api.demo.questions import QUESTIONS, REAL_QUESTIONS, REFUSALS, agreements

READY = [question for question in QUESTIONS if question.ready]
CODES = {
    "R1": "RAW_ROWS",
    "R2": "GROUP_BY_IDENTIFIER",
    "R3": "DOMINANCE",
    "R4": "DIFFERENCING_RISK",
    "R5": "POLICY_COLUMN_FILTER",
    "R6": "PURPOSE_NOT_AGREED",
    "R7": "PERSONAL_UNIT",
    "R8": "SENSITIVITY_CLASS",
}


def test_twelve_questions_are_numbered():
    assert [question.id for question in QUESTIONS] == [f"Q{n}" for n in range(1, 13)]


def test_refusals_have_codes():
    assert {refusal.id: refusal.code for refusal in REFUSALS} == CODES


@pytest.mark.parametrize("question", [*READY, *REAL_QUESTIONS], ids=lambda question: question.id)
def test_ready_question_reads_its_product(question):
    assert parse(question.sql).tables == (question.agreement.product,)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.id)
def test_refused_question_reads_its_product(refusal):
    assert parse(refusal.sql).tables == (refusal.agreement.product,)


@pytest.mark.parametrize(
    "question", [question for question in QUESTIONS if not question.ready], ids=lambda q: q.id
)
def test_other_questions_are_yet_to_come(question):
    with pytest.raises(errors.QueryRejectedError):
        parse(question.sql)


@pytest.mark.parametrize("agreement", list(agreements()), ids=lambda a: f"{a.consumer}-{a.product}")
def test_contract_offers_purpose(agreement):
    assert documents.contract(agreement.product).offers(agreement.purpose)


def test_agreements_are_listed_once():
    found = list(agreements())

    assert len(set(found)) == len(found)


def test_marketing_is_never_agreed():
    assert "dpv:DirectMarketing" not in {str(agreement.purpose) for agreement in agreements()}
