import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from entrepot.answer import WITHHELD, Answer, cell_text
from entrepot.proofs.canonical import MalformedError, parse
from tests.entrepot.mutation import mutants
from tests.entrepot.service import answer
from tests.entrepot.tlog import TinyLog, statement

COLUMNS = [
    {"name": "hs2", "type": "string", "error": ""},
    {"name": "n", "type": "integer", "error": ""},
    {"name": "value", "type": "decimal", "error": "12.50"},
    {"name": "share", "type": "float", "error": ""},
    {"name": "day", "type": "date", "error": ""},
    {"name": "at", "type": "timestamp", "error": ""},
    {"name": "open", "type": "boolean", "error": ""},
]
ROWS = [
    ["27", 12, "1234567.80", 0.25, "2026-01-01", "2026-01-01T10:00:00", True],
    ["84", "9007199254740993", None, 1, "2026-02-01", "2026-02-01T11:00:00+00:00", False],
    [None, 5, None, None, None, None, None],
]
RELEASE = {
    "columns": COLUMNS,
    "rows": ROWS,
    "withheld": {"cells": [[1, 2]], "below_threshold": 903, "dominated": 1},
}
LOG = TinyLog()
LOG.append(statement(RELEASE))


def read(**changes):
    """An answer with a changed release."""
    return Answer.read(answer(LOG, 0, release={**RELEASE, **changes}), None)


def one_column(kind, cell):
    """An answer of one cell."""
    columns = [{"name": "x", "type": kind, "error": ""}]
    return read(columns=columns, rows=[[cell]], withheld={**RELEASE["withheld"], "cells": []})


def test_cells_have_their_types():
    first, second, third = read().rows
    assert first == (
        "27",
        12,
        Decimal("1234567.80"),
        0.25,
        date(2026, 1, 1),
        datetime(2026, 1, 1, 10),  # noqa: DTZ001 - as the service wrote it
        True,
    )
    assert second[1:4] == (9007199254740993, WITHHELD, 1.0)
    assert second[5] == datetime(2026, 2, 1, 11, tzinfo=UTC)
    assert third == (None, 5, None, None, None, None, None)


def test_withheld_is_not_null():
    assert WITHHELD is not None
    assert (repr(WITHHELD), bool(WITHHELD)) == ("WITHHELD", True)


def test_rows_iterate_by_name():
    rows = list(read())
    assert (rows[0]["hs2"], rows[1]["value"], len(read())) == ("27", WITHHELD, 3)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("string", 1),
        ("boolean", 1),
        ("boolean", "true"),
        ("integer", True),
        ("integer", 1.5),
        ("integer", "x"),
        ("integer", "1" * 5000),
        ("decimal", 1.5),
        ("decimal", "NaN"),
        ("decimal", "1e999999999"),
        ("decimal", "9" * 61),
        ("float", "1"),
        ("float", True),
        ("date", "2026-13-01"),
        ("timestamp", "noon"),
        ("interval", "1"),
        ("string", []),
    ],
)
def test_cell_of_other_type_is_refused(kind, cell):
    with pytest.raises(MalformedError, match=f"a cell of x is not a {kind}"):
        one_column(kind, cell)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"rows": [["27"]]}, "row 0 has 1 cells, expected 7"),
        ({"rows": ["27"]}, "rows is text"),
        ({"withheld": {**RELEASE["withheld"], "cells": [[0, 1]]}}, "withheld cell has a value"),
        ({"withheld": {**RELEASE["withheld"], "cells": [1]}}, "not \\[row, column\\]"),
        ({"withheld": {**RELEASE["withheld"], "below_threshold": "9"}}, "below_threshold is text"),
        ({"withheld": {}}, "cells is missing"),
    ],
)
def test_malformed_release_is_refused(changes, complaint):
    with pytest.raises(MalformedError, match=complaint):
        read(**changes)


TABLE = """\
hs2                      n  value ±12.50  share  day         at                         open
27                      12  1,234,567.80   0.25  2026-01-01  2026-01-01 10:00:00        true
84   9,007,199,254,740,993      withheld      1  2026-02-01  2026-02-01 11:00:00+00:00  false
                         5"""


def test_table_shows_withheld_and_margin():
    assert str(read()) == TABLE


def test_long_table_is_cut():
    found = read(rows=[ROWS[0]] * 50, withheld={**RELEASE["withheld"], "cells": []})
    assert str(found).splitlines()[-1] == "(10 more rows)"
    assert len(found.table().splitlines()) == 51


def test_html_is_escaped():
    columns = [{"name": "<b>", "type": "string", "error": ""}]
    found = read(
        columns=columns, rows=[["<script>&"]], withheld=RELEASE["withheld"] | {"cells": []}
    )
    html = found._repr_html_()
    assert "<td>&lt;script&gt;&amp;</td>" in html
    assert "<th>&lt;b&gt;</th>" in html


def test_facts_are_told():
    assert read().facts() == (
        "released: 3 groups\n"
        "withheld: 903 groups with too few units or none, 1 values that few units make up\n"
        "decided by: p, statistics-office\n"
        "cost: epsilon 0.0 and 1 question; left: epsilon 3.5 of 4.0, 199 of 200 questions"
    )


def test_unstated_threshold_count_is_told():
    found = read(withheld={**RELEASE["withheld"], "below_threshold": None})
    assert "an unstated number of groups" in found.facts()


def test_cached_answer_is_free():
    found = Answer.read(answer(LOG, 0, release=RELEASE, cached=True), None)
    assert "answered before, so free" in found.facts()


@pytest.mark.parametrize(
    ("value", "text", "grouped"),
    [
        (2026, "2026", "2,026"),
        (-10000, "-10000", "-10,000"),
        (Decimal("10000.10"), "10000.10", "10,000.10"),
        (0.123456789, "0.123457", "0.12"),
        (True, "true", "true"),
        ("text", "text", "text"),
    ],
)
def test_value_reads_well(value, text, grouped):
    assert (cell_text(value), cell_text(value, grouped=True)) == (text, grouped)


@pytest.mark.parametrize(
    ("kind", "cells", "texts"),
    [
        ("integer", [2025, 2026], ["2025", "2026"]),
        ("integer", [5, 10_000], ["     5", "10,000"]),
        ("decimal", ["1.50", "20000.00"], ["     1.50", "20,000.00"]),
    ],
)
def test_column_is_written_alike(kind, cells, texts):
    columns = [{"name": "x", "type": kind, "error": ""}]
    withheld = {**RELEASE["withheld"], "cells": []}
    found = read(columns=columns, rows=[[cell] for cell in cells], withheld=withheld)
    assert str(found).splitlines()[1:] == texts


@given(mutants(answer(LOG, 0, release=RELEASE)))
def test_mutant_is_answer_or_malformed(mutant):
    try:
        read = Answer.read(parse(json.dumps(mutant).encode()), None)
    except MalformedError:
        return
    assert str(read).count("\n") <= 3
    assert read.to_arrow().num_rows == len(read)
