import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_products.errors import ContractError
from data_products.fields import Fields
from data_products.privacy_terms import KNOWN, read_terms, write_terms
from data_products.terms import Budgets, Mode
from tests.data_products.examples import terms, unit

UNIT = {"column": "carrier", "kind": "person", "maxGroups": 4, "maxRowsPerGroup": 8}
LEAST = {"unit": UNIT, "mode": "exact", "purposes": ["ent:TradeStatistics"]}


def read(value):
    return read_terms(Fields({"privacyTerms": value}, "customProperties"))


@given(
    budgets=st.lists(st.integers(1, 10**12), min_size=3, max_size=3).map(sorted),
    units=st.integers(3, 1000),
    mode=st.sampled_from(Mode),
)
def test_written_terms_read_back(budgets, units, mode):
    made = terms(budgets=Budgets(*budgets), min_units=units, mode=mode)
    assert read(write_terms(unit(), made)) == (unit(), made)


@pytest.mark.parametrize(("kind", "units"), [("person", 10), ("company", 5)])
def test_threshold_depends_on_the_unit(kind, units):
    assert read(LEAST | {"unit": UNIT | {"kind": kind}})[1].min_units == units


def test_defaults_are_those_documented():
    made = read(LEAST)[1]
    assert (made.p_percent, made.max_dimensions, made.max_cells) == (10, 3, 5000)
    assert (made.budgets, made.prohibited, made.suggested) == (Budgets(0, 0, 0), frozenset(), ())


def test_fields_are_those_documented():
    said = read_terms.__globals__["__doc__"]
    assert all(f"\n{field} " in said for field in KNOWN)


def test_exact_terms_leave_epsilon_out():
    made = terms(mode=Mode.EXACT, budgets=Budgets(0, 0, 0))
    written = write_terms(unit(), made)
    assert "epsilon" not in written
    assert read(written)[1] == made


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"unit": "carrier"}, "unit"),
        ({"unit": UNIT | {"kind": "ship"}}, "unit.kind"),
        ({"unit": UNIT | {"maxGroups": "4"}}, "unit.maxGroups"),
        ({"unit": UNIT | {"maxRows": 4}}, "unit.maxRows"),
        ({"unit": {"column": "carrier", "kind": "person"}}, "unit.maxGroups"),
        ({"mode": "noisy"}, "mode"),
        ({"purposes": []}, "purposes"),
        ({"purposes": "ent:TradeStatistics"}, "purposes"),
        ({"purposes": ["ent:TradeStatistics", "ent:Anything"]}, "purposes[1]"),
        ({"prohibitedPurposes": ["dpv:Spam"]}, "prohibitedPurposes[0]"),
        ({"minUnits": 2}, "minUnits"),
        ({"minUnits": None}, "minUnits"),
        ({"pPercent": 10.5}, "pPercent"),
        ({"epsilon": "0.5"}, "epsilon"),
        ({"epsilon": {"query": "0.5", "consumer": "4"}}, "epsilon.product"),
        ({"epsilon": {"query": "5", "consumer": "4", "product": "40"}}, "epsilon"),
        ({"epsilon": {"query": "1", "consumer": "4", "product": "40", "day": "1"}}, "epsilon.day"),
        ({"mode": "dp"}, "epsilon"),
        ({"suggested": "flag"}, "suggested"),
        ({"minunits": 10}, "minunits"),
        ({"privacyUse": "unit"}, "privacyUse"),
    ],
)
def test_wrong_term_names_its_path(changes, path):
    with pytest.raises(ContractError) as caught:
        read(LEAST | changes)
    assert caught.value.where == f"customProperties.privacyTerms.{path}"
    assert caught.value.hint


def test_absent_terms_are_refused():
    with pytest.raises(ContractError, match=r"^customProperties\.privacyTerms: found nothing"):
        read_terms(Fields({}, "customProperties"))
