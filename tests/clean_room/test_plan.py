from dataclasses import replace

import pytest
from harbour import COLUMNS, DECLARATIONS, NOISY, NOWHERE, declarations, plan, select

from clean_room.plan import contract_digest
from data_products.contract import Bounds, Column, ColumnType, Mode, Use
from data_products.digest import canonical, digest
from data_products.odcs import dump
from data_products.parties import ParticipantId
from data_products.purpose import Purpose

BY_HS2 = select("hs2, SUM(item_value) AS value, AVG(fraud) AS share", "GROUP BY hs2")


@pytest.mark.parametrize(
    "sql",
    [
        BY_HS2.lower(),
        f"{BY_HS2} ;",
        f"/* again */ {BY_HS2}",
        BY_HS2.replace("hs2,", "p.hs2,").replace("GROUP", "p GROUP"),
        BY_HS2.replace("GROUP BY hs2", "GROUP BY 1"),
    ],
)
def test_question_is_what_is_computed(sql):
    assert plan(sql).question == plan(BY_HS2).question


@pytest.mark.parametrize(
    "sql",
    [
        BY_HS2.replace("hs2", "origin"),
        BY_HS2.replace("AS value", "AS amount"),
        BY_HS2.replace("item_value", "net_mass_kg"),
        BY_HS2.replace("item_value", "item_value * 2"),
        BY_HS2 + " HAVING SUM(item_value) > 5",
        BY_HS2 + " ORDER BY value",
        BY_HS2 + " ORDER BY value DESC",
        BY_HS2 + " LIMIT 5",
        BY_HS2.replace("GROUP", "WHERE origin = 'CN' GROUP"),
        BY_HS2.replace("SUM(item_value)", "ROUND(SUM(item_value), 1)"),
    ],
)
def test_another_question_is_another(sql):
    assert plan(sql).question != plan(BY_HS2).question


def test_fingerprint_is_stable():
    assert len({plan(BY_HS2, NOISY).fingerprint for _ in range(3)}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"consumer": ParticipantId("customs-be")},
        {"snapshots": (replace(NOWHERE, digest="1" * 64),)},
        {"snapshots": (replace(NOWHERE, version=3),)},
    ],
)
def test_fingerprint_is_of_who_and_what(change):
    asked = plan(BY_HS2)
    assert replace(asked, **change).fingerprint != asked.fingerprint


def test_fingerprint_is_of_why():
    asked = plan(BY_HS2)
    other = replace(asked.permit, purpose=Purpose("ent:CapacityPlanning"))
    assert replace(asked, permit=other).fingerprint != asked.fingerprint


@pytest.mark.parametrize("change", [{"min_units": 20}, {"p_percent": 50}])
def test_fingerprint_is_of_protection(change):
    asked = plan(BY_HS2, NOISY)
    stricter = replace(asked.permit, obligations=replace(asked.permit.obligations, **change))
    assert replace(asked, permit=stricter).fingerprint != asked.fingerprint


@pytest.mark.parametrize("epsilon", [None, 500_000, 600_000])
def test_ceiling_above_the_price_changes_nothing(epsilon):
    asked = plan(BY_HS2, NOISY, max_epsilon=epsilon)
    assert asked.fingerprint == plan(BY_HS2, NOISY).fingerprint


def test_less_epsilon_is_another_answer():
    asked = plan(BY_HS2, NOISY, max_epsilon=100_000)
    assert asked.question == plan(BY_HS2, NOISY).question
    assert asked.fingerprint != plan(BY_HS2, NOISY).fingerprint


def test_contract_version_is_another_answer():
    contract = replace(DECLARATIONS.contract, version="1.0.1")
    other = replace(DECLARATIONS, contract=contract)
    assert plan(BY_HS2, other).fingerprint != plan(BY_HS2).fingerprint


def test_contract_digest_is_of_the_document():
    assert contract_digest(DECLARATIONS.contract) == digest(dump(DECLARATIONS.contract))


def test_facts_are_what_receipts_state():
    facts = plan(BY_HS2, NOISY).facts()
    assert {"purpose", "sql", "question", "policy", "grants", "protection"} < facts.keys()
    assert facts["cost"] == {"epsilon": 500_000, "queries": 1}


def test_facts_name_products_exactly():
    (product,) = plan(BY_HS2).facts()["products"]
    assert product == {
        "product": "customs-be.import_declarations",
        "version": "1.0.0",
        "contract": contract_digest(DECLARATIONS.contract),
        "snapshot": {"version": None, "digest": "0" * 64},
    }


@pytest.mark.parametrize("product", [DECLARATIONS, NOISY])
def test_facts_can_be_signed(product):
    assert canonical(plan(BY_HS2, product).facts())


def test_wide_noise_can_be_signed():
    wide = [
        Column("item_value", ColumnType.NUMBER, Use.MEASURE, bounds=Bounds(0, 10**12), scale=2)
        if column.name == "item_value"
        else column
        for column in COLUMNS
    ]
    asked = plan(select("SUM(item_value) AS value"), declarations(Mode.DP, columns=wide))
    (noise, _) = asked.facts()["protection"]["noise"]
    assert noise["sensitivity"] == str(20 * 10**14)


def test_explanation_says_the_price():
    told = plan(BY_HS2, NOISY, max_epsilon=400_000).explanation()
    assert (told["mode"], told["epsilon"], told["queries"], told["cells"]) == ("dp", "0.4", 1, 97)


def test_explanation_says_the_rules():
    told = plan(BY_HS2).explanation()
    assert (told["epsilon"], told["min_units"], told["p_percent"]) == ("0", 10, 15)
    assert told["rule"].startswith("p, statistics-office, customs-be.import_declarations,")


def test_explanation_says_the_columns():
    told = plan(select("hs2, SUM(item_value) AS v, AVG(fraud) AS a", "GROUP BY 1")).explanation()
    assert told["columns"] == [
        {"name": "hs2", "type": "string", "error": ""},
        {"name": "v", "type": "decimal", "error": ""},
        {"name": "a", "type": "float", "error": ""},
    ]


@pytest.mark.parametrize(
    ("output", "digits"), [("COUNT(*)", 0), ("SUM(item_value)", 2), ("SUM(net_mass_kg)", 1)]
)
def test_error_is_in_the_values_digits(output, digits):
    error = plan(select(f"{output} AS x"), NOISY).error_of("x")
    assert len(error.partition(".")[2]) == digits
    assert float(error) > 0


@pytest.mark.parametrize(
    "output", ["AVG(fraud)", "SUM(fraud) / COUNT(*)", "ROUND(SUM(fraud))", "5"]
)
def test_computed_output_has_no_error(output):
    assert plan(select(f"{output} AS x, COUNT(*) AS n"), NOISY).error_of("x") == ""


def test_undeclared_cells_are_unknown():
    assert plan(select("dispatch, COUNT(*)", "GROUP BY 1")).explanation()["cells"] is None


def test_text_is_not_in_the_repr():
    assert "SELECT" not in repr(plan(BY_HS2))


def test_products_are_the_relations():
    asked = plan(BY_HS2, NOISY)
    assert (asked.products, asked.mode) == ((NOISY,), Mode.DP)
