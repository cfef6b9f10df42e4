"""Noise: how far one importer can move it, how wide it is, and where it lands."""

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from math import exp, sqrt

import pytest
from harbour import NOISY, plan, select
from hypothesis import given, settings
from hypothesis import strategies as st
from yard import store

from clean_room.mechanisms.laplace import LARGEST, LaplaceMechanism, _noisy
from clean_room.plan import Plan
from clean_room.results import Aggregates
from clean_room.sensitivity import Noise
from data_products.contract import PrivacyUnit, UnitKind
from data_products.errors import IntegrityError, LimitError

BOUNDED = replace(
    NOISY, contract=replace(NOISY.contract, unit=PrivacyUnit("importer_id", UnitKind.COMPANY, 2, 3))
)
MEASURES = (
    "COUNT(*) AS a, COUNT(item_value) AS b, SUM(item_value) AS c, SUM(correction) AS d,"
    " SUM(fraud - 3 * correction) AS e, SUM(net_mass_kg * 0.5 + item_value) AS f, AVG(fraud) AS g"
)
DRAWS = 40_000


def five_sigma(share: float) -> float:
    """How far a share of the draws may be from its expectation."""
    return 5 * sqrt(share * (1 - share) / DRAWS)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "importer_id": st.sampled_from(["a", "a", "b", "c", None]),
            "channel": st.sampled_from([1, 2, 3, 7, None]),
            "mode": st.sampled_from(["sea", "air", "elsewhere", None]),
            "item_value": st.sampled_from([None, Decimal("0.01"), Decimal(10**9), Decimal(-5)]),
            "correction": st.sampled_from([None, 0, 7, -(10**6), 10**6]),
            "net_mass_kg": st.sampled_from([None, Decimal("0.1"), Decimal(10**6)]),
            "fraud": st.sampled_from([None, 0, 1, 5, -5]),
        }
    ),
    min_size=1,
    max_size=40,
)


def totals(engine, asked: Plan) -> dict[tuple[object, ...], dict[str, int]]:
    """Each group's values before noise, in units of the last digit."""
    scales = {measure.name: measure.scale for measure in asked.relation.measures}
    keys = [key.name for key in asked.relation.keys]
    return {
        tuple(row[key] for key in keys): {
            name: int(Decimal(row[name] or 0).scaleb(scale)) for name, scale in scales.items()
        }
        for row in engine.run(asked).rows
    }


def moved(before, after, name: str) -> int:
    """How far a measure moves over all groups."""
    return sum(
        abs(before.get(group, {}).get(name, 0) - after.get(group, {}).get(name, 0))
        for group in {*before, *after}
    )


@settings(max_examples=40)
@given(rows=ROWS, by=st.sampled_from([" GROUP BY channel, mode", " GROUP BY channel", ""]))
def test_one_importer_moves_no_more(engine, tmp_path_factory, rows, by):
    folder = tmp_path_factory.mktemp("neighbours")
    left = [row for row in rows if row["importer_id"] != "a"] or [dict.fromkeys(rows[0])]
    both = [
        store(folder, {name: [row[name] for row in side] for name in rows[0]})
        for side in (rows, left)
    ]
    plans = [plan(select(MEASURES, by), BOUNDED, snapshot) for snapshot in both]
    before, after = (totals(engine, asked) for asked in plans)
    for noise in plans[0].noise:
        assert moved(before, after, noise.measure) <= noise.sensitivity


@pytest.mark.parametrize(
    ("measure", "values", "change"),
    [
        ("COUNT(*)", {}, 2 * 3),
        ("SUM(correction)", {"correction": [-(10**6)] * 20}, 2 * 3 * 1000),
        ("SUM(item_value)", {"item_value": [Decimal(10**9)] * 20}, 2 * 3 * 1_000_000 * 100),
        ("COUNT(DISTINCT importer_id)", {}, 2),
    ],
)
def test_one_importer_can_move_as_much(engine, tmp_path, measure, values, change):
    rows = {"importer_id": ["a"] * 20, "channel": [1, 2, 3, 1] * 5, **values}
    asked = plan(select(measure, "GROUP BY channel"), BOUNDED, store(tmp_path, rows))
    noise = asked.noise[0]
    assert moved(totals(engine, asked), {}, noise.measure) == noise.sensitivity == change


def test_noise_depends_on_no_row(tmp_path):
    sides = [store(tmp_path, {"importer_id": ["a"], "item_value": [v]}) for v in (1, 10**9)]
    assert len({plan(select("SUM(item_value)"), BOUNDED, side).noise for side in sides}) == 1


SCALES = [Noise("m", 1, 10_000_000), Noise("m", 1, 1_000_000), Noise("m", 160, 500_000)]


@pytest.mark.parametrize("noise", [*SCALES, Noise("m", 16_000_000_000, 1000)], ids=repr)
def test_interval_covers_95_percent(noise):
    sizes = [abs(value) for value in _noisy([0] * DRAWS, noise)]
    within = sum(size <= noise.half_width for size in sizes) / DRAWS
    assert within >= 0.95 - five_sigma(0.95)
    assert sum(size < noise.half_width for size in sizes) / DRAWS <= 0.95 + five_sigma(0.95)


@pytest.mark.parametrize("noise", SCALES, ids=repr)
def test_noise_is_discrete_laplace(noise):
    found = Counter(_noisy([7] * DRAWS, noise))
    ratio = exp(-noise.epsilon / 1_000_000 / noise.sensitivity)
    for distance in range(-6, 7):
        share = (1 - ratio) / (1 + ratio) * ratio ** abs(distance)
        assert found[7 + distance] / DRAWS == pytest.approx(share, abs=five_sigma(share) + 1e-4)


@pytest.mark.parametrize("noise", SCALES, ids=repr)
def test_mean_size_tells_the_scale(noise):
    sizes = [abs(value) for value in _noisy([0] * DRAWS, noise)]
    ratio = exp(-noise.epsilon / 1_000_000 / noise.sensitivity)
    expected = 2 * ratio / (1 - ratio**2)
    assert sum(sizes) / DRAWS == pytest.approx(expected, rel=0.25, abs=0.01)


@pytest.mark.parametrize(
    ("sensitivity", "epsilon", "width"),
    [(1, 1_000_000, 3), (1, 10**12, 0), (1, 3_600_000, 1), (10**10, 1000, 29_957_322_735_539)],
)
def test_half_width_at_the_extremes(sensitivity, epsilon, width):
    assert Noise("m", sensitivity, epsilon).half_width == pytest.approx(width, rel=1e-6)


@pytest.mark.parametrize(("sensitivity", "epsilon"), [(2**57, 10**12), (2**40, 1), (10**28, 10**6)])
def test_noise_beyond_64_bits_is_refused(sensitivity, epsilon):
    with pytest.raises(LimitError, match="64 bits"):
        Noise("m", sensitivity, epsilon)


@dataclass(frozen=True)
class Cheap(Noise):
    """Noise of a scale that the plan has not paid for."""

    @property
    def scale(self) -> float:
        """A little less than is due."""
        return super().scale * 0.999


def test_noise_must_cost_what_is_paid():
    with pytest.raises(IntegrityError, match="would cost more than the 500000 millionths"):
        _noisy([0], Cheap("m", 8, 500_000))


def measured(sql: str, *rows: dict[str, object]) -> dict[tuple[object, ...], dict[str, object]]:
    """The measurements of true values, by group."""
    found = LaplaceMechanism().measure(Aggregates(rows), plan(sql, NOISY))
    return {group.keys: dict(group.values) for group in found.groups}


BY_CHANNEL = select("SUM(item_value) AS v, COUNT(*) AS n", "GROUP BY channel")


@pytest.mark.parametrize(
    "rows", [(), ({"k0": 2, "m0": Decimal("1.50"), "m1": 3, "units": 3},)], ids=["none", "some"]
)
def test_every_cell_is_measured(rows):
    assert list(measured(BY_CHANNEL, *rows)) == [(1,), (2,), (3,)]


@pytest.mark.parametrize("key", [4, None, "1", "canary"])
def test_keys_off_grid_are_dropped(key):
    far = {"k0": key, "m0": Decimal(2**60), "m1": 2**60, "units": 2**60}
    cells = measured(BY_CHANNEL, far)
    assert len(cells) == 3
    assert all(abs(cell["units"]) < 2**50 for cell in cells.values())


def test_values_lie_on_their_grid():
    rows = [{"k0": k, "m0": Decimal("0.25"), "m1": 1, "units": 1} for k in (1, 2, 3)]
    for cell in measured(BY_CHANNEL, *rows).values():
        assert cell["m0"].as_tuple().exponent == -2
        assert type(cell["m1"]) is type(cell["units"]) is int


def test_values_are_near_the_truth():
    (cell,) = measured(
        select("COUNT(*) AS n, SUM(item_value)"),
        {"m0": 10**9, "m1": Decimal(10**15).scaleb(-2), "units": None},
    ).values()
    assert cell["m0"] == pytest.approx(10**9, abs=20_000)
    assert cell["m1"] == pytest.approx(Decimal(10**13), rel=Decimal("0.01"))
    assert cell["units"] == pytest.approx(0, abs=1000)


@pytest.mark.parametrize(("truth", "kept"), [(2**80, LARGEST), (-(2**80), -LARGEST)])
def test_values_stay_within_64_bits(truth, kept):
    (cell,) = measured(select("SUM(correction)"), {"m0": truth, "units": 1}).values()
    assert cell["m0"] == pytest.approx(kept, rel=1e-9)


def test_no_two_draws_are_alike():
    assert _noisy([0] * 64, SCALES[2]) != _noisy([0] * 64, SCALES[2])
