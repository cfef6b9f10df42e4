import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_products.errors import RequestError
from data_products.purpose import PARENT, Purpose

TERMS = st.sampled_from(sorted(PARENT)).map(Purpose)


@pytest.mark.parametrize("term", sorted(set(PARENT) - {"dpv:Purpose"}))
def test_each_term_hangs_on_the_tree(term):
    line = [*Purpose(term).ancestry()]
    assert (line[0], line[-1]) == (term, "dpv:Purpose")
    assert len(set(line)) == len(line)


@pytest.mark.parametrize("term", sorted(term for term in PARENT if term.startswith("ent:")))
def test_own_terms_hang_on_dpv(term):
    assert PARENT[term].startswith("dpv:")


@given(TERMS)
def test_purpose_covers_itself(purpose):
    assert purpose.covers(purpose)


@given(TERMS, TERMS)
def test_two_purposes_cover_one_way(one, other):
    assert one == other or not (one.covers(other) and other.covers(one))


@given(TERMS, TERMS, TERMS)
def test_covering_carries_on(wide, middle, narrow):
    if wide.covers(middle) and middle.covers(narrow):
        assert wide.covers(narrow)


def test_sibling_is_not_covered():
    assert not Purpose("dpv:DirectMarketing").covers(Purpose("ent:TradeStatistics"))


@pytest.mark.parametrize("term", ["", "ent:tradestatistics", "dpv:Anything", "x" * 10_000])
def test_unknown_term_is_refused(term):
    with pytest.raises(RequestError, match="is not a purpose of the vocabulary") as caught:
        Purpose(term)
    assert len(str(caught.value)) < 120


def test_purpose_is_written_as_its_term():
    assert str(Purpose("ent:TradeStatistics")) == "ent:TradeStatistics"
