import pytest
from harbour import DECLARATIONS, NOISY, permit, plan, query, relation, select

from clean_room.relation import UNITS
from clean_room.rewrite import LEAST_SHARE, rewrite
from data_products.errors import LimitError, QueryRejectedError


@pytest.mark.parametrize(
    ("what", "measures"),
    [
        ("COUNT(*)", 2),
        ("SUM(fraud), SUM(fraud)", 2),
        ("AVG(fraud)", 3),
        ("COUNT(DISTINCT importer_id)", 1),
        ("AVG(fraud), AVG(correction), COUNT(*)", 6),
    ],
)
def test_epsilon_is_shared_evenly(what, measures):
    asked = plan(select(what), NOISY)
    assert {noise.epsilon for noise in asked.noise} == {500_000 // measures}
    assert asked.loss.epsilon == 500_000 // measures * measures <= 500_000


def test_every_measure_has_its_noise():
    asked = plan(select("hs2, AVG(item_value)", "GROUP BY 1"), NOISY)
    assert [noise.measure for noise in asked.noise] == ["m0", "m1", UNITS]


def test_exact_answers_cost_no_epsilon():
    asked = plan(select("COUNT(*)"))
    assert (asked.noise, asked.loss.epsilon, asked.loss.queries) == ((), 0, 1)


@pytest.mark.parametrize("epsilon", [1, 2, 2 * LEAST_SHARE - 1])
def test_hopeless_noise_is_refused(epsilon):
    with pytest.raises(LimitError, match="each needs at least"):
        plan(select("COUNT(*)"), NOISY, max_epsilon=epsilon)


def test_least_epsilon_is_enough():
    assert plan(select("COUNT(*)"), NOISY, max_epsilon=2 * LEAST_SHARE).loss.epsilon == 2_000


def test_noise_beyond_64_bits_is_refused():
    with pytest.raises(LimitError, match="64 bits"):
        plan(select("SUM(item_value * 99999999999)"), NOISY)


@pytest.mark.parametrize("product", [DECLARATIONS, NOISY])
def test_units_are_always_counted(product):
    assert UNITS in {
        measure.name for measure in plan(select("SUM(fraud)"), product).relation.measures
    }


@pytest.mark.parametrize(
    "what", ["SUM(fraud), COUNT(importer_id)", "SUM(tariff_line)", "SUM(item_value + 1)"]
)
def test_one_bad_measure_is_enough(what):
    with pytest.raises(QueryRejectedError):
        plan(select(what))


def test_plan_keeps_what_was_asked():
    sql = select("COUNT(*)")
    asked = rewrite(relation(sql), permit(query(sql)), query(sql))
    assert (asked.sql, asked.consumer, asked.snapshots) == (sql, "statistics-office", ())
