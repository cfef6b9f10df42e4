import pytest
from harbour import relation, select

from clean_room.relation import Output


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hs2", {"k0"}),
        ("AVG(item_value)", {"m0", "m1"}),
        ("COUNT(DISTINCT importer_id)", {"units"}),
        ("ROUND(SUM(fraud) / COUNT(*), 2) + COALESCE(SUM(fraud), 0)", {"m0", "m1"}),
        ("5", set()),
    ],
)
def test_output_names_its_sources(text, names):
    bound = relation(select(f"{text} AS x, COUNT(*)", "GROUP BY hs2"))
    assert bound.presentation.outputs[0].names() == names


def test_outputs_keep_their_order():
    bound = relation(select("COUNT(*) AS n, hs2", "GROUP BY hs2"))
    assert [output.name for output in bound.presentation.outputs] == ["n", "hs2"]


def test_bound_relation_is_unprotected():
    bound = relation(select("COUNT(*)"))
    assert (bound.contribution, bound.weighed, bound.min_units) == (None, False, 0)


def test_values_are_hashable():
    bound = relation(select("hs2, COUNT(*)", "WHERE hs2 IN ('84', '85') GROUP BY 1"))
    assert (
        len({bound, relation(select("HS2, count( * )", "where hs2 in ('85','84') GROUP BY 1"))})
        == 1
    )


def test_output_of_expression_equals_itself():
    shown = relation(select("COUNT(*) AS n")).presentation.outputs[0]
    assert shown == Output("n", shown.expression)
