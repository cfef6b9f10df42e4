import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_products.digest import canonical, digest
from data_products.errors import RequestError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_canonical_json_says_the_value(value):
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), st.integers(0, 9)))
def test_digest_ignores_key_order(value):
    assert digest(dict(reversed(value.items()))) == digest(value)


def test_digest_is_the_known_sha256():
    assert digest({"b": 1, "a": "x"}) == hashlib.sha256(b'{"a":"x","b":1}').hexdigest()


def test_digest_tells_types_apart():
    values = [1, "1", True, None, [1], {"1": 1}, [[1]]]
    assert len({digest(value) for value in values}) == len(values)


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800", {"\udfff": 1}, [{"a": 2**60}]]
)
def test_what_json_cannot_carry_is_refused(value):
    with pytest.raises(RequestError, match="I-JSON"):
        canonical(value)
