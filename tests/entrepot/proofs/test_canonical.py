import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.proofs.canonical import (
    MalformedError,
    canonical,
    commitment,
    digest,
    parse,
    parse_canonical,
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text("aé\u20ac\U0001f6a2"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_canonical_form_parses_back(value):
    assert parse_canonical(canonical(value)) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"NaN",
        b"Infinity",
        b"1e999",
        b"9007199254740992",
        b"-9007199254740992",
        b"1" * 5000,
        b"0." + b"1" * 5000,
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_ambiguous_json_is_refused(data):
    with pytest.raises(MalformedError):
        parse(data)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, "\ud800", {"\ud800": 1}, {1: 2}, b"", {"a": object()}],
)
def test_value_without_canonical_form_is_refused(value):
    with pytest.raises(MalformedError):
        canonical(value)


def test_deep_value_is_refused():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(MalformedError, match="too deep"):
        canonical(deep)


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b'{"a": 1}', 5),
        (b'{"b":1,"a":2}', 2),
        (b"[1]\n", 3),
        (b"[1.0]", 2),
        (b'"\\u0061"', 1),
        (b"-0", 0),
    ],
)
def test_other_spelling_is_located(data, at):
    with pytest.raises(MalformedError, match=f"from byte {at} on"):
        parse_canonical(data)


def test_digest_ignores_order_of_names():
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


def test_commitment_depends_on_salt():
    expected = hashlib.sha256(bytes(16) + b'"berth"').hexdigest()
    assert commitment(bytes(16), "berth") == expected
    assert commitment(b"\1" * 16, "berth") != expected
