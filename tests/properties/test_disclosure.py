"""Whatever is asked of whatever rows: no cell with too few importers in it is ever shown.

Queries are drawn from the grammar, rows at random; what a shown cell is made of is worked out row
by row in plain Python.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from harbour import declarations, select
from hypothesis import given, settings
from hypothesis import strategies as st
from yard import ask, named, room, store

from clean_room.engines.isolated import IsolatedDuckDB
from clean_room.results import Mark
from data_products.errors import LimitError, WithheldError

K = 3
PRODUCT = declarations(min_units=K, p_percent=1, max_dimensions=4)

Row = dict[str, object]
Test = Callable[[Row], bool]

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "importer_id": st.sampled_from([None, *"abcdef"]),
            "hs2": st.sampled_from(["84", "84", "85", "99", None]),
            "hs4": st.sampled_from(["8471", "8472", None]),
            "channel": st.sampled_from([1, 2, 7]),
            "date": st.sampled_from([date(2020, 1, 31), date(2020, 2, 1), date(2019, 1, 1), None]),
            "item_value": st.sampled_from([None, Decimal("0.01"), Decimal("2.50"), Decimal(-1)]),
            "correction": st.sampled_from([None, 0, 1, 2]),
        }
    ),
    min_size=25,
    max_size=60,
)

KEYS: dict[str, Callable[[Row], object]] = {
    "hs2": lambda row: row["hs2"],
    "hs4": lambda row: row["hs4"],
    "channel": lambda row: row["channel"],
    "DATE_TRUNC('MONTH', date)": lambda row: row["date"] and row["date"].replace(day=1),
}

CONDITIONS: dict[str, Test] = {
    "TRUE": lambda _: True,
    "hs2 = '84'": lambda row: row["hs2"] == "84",
    "NOT hs2 = '84'": lambda row: row["hs2"] not in (None, "84"),
    "channel IN (1, 7)": lambda row: row["channel"] in {1, 7},
    "hs4 IS NULL": lambda row: row["hs4"] is None,
    "date < '2020-02-01'": lambda row: row["date"] is not None and row["date"] < date(2020, 2, 1),
    "hs2 = '85' OR channel = 2": lambda row: row["hs2"] == "85" or row["channel"] == 2,
}

MEASURES: dict[str, Test] = {
    "COUNT(*)": lambda _: True,
    "COUNT(item_value)": lambda row: row["item_value"] is not None,
    "COUNT(hs4)": lambda row: row["hs4"] is not None,
    "COUNT(DISTINCT importer_id)": lambda _: True,
    "SUM(item_value)": lambda row: row["item_value"] is not None,
    "AVG(correction)": lambda row: row["correction"] is not None,
    "SUM(correction * 3) / COUNT(*)": lambda row: row["correction"] is not None,
    "ROUND(SUM(item_value) - 1, 1)": lambda row: row["item_value"] is not None,
}
"""Each measure, and the rows that have a part in it."""


@dataclass(frozen=True)
class Question:
    """Something to ask."""

    keys: Sequence[str]
    measures: Sequence[str]
    condition: str
    tail: str

    @property
    def sql(self) -> str:
        """The question in SQL; keys and measures are numbered."""
        named_keys = [f"{key} AS k{i}" for i, key in enumerate(self.keys)]
        named_measures = [f"{measure} AS m{i}" for i, measure in enumerate(self.measures)]
        by = "GROUP BY " + ", ".join(self.keys) if self.keys else ""
        where = "" if self.condition == "TRUE" else f"WHERE {self.condition}"
        return select(", ".join(named_keys + named_measures), f"{where} {by} {self.tail}")

    def members(self, rows: Sequence[Row], group: tuple[object, ...], measure: str) -> set[object]:
        """The importers with a part in a cell."""
        return {
            row["importer_id"]
            for row in rows
            if CONDITIONS[self.condition](row)
            and tuple(KEYS[key](row) for key in self.keys) == group
            and MEASURES[measure](row)
        } - {None}


QUESTIONS = st.builds(
    Question,
    st.lists(st.sampled_from(list(KEYS)), max_size=2, unique=True),
    st.lists(st.sampled_from(list(MEASURES)), min_size=1, max_size=4, unique=True),
    st.sampled_from(list(CONDITIONS)),
    st.sampled_from(["", "HAVING COUNT(*) > 1", "ORDER BY m0 DESC LIMIT 5", "HAVING NOT m0 = 0"]),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedDuckDB]:
    """One warm parent for all of this module's jobs."""
    with IsolatedDuckDB(memory=256, seconds=60, threads=1) as engine:
        yield engine


@settings(max_examples=150)
@given(rows=ROWS, question=QUESTIONS)
def test_no_shown_cell_has_few_importers(engine, tmp_path_factory, rows, question):
    snapshot = store(tmp_path_factory.mktemp("rows"), {n: [r[n] for r in rows] for n in rows[0]})
    try:
        shown = named(ask(room(engine), question.sql, snapshot, PRODUCT))
    except (WithheldError, LimitError):
        return
    for row in shown:
        group = tuple(row[f"k{i}"] for i in range(len(question.keys)))
        for i, measure in enumerate(question.measures):
            hidden = row[f"m{i}"] is Mark.WITHHELD
            assert hidden or len(question.members(rows, group, measure)) >= K
