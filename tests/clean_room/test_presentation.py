"""HAVING, outputs, ORDER BY and LIMIT over released groups."""

from decimal import Decimal

import pytest
from harbour import NOISY, plan
from hypothesis import given
from hypothesis import strategies as st

from clean_room.presentation import present
from clean_room.results import Field, Mark, Release, Withheld

TABLE = "FROM customs_be.import_declarations"
NONE = Withheld(None, 0)

GROUPS = (
    {"k0": "84", "m0": 30, "units": 10},
    {"k0": "86", "m0": Mark.WITHHELD, "units": 10},
    {"k0": None, "m0": 10, "units": 10},
    {"k0": "85", "m0": 10, "units": 10},
    {"k0": "87", "m0": None, "units": 10},
)


def answer(sql: str, groups=GROUPS, product=None) -> Release:
    """The release of a query by hs4 over groups of one measure, m0."""
    asked = plan(sql, product) if product else plan(sql)
    return present(groups, asked, NONE)


def first(release: Release) -> list[object]:
    """The first column."""
    return [row[0] for row in release.rows]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("", ["84", "85", "86", "87", None]),
        ("ORDER BY n", ["85", None, "84", "86", "87"]),
        ("ORDER BY n DESC", ["84", "85", None, "86", "87"]),
        ("ORDER BY hs4 DESC", ["87", "86", "85", "84", None]),
        ("ORDER BY n DESC, hs4 DESC", ["84", "85", None, "87", "86"]),
        ("ORDER BY n LIMIT 2", ["85", None]),
        ("LIMIT 0", []),
        ("HAVING SUM(fraud) >= 10", ["84", "85", None]),
        ("HAVING NOT SUM(fraud) >= 11", ["85", None]),
        ("HAVING SUM(fraud) IS NULL", ["87"]),
        ("HAVING SUM(fraud) IS NOT NULL", ["84", "85", None]),
        ("HAVING COUNT(DISTINCT importer_id) < 10", []),
    ],
)
def test_rows_are_ordered_and_cut(tail, expected):
    assert first(answer(f"SELECT hs4, SUM(fraud) AS n {TABLE} GROUP BY hs4 {tail}")) == expected


@given(st.permutations(GROUPS), st.sampled_from(["", "ORDER BY n", "ORDER BY n DESC"]))
def test_engines_order_tells_nothing(groups, tail):
    sql = f"SELECT hs4, SUM(fraud) AS n {TABLE} GROUP BY hs4 {tail}"
    assert answer(sql, groups).rows == answer(sql).rows


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("SUM(fraud)", [30, 10, Mark.WITHHELD, None, 10]),
        ("SUM(fraud) * 2 + 1", [61, 21, Mark.WITHHELD, None, 21]),
        ("SUM(fraud) / 4", [7.5, 2.5, Mark.WITHHELD, None, 2.5]),
        ("1 / (SUM(fraud) - 10)", [0.05, None, Mark.WITHHELD, None, None]),
        ("COALESCE(SUM(fraud), 0)", [30, 10, Mark.WITHHELD, 0, 10]),
        ("NULLIF(SUM(fraud), 10)", [30, None, Mark.WITHHELD, None, None]),
        ("ROUND(SUM(fraud) / 7, 2)", [4.29, 1.43, Mark.WITHHELD, None, 1.43]),
    ],
)
def test_nothing_brings_withheld_back(output, expected):
    assert first(answer(f"SELECT {output} AS x, hs4 {TABLE} GROUP BY hs4")) == expected


def test_fields_name_types():
    fields = answer(f"SELECT hs4, SUM(item_value) AS v, AVG(fraud) {TABLE} GROUP BY 1", ()).fields
    assert fields == (
        Field("hs4", "string"),
        Field("v", "decimal"),
        Field("avg_fraud", "float"),
    )


def test_fields_tell_the_error():
    sql = f"SELECT COUNT(*) AS n, SUM(item_value) AS v, SUM(item_value) / COUNT(*) AS x {TABLE}"
    count, value, ratio = (Decimal(f.error or 0) for f in answer(sql, (), NOISY).fields)
    assert value == pytest.approx(count * 1_000_000, rel=Decimal("0.05"))
    assert ratio == 0
