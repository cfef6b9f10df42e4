"""The same question has one answer and one cost, in whatever words, and a receipt for its words."""

import pytest

PURPOSE = "ent:CapacityPlanning"
FIRST = "SELECT move_kind, COUNT(*) AS n FROM beanr.container_moves GROUP BY move_kind"


@pytest.mark.parametrize(
    "words",
    [
        FIRST,
        FIRST.lower(),
        "SELECT  move_kind,\n COUNT(*) AS n FROM beanr.container_moves AS m GROUP BY 1 -- again",
        "SELECT move_kind, COUNT(*) AS n FROM beanr.container_moves GROUP BY ALL",
    ],
)
def test_question_in_other_words_is_free(served, words):
    with served.client("rail-operator") as client:
        first = client.query(FIRST, purpose=PURPOSE)
        again = client.query(words, purpose=PURPOSE)

    assert (again.cached, again.cost.queries, again.rows) == (True, 0, first.rows)
    assert again.receipt.statement["sql"] == words
