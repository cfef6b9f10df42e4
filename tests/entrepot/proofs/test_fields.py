import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.proofs import fields
from entrepot.proofs.canonical import MalformedError


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"a": 1}, "lacks the field 'b'"),
        ({"a": 1, "b": 2, "c": 3}, "unknown field 'c'"),
        (None, "is missing, expected an object"),
        ([], "is a list"),
        ("", "is text"),
        (1.5, "is a number"),
        (True, "is a truth value"),
    ],
)
def test_exactly_names_what_is_wrong(document, complaint):
    with pytest.raises(MalformedError, match=complaint):
        fields.exactly(document, "receipt", "a b")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (fields.text, 1),
        (fields.whole, True),
        (fields.whole, -1),
        (fields.whole, 1.0),
        (fields.flag, 1),
        (fields.items, "ab"),
        (fields.child, []),
    ],
)
def test_field_of_other_kind_is_refused(read, value):
    with pytest.raises(MalformedError, match=r"^x is"):
        read({"x": value}, "x")


def test_fields_of_right_kind_are_read():
    source = {"t": "a", "w": 3, "f": True, "i": [1], "c": {"d": 1}}
    found = [fields.text(source, "t"), fields.whole(source, "w"), fields.flag(source, "f")]
    assert found == ["a", 3, True]
    assert (fields.items(source, "i"), fields.child(source, "c")) == ([1], {"d": 1})


def test_default_stands_for_null():
    assert fields.text({"x": None}, "x", "none") == "none"


@given(st.binary(max_size=40))
def test_hex_and_base64_read_back(data):
    assert fields.from_hex(data.hex(), len(data)) == data
    assert fields.from_base64(base64.b64encode(data).decode()) == data


@pytest.mark.parametrize("text", ["0", "0G", "AB", "ab ", " ab", "abcd", "\u0661a"])
def test_other_hex_spelling_is_refused(text):
    with pytest.raises(MalformedError):
        fields.from_hex(text, 1)


@pytest.mark.parametrize(
    "text", ["AA", "AB==", "AA==\n", "AA= =", "A-==", "\u00e9A==", "AAA=", "="]
)
def test_other_base64_spelling_is_refused(text):
    with pytest.raises(MalformedError):
        fields.from_base64(text, 1)
