"""Thresholds and dominance, to the limit, on measurements made by hand."""

from decimal import Decimal

import pytest
from harbour import DECLARATIONS, NOISY, declarations, plan
from hypothesis import given
from hypothesis import strategies as st

from clean_room.disclosure import disclose, is_safe
from clean_room.plan import Plan
from clean_room.results import Mark, Measured, Measurements, Weight
from data_products.contract import Mode
from data_products.errors import DominanceError, LimitError, ThresholdError
from policies.decision import Obligations

TERMS = Obligations(min_units=3, p_percent=10, epsilon=0)
EVEN = Weight(20, Decimal(100), Decimal(5), Decimal(5))
ALONE = Weight(20, Decimal(100), Decimal(99), Decimal(1))


def by_hs2(measures: str = "SUM(item_value) AS value", product=DECLARATIONS) -> Plan:
    """A plan of one measure, m0, by chapter."""
    return plan(f"SELECT hs2, {measures} FROM customs_be.import_declarations GROUP BY hs2", product)


def group(hs2: str | None, units: object, weight: Weight | None = EVEN) -> Measured:
    """A chapter with so many units, whose value is 7."""
    weights = {} if weight is None else {"m0": weight}
    return Measured((hs2,), {"m0": 7, "units": units}, weights)


def shown(asked: Plan, *groups: Measured) -> tuple[tuple[object, ...], ...]:
    """The rows of the release."""
    return disclose(Measurements(groups), asked).rows


def weigh(*parts: int, lacking: Weight | None = None) -> Weight:
    """What a value is made of, by what each unit adds in absolute terms."""
    first, second, *_ = (*sorted(parts, reverse=True), 0, 0)
    return Weight(len(parts), Decimal(sum(parts)), Decimal(first), Decimal(second), lacking)


@pytest.mark.parametrize(
    ("parts", "safe"),
    [
        ((100, 50, 10), True),  # the third is exactly p % of the first
        ((100, 50, 9), False),
        ((1000, 500, 99, 1), True),
        ((1000, 500, 98, 1), False),
        ((5, 5, 5), True),
        ((5, 5), False),
        ((5, 5, 0), False),
        ((0, 0, 0), True),
        ((0, 0), False),
        ((), False),
    ],
)
def test_dominance_holds_to_the_limit(parts, safe):
    assert is_safe(weigh(*parts), TERMS) is safe


@pytest.mark.parametrize(
    ("lacking", "safe"),
    [
        ((), True),
        ((1,), False),
        ((1, 1), False),
        ((1, 1, 1), True),
        ((60, 1, 1), False),
        ((10, 1, 1), True),
    ],
)
def test_few_left_out_are_hidden(lacking, safe):
    assert is_safe(weigh(10, 10, 10, 10, lacking=weigh(*lacking)), TERMS) is safe


@given(
    st.lists(st.integers(0, 10**18), min_size=1, max_size=12), st.integers(3, 9), st.integers(1, 50)
)
def test_rules_equal_their_text(parts, k, p):
    ordered = sorted(parts, reverse=True)
    told = sum(ordered[2:]) * 100 < ordered[0] * p
    terms = Obligations(min_units=k, p_percent=p, epsilon=0)
    assert is_safe(weigh(*parts), terms) is (len(parts) >= k and not told)


@given(st.lists(st.integers(1, 1000), min_size=3, max_size=9), st.integers(1, 1000))
def test_more_of_the_largest_never_helps(parts, more):
    larger = sorted(parts)
    larger[-1] += more
    assert is_safe(weigh(*parts), TERMS) or not is_safe(weigh(*larger), TERMS)


@pytest.mark.parametrize("units", [0, 9, None, Decimal(20), "20"])
def test_small_groups_are_not_shown(units):
    assert shown(by_hs2(), group("84", 10), group("85", units)) == (("84", 7),)


@pytest.mark.parametrize("strange", ["00", "84 ", "", None, 84, "CANARY"])
def test_groups_off_grid_are_not_shown(strange):
    assert shown(by_hs2(), group("84", 10), group(strange, 99)) == (("84", 7),)


@pytest.mark.parametrize("code", ["8471", None])
def test_undeclared_keys_are_shown(code):
    asked = plan("SELECT hs4, SUM(fraud) FROM customs_be.import_declarations GROUP BY hs4")
    assert shown(asked, group(code, 10)) == ((code, 7),)


def test_dominated_value_is_marked():
    rows = shown(by_hs2(), group("84", 10), group("85", 10, ALONE))
    assert rows == (("84", 7), ("85", Mark.WITHHELD))


def test_dominated_values_are_counted():
    groups = (group("84", 10), group("85", 10, ALONE), group("86", 10, ALONE))
    assert disclose(Measurements(groups), by_hs2()).withheld.dominated == 2


@pytest.mark.parametrize("small", [(), (group("85", 0),), (group("85", 9),), (group("00", 99),)])
def test_empty_and_small_are_told_alike(small):
    release = disclose(Measurements((group("84", 10), *small)), by_hs2())
    assert (release.withheld.below_threshold, release.rows) == (96, (("84", 7),))


def test_filter_narrows_the_grid():
    asked = plan(
        "SELECT hs2, SUM(fraud) FROM customs_be.import_declarations"
        " WHERE hs2 IN ('84', '85', '86') GROUP BY hs2"
    )
    release = disclose(Measurements((group("84", 10), group("87", 10))), asked)
    assert (release.withheld.below_threshold, len(release.rows)) == (2, 1)


def test_undeclared_grid_counts_nothing():
    asked = plan("SELECT hs4, SUM(fraud) FROM customs_be.import_declarations GROUP BY hs4")
    assert disclose(Measurements((group("8471", 10),)), asked).withheld.below_threshold is None


@pytest.mark.parametrize("groups", [(), (group("84", 9),), (group("00", 99),)])
def test_no_group_is_an_error(groups):
    with pytest.raises(ThresholdError, match="no group has 10 privacy units"):
        shown(by_hs2(), *groups)


@pytest.mark.parametrize("order", ["", " HAVING COUNT(DISTINCT importer_id) > 1"])
def test_no_value_is_an_error(order):
    asked = plan("SELECT hs2, SUM(fraud) FROM customs_be.import_declarations GROUP BY hs2" + order)
    with pytest.raises(DominanceError):
        shown(asked, group("84", 10, ALONE), group("85", 12, ALONE))


def test_asked_units_are_a_value():
    asked = by_hs2("SUM(item_value) AS value, COUNT(DISTINCT importer_id) AS units")
    assert shown(asked, group("84", 10, ALONE)) == (("84", Mark.WITHHELD, 10),)


@pytest.mark.parametrize(("most", "refused"), [(2, True), (3, False)])
def test_too_many_groups_are_refused(most, refused):
    asked = by_hs2(product=declarations(max_cells=most))
    groups = [group(hs2, 10) for hs2 in ("84", "85", "86")]
    if refused:
        with pytest.raises(LimitError, match=f"more than the {most} groups"):
            shown(asked, *groups)
    else:
        assert len(shown(asked, *groups)) == most


def test_noisy_units_decide():
    rows = shown(by_hs2(product=NOISY), group("84", 10, None), group("85", 9, None))
    assert rows == (("84", 7),)


def test_grant_raises_the_threshold():
    stricter = declarations(Mode.EXACT, min_units=11)
    assert shown(by_hs2(product=stricter), group("84", 10), group("85", 11)) == (("85", 7),)
