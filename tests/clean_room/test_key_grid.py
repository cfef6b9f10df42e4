from dataclasses import replace
from datetime import date, datetime

import pytest
from harbour import COLUMNS, DECLARATIONS, HS2, ORIGINS, declarations, dimension, relation, select

from clean_room.key_grid import count_cells, declared_keys, list_cells, on_grid

MONTHS = [date(2020 + n // 12, n % 12 + 1, 1) for n in range(18)]


def by(groups, where=""):
    """The relation of a count by some groups."""
    return relation(select("COUNT(*)", f"{where} GROUP BY {groups}"))


@pytest.mark.parametrize(
    ("groups", "cells"),
    [
        ("hs2", 97),
        ("hs2, origin", 97 * 5),
        ("channel", 3),
        ("inspected", 2),
        ("DATE_TRUNC('month', date)", 18),
        ("DATE_TRUNC('quarter', date)", 6),
        ("DATE_TRUNC('year', date)", 2),
        ("YEAR(date), MONTH(date)", 18),
        ("MONTH(date)", 12),
        ("DATE_TRUNC('month', date), YEAR(date), hs2", 18 * 97),
        ("HOUR(arrived_at)", 24),
        ("ISODOW(arrived_at), HOUR(arrived_at)", 24 * 7),
        ("DATE_TRUNC('hour', arrived_at)", 547 * 24),
        ("DATE_TRUNC('week', arrived_at)", 79),
    ],
)
def test_cells_are_counted_by_contract(groups, cells):
    assert count_cells(by(groups)) == cells


@pytest.mark.parametrize("groups", ["dispatch", "hs4", "hs2, dispatch"])
def test_undeclared_keys_are_uncounted(groups):
    assert count_cells(by(groups)) is None


def test_no_keys_is_one_cell():
    whole = relation(select("COUNT(*)"))
    assert (count_cells(whole), list(list_cells(whole))) == (1, [()])


@pytest.mark.parametrize(
    ("where", "cells"),
    [
        ("hs2 = '85'", 5),
        ("hs2 <> '85'", 96 * 5),
        ("hs2 IN ('84', '85', 'xx')", 10),
        ("hs2 = '85' AND origin = 'CN'", 1),
        ("hs2 = '85' OR origin = 'CN'", 97 * 5),
        ("hs2 = '85' OR hs2 = '84'", 10),
        ("hs2 = 'xx'", 0),
        ("hs2 IS NULL", 0),
        ("NOT hs2 IS NULL AND mode = 'sea'", 97 * 5),
    ],
)
def test_conditions_narrow_the_grid(where, cells):
    assert count_cells(by("hs2, origin", f"WHERE {where}")) == cells


@pytest.mark.parametrize(
    ("where", "months"),
    [
        ("date < '2020-03-01'", MONTHS[:2]),
        ("date <= '2020-02-29'", MONTHS[:2]),
        ("date > '2021-04-30'", MONTHS[-2:]),
        ("DATE_TRUNC('quarter', date) = '2021-01-01'", MONTHS[12:15]),
        ("EXTRACT(MONTH FROM date) = 6", [date(2020, 6, 1), date(2021, 6, 1)]),
        ("date BETWEEN '2020-02-01' AND '2020-02-29'", MONTHS[1:2]),
        ("date < '2020-02-01' AND date >= '2020-02-01'", []),
    ],
)
def test_lines_in_time_narrow_the_grid(where, months):
    found = by("DATE_TRUNC('month', date)", f"WHERE {where}")
    assert [cell[0] for cell in list_cells(found)] == months


def test_cells_are_in_key_order():
    cells = list(list_cells(by("YEAR(date), origin, MONTH(date)", "WHERE date < '2020-02-01'")))
    assert cells == [(2020, origin, 1) for origin in ORIGINS]


@pytest.mark.parametrize("groups", ["channel", "inspected", "hs2, channel", "HOUR(arrived_at)"])
def test_every_cell_is_on_the_grid(groups):
    found = by(groups)
    cells = list(list_cells(found))
    assert all(map(on_grid(found), cells))
    assert len(set(cells)) == len(cells) == count_cells(found)


@pytest.mark.parametrize(
    ("groups", "group"),
    [
        ("hs2", ("98",)),
        ("hs2", (None,)),
        ("channel", (4,)),
        ("channel", ("1",)),
        ("YEAR(date), MONTH(date)", (2021, 12)),
        ("DATE_TRUNC('month', date)", (date(2021, 7, 1),)),
        ("hs2, dispatch", ("98", "CN")),
    ],
)
def test_stranger_is_off_the_grid(groups, group):
    assert not on_grid(by(groups))(group)


@pytest.mark.parametrize("group", [("anything",), (None,)])
def test_undeclared_keys_admit_anyone(group):
    assert on_grid(by("dispatch"))(group)


def test_undeclared_grid_lists_nothing():
    assert list(list_cells(by("hs2, dispatch"))) == []


def test_declared_keys_have_places():
    found = dict(declared_keys(by("YEAR(date), hs2, dispatch, MONTH(date)", "WHERE hs2 = '85'")))
    assert found.keys() == {(0, 3), (1,)}
    assert found[(1,)] == (("85",),)


def test_hours_are_moments():
    cell = next(list_cells(by("DATE_TRUNC('hour', arrived_at)")))
    assert cell == (datetime.fromisoformat("2020-01-01 00:00"),)


def test_keys_of_numbers_are_numbers():
    assert list(list_cells(by("channel"))) == [(1,), (2,), (3,)]


def test_keys_of_truth_are_truth():
    assert set(list_cells(by("inspected"))) == {(True,), (False,)}


def test_contract_alone_decides():
    narrow = [dimension("hs2", "84") if c.name == "hs2" else c for c in COLUMNS]
    other = replace(by("hs2, origin"), product=declarations(columns=narrow))
    assert count_cells(other) == count_cells(by("hs2, origin"))
    assert count_cells(relation(select("COUNT(*)", "GROUP BY hs2"), other.product)) == 1


def test_grid_is_the_contracts():
    column = DECLARATIONS.contract.column("hs2")
    assert [cell[0] for cell in list_cells(by("hs2"))] == list(column.grid.keys()) == list(HS2)
