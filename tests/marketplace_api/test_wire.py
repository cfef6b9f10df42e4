import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_products.errors import RequestError
from marketplace_api.wire import decimal, micro


@given(st.integers(0, 10**15 - 1))
def test_epsilon_survives_the_wire(amount):
    assert micro(decimal(amount)) == amount


@pytest.mark.parametrize(
    "text", ["", ".5", "5.", "-1", "+1", "1e3", "0.1234567", "1_0", "\u0661", "1 ", "1\n", "9" * 10]
)
def test_other_texts_are_refused(text):
    with pytest.raises(RequestError):
        micro(text)
