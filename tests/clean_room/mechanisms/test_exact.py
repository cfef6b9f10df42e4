"""Exact answers beside a brute force over random rows."""

from datetime import date
from decimal import Decimal

import brute_force
import pytest
from brute_force import HIDDEN, Rules
from harbour import declarations
from hypothesis import given, settings
from hypothesis import strategies as st
from yard import ask, named, room, store

from clean_room.results import Mark
from data_products.errors import ThresholdError

RULES = Rules(k=3, p=15)
PRODUCT = declarations(min_units=RULES.k, p_percent=RULES.p)
HS2, ORIGINS = {f"{chapter:02d}" for chapter in range(1, 98)}, {"BR", "CN", "DE", "KR", "US"}

MEASURES = (
    "COUNT(*) AS size, SUM(item_value) AS value, COUNT(item_value) AS priced, "
    "AVG(correction) AS mean, COUNT(correction) AS counted, SUM(correction) AS corrected, "
    "SUM(fraud) AS caught, COUNT(DISTINCT importer_id) AS units"
)

PROTECTED = ("caught", "size", "value", "priced", "corrected", "counted")
"""The values that rules hide; an average is hidden with its parts."""

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "importer_id": st.sampled_from([None, "a", "b", "c", "d", "e", "f"]),
            "hs2": st.sampled_from(["84", "84", "85", "99", None]),
            "origin": st.sampled_from(["CN", "KR", None]),
            "date": st.sampled_from(
                [date(2020, 1, 31), date(2020, 2, 1), date(2019, 12, 31), None]
            ),
            "item_value": st.sampled_from(
                [None, Decimal("0.00"), Decimal("-7.25"), Decimal("1.00"), Decimal("90.10")]
            ),
            "fraud": st.sampled_from([None, 0, 0, 1]),
            "correction": st.sampled_from([None, 0, 1, 1, -1, 6, -13]),
        }
    ),
    min_size=10,
    max_size=60,
)

KEYS = st.sampled_from([(), ("hs2",), ("origin",), ("hs2", "origin")])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for this module's files."""
    return tmp_path_factory.mktemp("rows")


def columns(rows: list[dict[str, object]]) -> dict[str, list[object]]:
    """The rows turned on their side."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def on_grid(group: tuple[object, ...], keys: tuple[str, ...]) -> bool:
    """Whether every key is one that the contract declares."""
    return all(
        key in {"hs2": HS2, "origin": ORIGINS}[name] for name, key in zip(keys, group, strict=True)
    )


def expected(rows: list[dict[str, object]], keys: tuple[str, ...]) -> dict[object, object]:
    """Each group that may be shown, with its values."""
    return {
        group: {
            "size": brute_force.size(members, RULES),
            "value": brute_force.total(members, "item_value", RULES),
            "priced": brute_force.present(members, "item_value", RULES),
            "mean": brute_force.mean(members, "correction", RULES),
            "counted": brute_force.present(members, "correction", RULES),
            "corrected": brute_force.total(members, "correction", RULES),
            "caught": brute_force.total(members, "fraud", RULES),
            "units": brute_force.units(members),
        }
        for group, members in brute_force.groups(rows, keys).items()
        if on_grid(group, keys) and brute_force.units(members) >= RULES.k
    }


def answered(release, keys: tuple[str, ...]) -> dict[object, object]:
    """The release in the brute force's form."""
    rows = [
        {name: HIDDEN if value is Mark.WITHHELD else value for name, value in row.items()}
        for row in named(release)
    ]
    return {tuple(row.pop(key) for key in keys): row for row in rows}


@settings(max_examples=60)
@given(rows=ROWS, keys=KEYS)
def test_exact_equals_brute_force(engine, folder, rows, keys):
    sql = f"SELECT {', '.join([*keys, MEASURES])} FROM customs_be.import_declarations"
    sql += f" GROUP BY {', '.join(keys)}" if keys else ""
    snapshot, truth = store(folder, columns(rows)), expected(rows, keys)
    if not truth:
        with pytest.raises(ThresholdError):
            ask(room(engine), sql, snapshot, PRODUCT)
        return
    release = ask(room(engine), sql, snapshot, PRODUCT)
    assert answered(release, keys) == truth
    hidden = [cells[name] for cells in truth.values() for name in PROTECTED].count(HIDDEN)
    assert release.withheld.dominated == hidden
