from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_products.column import Use
from data_products.errors import ContractError
from data_products.fields import Fields


def fields(**values):
    return Fields(values, "terms")


@pytest.mark.parametrize(
    ("take", "value"),
    [
        (lambda own: own.text("a"), 5),
        (lambda own: own.text("a"), None),
        (lambda own: own.whole("a"), True),
        (lambda own: own.whole("a"), 1.0),
        (lambda own: own.whole("a"), "1"),
        (lambda own: own.flag("a", default=False), 1),
        (lambda own: own.flag("a", default=False), "true"),
        (lambda own: own.inner("a"), []),
        (lambda own: own.texts("a"), "ab"),
        (lambda own: own.texts("a"), None),
        (lambda own: own.pair("a"), [1]),
        (lambda own: own.pair("a"), [1, 2, 3]),
        (lambda own: own.pair("a"), "12"),
        (lambda own: own.choice("a", Use), "Unit"),
        (lambda own: own.choice("a", Use), 5),
    ],
)
def test_wrong_type_names_the_path(take, value):
    with pytest.raises(ContractError, match=r"^terms\.a: found .+, expected ") as caught:
        take(fields(a=value))
    assert caught.value.hint


@pytest.mark.parametrize("name", ["text", "whole", "inner", "pair", "micro"])
def test_absent_field_is_refused(name):
    with pytest.raises(ContractError, match=r"^terms\.a: found nothing"):
        getattr(fields(), name)("a")


def test_defaults_stand_for_the_absent():
    own = fields()
    assert (own.text("a", ""), own.whole("a", 7), own.flag("a", default=True)) == ("", 7, True)
    assert (own.texts("a"), own.choice("a", Use, Use.NEVER)) == ((), Use.NEVER)


def test_present_null_is_not_absent():
    with pytest.raises(ContractError, match="found nothing, expected text"):
        fields(a=None).text("a", "")


def test_list_names_the_place():
    with pytest.raises(ContractError, match=r"^terms\.a\[1\]: found a number"):
        fields(a=["x", 803]).texts("a")


@pytest.mark.parametrize(("found", "hint"), [("units", "write unit"), ("zz", "write one of ")])
def test_choice_suggests_the_near(found, hint):
    with pytest.raises(ContractError) as caught:
        fields(a=found).choice("a", Use)
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("known", "hint"), [(("minUnits", "mode"), "write minUnits"), ((), "leave it out")]
)
def test_unknown_field_is_refused(known, hint):
    with pytest.raises(ContractError, match=r"^terms\.minUnit: found an unknown field") as caught:
        fields(minUnit=5).known(known)
    assert caught.value.hint == hint


@pytest.mark.parametrize("value", ["2026-02-29", "20260101", "2026-1-1", "2026-01-01T00", 5, None])
def test_no_day_of_the_calendar(value):
    with pytest.raises(ContractError, match=r"^terms\.a: .* expected a day of the calendar"):
        fields().day("a", value)


def test_day_is_read():
    assert fields().day("a", "2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("value", "micro"),
    [("0.5", 500_000), (0.5, 500_000), (40, 40_000_000), ("0.000001", 1), (0.1, 100_000)],
)
def test_decimal_becomes_millionths(value, micro):
    assert fields(a=value).micro("a") == micro


@pytest.mark.parametrize(
    "value",
    [
        "0",
        0,
        -1,
        "-0.5",
        "0.0000001",
        1e-7,
        True,
        "1e3",
        "",
        ".5",
        "1.",
        "\u0661",
        1e300,
        [],
        "1" * 10,
    ],
)
def test_odd_decimal_is_refused(value):
    with pytest.raises(ContractError, match="expected a decimal number over 0"):
        fields(a=value).micro("a")


@given(st.integers(1, 10**12))
def test_millionths_are_exact(micro):
    assert fields(a=f"{micro // 10**6}.{micro % 10**6:06}").micro("a") == micro
