import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from data_products.errors import ContractError
from data_products.yaml_text import kind, read

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e9, 1e9).map(lambda number: round(number, 3))
    | st.text(st.characters(exclude_categories=["Cs"]))
)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    ),
)


@given(DOCUMENTS)
def test_what_is_dumped_is_read(value):
    assert read(yaml.safe_dump(value, sort_keys=False)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("0803", "0803"),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        ("<<", "<<"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("! 12", None),
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("1.50", 1.5),
        ("1.5e-3", 0.0015),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
    ],
)
def test_plain_scalars_stay_what_they_are(text, value):
    if text.startswith("!"):
        with pytest.raises(ContractError, match="anchor, alias or tag"):
            read(f"a: {text}")
    else:
        found = read(f"a: {text}")["a"]
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1", "line 1: found an anchor"),
        ("a: 1\nb: *a", "line 2: found an anchor"),
        ("a: !!python/object/apply:os.system [ls]", "line 1: found an anchor"),
        ("a: !!str 1", "line 1: found an anchor"),
        ("a: 1\nb: 2\na: 3", "line 3: found the key 'a' again"),
        ("a: {b: 1, b: 2}", "line 1: found the key 'b' again"),
        ('{"a": 1, "\\u0061": 2}', "line 1: found the key 'a' again"),
        ("1: a", "line 1: found a number as a key"),
        ("? [a]\n: b", "line 1: found a list as a key"),
        ("a: 1\n---\nb: 2", "line 2: found a second document"),
        ("- a", "document: found a list, expected a mapping"),
        ("just text", "document: found text, expected a mapping"),
        ("", "document: found nothing, expected a mapping"),
        ("a: 9007199254740992", r"line 1: found a number of 2\*\*53 or more"),
        ("a: " + "9" * 5000, r"line 1: found a number of 2\*\*53 or more"),
        ("a: 1.5e+999", r"line 1: found a number of 2\*\*53 or more"),
        ("a: [1", "line 1: .*; expected YAML"),
        ("a: 'b", "line 1: .*; expected YAML"),
        ("a:\n\t- b", "line 2: .*; expected YAML"),
        ("a: \x01", "document: found a character that YAML forbids"),
        ("a: \ud800", "document: found a character that YAML forbids"),
        ('a: "\\UFFFFFFFF"', "document: found an escape that is no character"),
        ("a: " + "[" * 5000, "line 1: found over 20 levels"),
        ("{a: " * 5000, "line 1: found over 20 levels"),
        ("a:\n" + " - b\n" * 20_001, "line 19998: found over 20000 values"),
        ("a: " + "x" * 262_144, "document: found 262147 bytes, expected at most 262144"),
        ("a: " + "é" * 131_072, "document: found 262147 bytes"),
    ],
    ids=range(27),
)
def test_dangerous_yaml_is_refused(text, said):
    with pytest.raises(ContractError, match=rf"^{said}") as caught:
        read(text)
    assert caught.value.hint
    assert len(str(caught.value)) < 200


def test_billion_laughs_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    with pytest.raises(ContractError, match="line 1: found an anchor"):
        read("\n".join(lines))


def test_json_is_yaml():
    assert read('{"a": {"b": [1, 2.5, null, true, "x"]}}') == {
        "a": {"b": [1, 2.5, None, True, "x"]}
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        (True, "true or false"),
        (1, "a number"),
        (1.5, "a number"),
        ("a", "text"),
        ([], "a list"),
        ({}, "a mapping"),
    ],
)
def test_kinds_have_names(value, said):
    assert kind(value) == said
