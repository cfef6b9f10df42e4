"""Identifiers pass the check of their standard, worked out here digit by digit."""

import re

import numpy as np
import pytest

from marketplace_api.demo import identifiers

SERIALS = np.arange(0, 8_000_000, 4_099)


def iso_6346_check(container):
    """The check digit that ISO 6346 asks for, from its text: letters skip the multiples of 11."""
    letters = {}
    value = 10
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        value += value % 11 == 0
        letters[letter] = value
        value += 1
    values = [letters.get(character) or int(character) for character in container[:10]]
    return sum(v * 2**place for place, v in enumerate(values)) % 11 % 10


def imo_check(number):
    """The check digit that IMO resolution A.1117(30) asks for."""
    return (
        sum(int(digit) * weight for digit, weight in zip(number[:6], range(7, 1, -1), strict=True))
        % 10
    )


def test_iso_check_knows_standards_example():
    assert iso_6346_check("CSQU3054383") == 3


def test_imo_check_knows_standards_example():
    assert imo_check("9074729") == 9


def test_container_numbers_check():
    found = identifiers.container_numbers(SERIALS).to_pylist()

    assert all(int(number[10]) == iso_6346_check(number) for number in found)
    assert len(set(found)) == len(found)


def test_container_numbers_have_form():
    found = identifiers.container_numbers(SERIALS).to_pylist()

    assert all(re.fullmatch(r"[QX][A-Z]{2}U[0-9]{7}", number) for number in found)


def test_imo_numbers_check():
    found = identifiers.imo_numbers(np.arange(0, 299_999, 97)).to_pylist()

    assert all(int(number[6]) == imo_check(number) for number in found)
    assert {number[0] for number in found} == {"2", "3", "4"}


@pytest.mark.parametrize(("country", "expected"), [(205, "205000007"), (760, "760000007")])
def test_mmsi_begins_with_country(country, expected):
    assert identifiers.mmsi_numbers(np.array([country]), np.array([7])).to_pylist() == [expected]


def test_plates_have_form():
    found = identifiers.plates(np.arange(0, 10_000, 7)).to_pylist()

    assert all(re.fullmatch(r"[A-Z]{3}[0-9]{3}", plate) for plate in found)
