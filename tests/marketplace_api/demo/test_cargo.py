"""Manifests hold what came by sea, and the dangerous goods are among it."""

import pytest

from marketplace_api.demo import cargo, codes
from marketplace_api.demo.authorities import declarations
from marketplace_api.demo.moves import Yard, container_moves
from marketplace_api.demo.trade import Flow

FLOW = Flow("BEANR", 20_000, 7)


@pytest.fixture(scope="module")
def lines():
    """Manifest lines."""
    return cargo.manifest_lines(FLOW, 0).to_pandas()


@pytest.fixture(scope="module")
def dangerous():
    """Dangerous goods."""
    return cargo.dangerous_goods(FLOW, 0).to_pandas()


def test_lines_are_what_came_by_sea(lines):
    declared = declarations(FLOW, 0).to_pandas()

    assert set(lines["bl_no"]) == set(declared.loc[declared["mode"] == "1", "bl_no"])


def test_gross_is_over_net(lines):
    declared = declarations(FLOW, 0).to_pandas().set_index("bl_no")
    net = declared.loc[lines["bl_no"], "net_mass_kg"].to_numpy()

    assert (lines["gross_kg"].to_numpy() >= net).all()


def test_class_is_of_number(lines):
    known = {pair for listed in codes.DANGEROUS.values() for pair in listed}
    named = lines.dropna(subset=["un_number"])

    assert set(zip(named["un_number"], named["imdg_class"], strict=True)) <= known


def test_only_listed_chapters_are_dangerous(lines):
    assert set(lines.dropna(subset=["un_number"])["hs2"]) == set(codes.DANGEROUS)


def test_number_and_class_go_together(lines):
    assert (lines["un_number"].isna() == lines["imdg_class"].isna()).all()


@pytest.mark.parametrize("imdg", codes.IMDG_CLASSES)
def test_every_class_occurs(imdg, dangerous):
    assert (dangerous["imdg_class"] == imdg).sum() > 10


def test_dangerous_containers_are_moved(dangerous):
    moved = container_moves(Yard(FLOW, 60_000, 500), 0).to_pandas()

    assert dangerous["container_no"].isin(moved["container_no"]).mean() > 0.9
