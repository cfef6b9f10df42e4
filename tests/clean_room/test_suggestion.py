import pytest
from harbour import DECLARATIONS, NOISY, VISITS, declarations, plan, select

from clean_room.parsing import parse
from clean_room.suggestion import suggest
from data_products.errors import GrammarError, QueryRejectedError

MONTH = "DATE_TRUNC('month', date)"


def suggested(what, rest="", product=DECLARATIONS, **more):
    """What could be asked in a query's place."""
    return suggest(parse(select(what, rest)), product.contract, **more)


@pytest.mark.parametrize(
    ("asked", "rest", "what", "kept"),
    [
        ("*", "", "hs2, COUNT(*) AS n", "GROUP BY hs2"),
        ("hs2, item_value", "", "hs2, COUNT(*) AS n", "GROUP BY hs2"),
        (
            "importer_id, SUM(fraud) AS f",
            "GROUP BY 1 HAVING COUNT(*) > 10",
            f"hs2, {MONTH} AS month, SUM(fraud) AS f",
            f"GROUP BY hs2, {MONTH}",
        ),
        ("tariff_line, COUNT(*)", "GROUP BY 1", "hs6, COUNT(*)", "GROUP BY hs6"),
        ("date, COUNT(*)", "GROUP BY 1", f"{MONTH} AS month, COUNT(*)", f"GROUP BY {MONTH}"),
        (
            "DATE_TRUNC('day', date) AS d, COUNT(*)",
            "GROUP BY d",
            f"{MONTH} AS month, COUNT(*)",
            f"GROUP BY {MONTH}",
        ),
        (
            "hs6, origin, mode, channel, COUNT(*)",
            "GROUP BY 1, 2, 3, 4",
            "hs6, origin, mode, COUNT(*)",
            "GROUP BY hs6, origin, mode",
        ),
        (
            "EXTRACT(DAY FROM arrived_at) + 1, COUNT(*)",
            "GROUP BY 1",
            "EXTRACT(HOUR FROM arrived_at) AS hour, COUNT(*)",
            "GROUP BY EXTRACT(HOUR FROM arrived_at)",
        ),
        ("COUNT(*)", "WHERE importer_id = 'x'", "COUNT(*)", ""),
        (
            "COUNT(*)",
            "WHERE item_value > 5 AND (hs2 = '85' OR hs2 = '84')",
            "COUNT(*)",
            "WHERE (hs2 = '85' OR hs2 = '84')",
        ),
        (
            "COUNT(*)",
            "WHERE origin = 'CN' AND date < '2020-01-15' AND inspected",
            "COUNT(*)",
            "WHERE origin = 'CN' AND inspected",
        ),
        ("COUNT(*)", "WHERE (hs2 = '85' OR importer_id = 'x')", "COUNT(*)", ""),
    ],
)
def test_refused_query_has_a_rewrite(asked, rest, what, kept):
    with pytest.raises(QueryRejectedError):
        plan(select(asked, rest))
    assert suggested(asked, rest) == select(what, kept)
    assert plan(select(what, kept))


@pytest.mark.parametrize(
    ("asked", "rest", "what", "kept"),
    [
        ("hs6, COUNT(*)", "GROUP BY 1", "hs4, COUNT(*)", "GROUP BY hs4"),
        ("hs4, COUNT(*)", "WHERE origin = 'CN' GROUP BY 1", "hs2, COUNT(*)", "GROUP BY hs2"),
        ("hs2, COUNT(*)", "GROUP BY 1", "COUNT(*)", ""),
        ("hs2, origin, SUM(fraud)", "GROUP BY 1, 2", "SUM(fraud)", ""),
        (
            "DATE_TRUNC('month', date), COUNT(*)",
            "GROUP BY 1",
            "DATE_TRUNC('quarter', date) AS quarter, COUNT(*)",
            "GROUP BY DATE_TRUNC('quarter', date)",
        ),
        ("DATE_TRUNC('year', date), COUNT(*)", "GROUP BY 1", "COUNT(*)", ""),
        ("COUNT(*)", "WHERE origin = 'CN'", "COUNT(*)", ""),
    ],
)
def test_small_groups_become_coarser(asked, rest, what, kept):
    assert suggested(asked, rest, coarser=True) == select(what, kept)
    assert plan(select(what, kept))


def test_closed_chain_leads_to_open():
    closed = [
        column if column.name != "hs6" else type(column)(**{**vars(column), "restricted": True})
        for column in DECLARATIONS.contract
    ]
    product = declarations(columns=closed)
    assert suggested("tariff_line, COUNT(*)", "GROUP BY 1", product) == select(
        "hs4, COUNT(*)", "GROUP BY hs4"
    )


def test_closed_without_coarser_is_dropped():
    alone = [
        column if column.name != "tariff_line" else type(column)(**{**vars(column), "coarser": ""})
        for column in DECLARATIONS.contract
    ]
    product = declarations(columns=alone)
    assert suggested("tariff_line, COUNT(*)", "GROUP BY 1", product) == select("COUNT(*)")


def test_alias_of_product_is_kept():
    table = "customs_be.import_declarations AS p"
    asked = select("p.importer_id, SUM(p.fraud)", "WHERE p.hs2 = '85' GROUP BY 1", table)
    found = suggest(parse(asked), DECLARATIONS.contract)
    assert f"FROM {table} WHERE p.hs2 = '85'" in found
    assert plan(found)


def test_contract_may_suggest_nothing():
    product = declarations(suggested=())
    assert suggested("importer_id, COUNT(*)", "GROUP BY 1", product) == select("COUNT(*)")


def test_person_product_has_its_own():
    asked = parse(select("driver_id, COUNT(*)", "GROUP BY 1", "beanr.gate_visits"))
    found = suggest(asked, VISITS.contract)
    assert found == select("gate, COUNT(*)", "GROUP BY gate", "beanr.gate_visits")


def test_suggestion_fits_noise_too():
    found = suggested("importer_id, COUNT(*)", "GROUP BY 1", NOISY)
    assert plan(found, NOISY).mode == "dp"


def test_number_of_no_output_is_refused():
    with pytest.raises(GrammarError):
        suggested("COUNT(*)", "GROUP BY 9")
