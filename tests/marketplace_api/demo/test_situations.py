"""The situations that the demonstration counts on are there at every size."""

import numpy as np
import pandas as pd
import pytest
from oracle import Rules, answer

from marketplace_api.demo import situations
from marketplace_api.demo.authorities import declarations
from marketplace_api.demo.cargo import dangerous_goods
from marketplace_api.demo.codes import ORIGINS
from marketplace_api.demo.trade import Flow

GROUPS = ["hs", "period"]
SIZES = [2_000, 54_000]


def shrimp(size, level, period):
    """What there is from the situation's origin, by a level of the nomenclature and a period."""
    table = declarations(Flow("BEANR", size, 7), 0).to_pandas()
    table = table[table["origin"] == situations.ORIGIN]
    rows = pd.DataFrame(
        {
            "unit": table["importer_id"],
            "hs": table["hs6"].str[:level],
            "period": pd.to_datetime(table["date"]).dt.to_period(period).astype(str),
            "cents": (table["item_value"] * 100).astype("int64"),
        }
    )
    return answer(rows, GROUPS, ["cents"], Rules())


@pytest.mark.parametrize("size", SIZES)
def test_one_importer_dominates_cell(size):
    cells = shrimp(size, 6, "M")

    assert list(cells) == [(situations.GOODS, "2026-03")]
    assert not cells[situations.GOODS, "2026-03"]["cents"].shown


@pytest.mark.parametrize("size", SIZES)
def test_heading_by_quarter_is_safe(size):
    cells = shrimp(size, 4, "Q")

    assert cells["0306", "2026Q1"]["cents"].shown


def test_leader_has_named_share():
    rows = situations.planted()
    values = rows["value"][: situations.IMPORTERS]

    assert len(np.unique(rows["importer"][: situations.IMPORTERS])) == situations.IMPORTERS
    assert values.max() / values.sum() == pytest.approx(situations.LEADING_PERCENT / 100, abs=1e-6)


def test_only_situation_is_of_its_origin():
    drawn = Flow("BEANR", 54_000, 7).draw(0)
    planted = situations.planted()["origin"] == ORIGINS.index(situations.ORIGIN)

    assert np.sum(drawn.origin == ORIGINS.index(situations.ORIGIN)) == planted.sum()


@pytest.mark.parametrize("imdg", ["2.1", "3"])
def test_chemical_week_has_twelve_importers(imdg):
    table = dangerous_goods(Flow("BEANR", 2_000, 7), 0).to_pandas()
    week = table["ts"].dt.strftime("%G-%V") == situations.WEEK.strftime("%G-%V")

    found = table[week & (table["imdg_class"] == imdg)]

    assert found["consignee_id"].nunique() >= 12
