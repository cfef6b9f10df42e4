"""Attack: take the noise off again, or learn from how it was drawn."""

import random
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from math import exp, log, sqrt
from statistics import fmean

import pytest
from harbour import NOISY, plan, select

from clean_room.mechanisms.laplace import LaplaceMechanism, _noisy
from clean_room.results import Aggregates, Measured
from clean_room.sensitivity import Noise

DRAWS = 60_000
HALF = Noise("m", 4, 500_000)
BY_HS2 = select("COUNT(*) AS n, SUM(fraud) AS f, SUM(item_value) AS v", "GROUP BY hs2")


def measured(*rows: dict[str, object]) -> tuple[Measured, ...]:
    """All chapters, with noise, over these true values."""
    return LaplaceMechanism().measure(Aggregates(rows), plan(BY_HS2, NOISY)).groups


def chapter(hs2: str, n: int) -> dict[str, object]:
    """The true values of a chapter with so many rows."""
    return {"k0": hs2, "m0": n, "m1": n, "m2": Decimal(n), "units": n}


def most_likely_ratio(mine: list[int], others: list[int]) -> float:
    """The largest log-ratio of the shares of any outcome or tail, where both are well known."""
    first, second = Counter(mine), Counter(others)
    found, left, right = [], 0, 0
    for outcome in sorted({*first, *second}):
        left, right = left + first[outcome], right + second[outcome]
        pairs = [(first[outcome], second[outcome]), (left, right), (DRAWS - left, DRAWS - right)]
        found += [abs(log(a / b)) for a, b in pairs if min(a, b) > 2000]
    return max(found)


@pytest.mark.parametrize("truth", [0, 10**12])
def test_neighbours_look_alike(truth):
    mine = _noisy([truth] * DRAWS, HALF)
    others = _noisy([truth + HALF.sensitivity] * DRAWS, HALF)
    slack = 5 * sqrt(2 / 2000)
    assert 0.4 < most_likely_ratio(mine, others) < 0.5 + slack


def test_strangers_do_not():
    mine = _noisy([0] * DRAWS, HALF)
    others = _noisy([HALF.sensitivity * 3] * DRAWS, HALF)
    assert most_likely_ratio(mine, others) > 1


def test_spread_tells_no_outlier():
    calm, wild = (_noisy([truth] * DRAWS, HALF) for truth in (0, 10**15))
    sizes = [fmean(abs(v - t) for v in values) for values, t in ((calm, 0), (wild, 10**15))]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.05)


def test_low_bits_are_bare():
    for group in measured(chapter("84", 3)):
        assert isinstance(group.values["m0"], int)
        assert group.values["m2"] == group.values["m2"].quantize(Decimal("0.01"))


@pytest.mark.parametrize("n", [0, 1, 5000])
def test_presence_tells_nothing(n):
    groups = measured(*([chapter("84", n)] if n else []))
    assert [group.keys for group in groups] == [(f"{hs2:02d}",) for hs2 in range(1, 98)]
    assert all(group.weights == {} and len(group.values) == 4 for group in groups)


def test_noise_is_fresh_in_each_cell():
    groups = measured()
    assert len({group.values["m2"] for group in groups}) > 90
    assert len({group.values["m0"] - group.values["m1"] for group in groups}) > 60


def test_cells_are_not_correlated():
    draws = _noisy([0] * DRAWS, HALF)
    pairs = [a * b for a, b in zip(draws[::2], draws[1::2], strict=True)]
    ratio = exp(-0.5 / 4)
    variance = 2 * ratio / (1 - ratio) ** 2
    assert abs(fmean(pairs)) < 6 * variance / sqrt(len(pairs))


def test_seeds_seed_nothing():
    state = random.getstate()
    random.seed(7)
    first = _noisy([0] * 50, HALF)
    random.seed(7)
    second = _noisy([0] * 50, HALF)
    random.setstate(state)
    assert first != second


SCRIPT = """
import random
random.seed(7)
from clean_room.mechanisms.laplace import _noisy
from clean_room.sensitivity import Noise
print(_noisy([0] * 50, Noise("m", 4, 500_000)))
"""


def test_no_two_processes_draw_alike():
    command, environment = [sys.executable, "-c", SCRIPT], {"PYTHONHASHSEED": "0"}
    drawn = [subprocess.check_output(command, env=environment) for _ in range(2)]
    assert drawn[0] != drawn[1]


def test_forks_do_not_share_noise():
    fork = "import os\n" + SCRIPT.replace("print(", "r, w = os.pipe()\npid = os.fork()\nprint(")
    done = subprocess.check_output([sys.executable, "-c", fork])
    first, second = done.splitlines()
    assert first != second
