import pytest

from data_products import odcs
from marketplace_api.console.questions import questions
from tests.marketplace_api.quay import COLUMNS, OFFICE, contract, query, visits

TABLE = "customs_be.import_declarations"


def asked(**values):
    return questions(odcs.load(contract(**values)))


def test_suggested_columns_come_first():
    assert asked() == (
        f"SELECT hs2, COUNT(*) AS n, SUM(value_eur) AS total\nFROM {TABLE}\nGROUP BY 1",
    )


def test_dimensions_stand_in_for_suggestions():
    first, second = asked(suggested="")
    assert first.startswith("SELECT hs2,")
    assert second.startswith("SELECT DATE_TRUNC('month', declared_on) AS month,")


@pytest.mark.parametrize(
    ("step", "shown"), [("day", "month"), ("week", "week"), ("quarter", "quarter")]
)
def test_time_is_told_by_month_at_finest(step, shown):
    kind, words = COLUMNS["declared_on"]
    columns = {**COLUMNS, "declared_on": (kind, {**words, "privacyStep": step})}
    assert (
        f"DATE_TRUNC('{shown}', declared_on) AS {shown}" in asked(columns=columns, suggested="")[1]
    )


def test_product_without_dimension_is_counted():
    columns = {"importer_id": COLUMNS["importer_id"]}
    assert asked(columns=columns, suggested="") == (f"SELECT COUNT(*) AS n\nFROM {TABLE}",)


def test_questions_are_answered(open_house):
    contracts = [odcs.load(contract(suggested="")), odcs.load(visits())]
    for sql in [sql for one in contracts for sql in questions(one)]:
        assert open_house.explain(query(sql), OFFICE).plan["rule"]
