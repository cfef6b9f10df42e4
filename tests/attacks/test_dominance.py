"""Attack: take one's own part out of a total, and be left with the competitor's."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest
from harbour import declarations, plan, select
from hypothesis import given, settings
from hypothesis import strategies as st
from yard import ask, named, room, store

from clean_room.engines.isolated import IsolatedDuckDB
from clean_room.results import Mark
from data_products.errors import DominanceError, EntrepotError, QueryRejectedError

DWARFS = [f"dwarf{n}" for n in range(12)]


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedDuckDB]:
    """One warm parent for all of this module's jobs."""
    with IsolatedDuckDB(memory=256, seconds=60) as engine:
        yield engine


def declared(*parts: tuple[str | None, object], **more: object) -> dict[str, list[object]]:
    """Twelve dwarfs with a value of 1 each in chapter 84, and these parts beside them."""
    importers, values = zip(*[(dwarf, 1) for dwarf in DWARFS], *parts, strict=True)
    rows = {"importer_id": list(importers), "correction": list(values)}
    rows |= {"item_value": [v if v is None else Decimal(v) for v in values]}
    return rows | {"hs2": ["84"] * len(importers)} | more


GIANT = [("giant", 1000), ("rival", 50)]


@pytest.mark.parametrize(
    "output",
    [
        "SUM(item_value)",
        "SUM(correction)",
        "AVG(item_value)",
        "SUM(item_value) / COUNT(*)",
        "SUM(item_value) + 0",
        "ROUND(SUM(item_value), 0)",
        "SUM(item_value * 1000000)",
        "SUM(item_value * 0.000001)",
        "SUM(item_value * -1)",
        "COALESCE(SUM(item_value), 0)",
        "NULLIF(SUM(item_value), 0)",
    ],
)
def test_giant_is_hidden_however_asked(engine, tmp_path, output):
    sql = select(f"{output} AS x, COUNT(DISTINCT importer_id) AS n")
    rows = named(ask(room(engine), sql, store(tmp_path, declared(*GIANT))))
    assert rows == [{"x": Mark.WITHHELD, "n": 14}]


@pytest.mark.parametrize(
    "sql",
    [
        select("SUM(item_value + 10000000)"),
        select("SUM(item_value + correction)"),
        select("SUM(item_value * correction)"),
        select("SUM(ABS(item_value))"),
        select("MAX(item_value)"),
        select("SUM(item_value) OVER ()"),
        select("SUM(item_value) FILTER (WHERE hs2 = '84')"),
        select("SUM(CASE WHEN hs2 = '84' THEN item_value END)"),
    ],
)
def test_ways_past_the_weights_are_refused(sql):
    with pytest.raises(QueryRejectedError):
        plan(sql)


@pytest.mark.parametrize(
    ("tail", "shown"),
    [
        ("HAVING SUM(correction) > 0", ["85"]),
        ("HAVING SUM(correction) <= 0", []),
        ("HAVING SUM(correction) IS NULL", []),
        ("HAVING NOT SUM(correction) > 0", []),
        ("HAVING SUM(correction) > 0 OR COUNT(*) > 0", ["84", "85"]),
        ("ORDER BY SUM(correction) DESC", ["85", "84"]),
        ("ORDER BY SUM(correction)", ["85", "84"]),
    ],
)
def test_hidden_value_decides_nothing(engine, tmp_path, tail, shown):
    even = {name: values * 2 for name, values in declared().items()} | {"hs2": ["85"] * 24}
    both = {name: values + even[name] for name, values in declared(*GIANT).items()}
    sql = select("hs2, COUNT(DISTINCT importer_id) AS n", f"GROUP BY hs2 {tail}")
    assert [row["hs2"] for row in named(ask(room(engine), sql, store(tmp_path, both)))] == shown


@pytest.mark.parametrize(
    "parts",
    [
        [("giant", 1000), ("giant", -10), ("rival", 50)],
        [("giant", 1000), ("rival", -990)],
        [("giant", -1000), ("rival", 990)],
        [*GIANT, *((dwarf, sign * 900) for dwarf in DWARFS for sign in (1, -1))],
    ],
    ids=["refund", "opposite", "debt", "padding"],
)
def test_signs_hide_no_giant(engine, tmp_path, parts):
    with pytest.raises(DominanceError):
        ask(room(engine), select("SUM(correction)"), store(tmp_path, declared(*parts)))


def test_many_rows_are_one_importer(engine, tmp_path):
    with pytest.raises(DominanceError):
        ask(room(engine), select("COUNT(*)"), store(tmp_path, declared(*[("giant", 1)] * 200)))


def test_rows_of_nobody_dilute_nothing(engine, tmp_path):
    crowd = [(None, 5)] * 200
    with pytest.raises(DominanceError):
        ask(room(engine), select("SUM(correction)"), store(tmp_path, declared(*GIANT, *crowd)))


def test_missing_values_are_no_company(engine, tmp_path):
    present = declared(*[(f"empty{n}", None) for n in range(30)])
    present["correction"][3:12] = [None] * 9
    with pytest.raises(DominanceError):
        ask(room(engine), select("SUM(correction)"), store(tmp_path, present))


def test_rows_less_values_tell_no_few(engine, tmp_path):
    rows = declared(("secretive", None), ("secretive", None))
    sql = select("COUNT(*) AS n, COUNT(correction) AS known, AVG(correction) AS mean")
    assert named(ask(room(engine), sql, store(tmp_path, rows))) == [
        {"n": 14, "known": Mark.WITHHELD, "mean": Mark.WITHHELD}
    ]


PARTS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 1000)), min_size=4, max_size=40
)


@settings(max_examples=40)
@given(parts=PARTS, p=st.integers(1, 50))
def test_no_rival_learns_a_part_to_p_percent(engine, tmp_path_factory, parts, p):
    importers, values = zip(*parts, strict=True)
    rows = {"importer_id": list(importers), "correction": list(values)}
    product = declarations(min_units=3, p_percent=p)
    sql = select("SUM(correction) AS total, COUNT(DISTINCT importer_id) AS n")
    snapshot = store(tmp_path_factory.mktemp("rivals"), rows)
    try:
        (shown,) = named(ask(room(engine), sql, snapshot, product))
    except EntrepotError:
        return
    own: dict[str, int] = defaultdict(int)
    for importer, value in parts:
        own[importer] += value
    if shown["total"] is not Mark.WITHHELD:
        gaps = [
            (shown["total"] - own[rival] - own[target]) * 100 - p * own[target]
            for rival in own
            for target in own
            if rival != target
        ]
        assert min(gaps) >= 0
