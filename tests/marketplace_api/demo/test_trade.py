"""The trade of a port is the same whenever it is drawn, and differs between ports and seeds."""

from dataclasses import fields

import numpy as np
import pytest

from marketplace_api.demo import codes, habits, trade
from marketplace_api.demo.columns import Ints
from marketplace_api.demo.consignments import Consignments
from marketplace_api.demo.trade import Flow

LISTS = {
    "goods": codes.HS6,
    "origin": codes.ORIGINS,
    "departure": codes.ORIGINS,
    "mode": codes.MODES,
    "office": codes.OFFICES,
    "process_type": codes.PROCESS_TYPES,
}


def flow(port="BEANR", consignments=3000, seed=7):
    """A small flow."""
    return Flow(port, consignments, seed)


def same(one, other):
    """Whether two draws are alike in every column."""
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in fields(Consignments)
    )


def test_chunk_is_drawn_alike():
    assert same(flow().draw(0), flow().draw(0))


@pytest.mark.parametrize("other", [flow(port="PECLL"), flow(seed=8)])
def test_ports_and_seeds_differ(other):
    assert not same(flow().draw(0), other.draw(0))


def test_chunks_continue_serials():
    large = flow(consignments=trade.CHUNK + 5)

    assert large.chunks == 2
    assert large.draw(1).serial.tolist() == list(range(trade.CHUNK, trade.CHUNK + 5))


@pytest.mark.parametrize("column", LISTS)
def test_codes_are_listed(column):
    found: Ints = getattr(flow().draw(0), column)

    assert found.min() >= 0
    assert found.max() < len(LISTS[column])


def test_importers_are_of_population():
    drawn = flow()

    assert drawn.draw(0).importer.max() < drawn.importers


def test_habits_bring_importers_back():
    drawn = flow(consignments=20_000)
    chunk = drawn.draw(0)

    usual = np.mean(chunk.goods == drawn.habits.goods[chunk.importer])

    assert usual > habits.LOYALTY - 0.02


def test_rare_origins_are_rare():
    drawn = flow(consignments=200_000).draw(0)
    rare = [codes.ORIGINS.index(code) for code in codes.RARE_ORIGINS]

    assert 0 < np.isin(drawn.origin, rare).sum() < 100


def test_masses_follow_values():
    drawn = flow(consignments=20_000).draw(0)

    assert np.corrcoef(np.log(drawn.mass), np.log(drawn.value))[0, 1] > 0.7
