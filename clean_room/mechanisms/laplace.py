"""Discrete Laplace noise on whole numbers, drawn by OpenDP from the system's entropy.

Every group of the public grid is measured, whether anybody is in it or not, and groups that are not
on the grid are not: which groups an answer has then tells nothing.
"""

from decimal import Decimal

import opendp.prelude as dp

from clean_room.key_grid import GroupKey, list_cells
from clean_room.plan import Plan
from clean_room.relation import Measure
from clean_room.results import (
    Aggregates,
    EngineRow,
    Measured,
    Measurements,
    Value,
    plain,
)
from clean_room.sensitivity import MICRO, Noise
from data_products.errors import IntegrityError

# OpenDP keeps this mechanism behind a flag, as its proof has not passed the library's own vetting.
dp.enable_features("contrib")

LARGEST = 2**62
"""True values are kept within this, so that noise cannot carry one past 64 bits."""

TOLERANCE = 1 + 1e-9


class LaplaceMechanism:
    """Adds noise scaled to each measure's sensitivity."""

    def measure(self, aggregates: Aggregates, plan: Plan) -> Measurements:
        """The noisy values of every group of the grid."""
        keys = [key.name for key in plan.relation.keys]
        cells = list(list_cells(plan.relation))
        true: dict[GroupKey, EngineRow] = {
            tuple(plain(row[key]) for key in keys): row for row in aggregates.rows
        }
        scales = {measure.name: measure for measure in plan.relation.measures}
        noisy = {
            noise.measure: _noisy(
                [_units(true.get(c), scales[noise.measure]) for c in cells], noise
            )
            for noise in plan.noise
        }
        return Measurements(
            tuple(
                Measured(cell, {name: _value(noisy[name][i], m) for name, m in scales.items()}, {})
                for i, cell in enumerate(cells)
            )
        )


def _units(row: EngineRow | None, measure: Measure) -> int:
    """A true value in units of the measure's last digit; zero where nobody is in the group."""
    value = None if row is None else row[measure.name]
    if value is None:
        return 0
    whole = int(Decimal(str(value)).scaleb(measure.scale))
    return max(-LARGEST, min(LARGEST, whole))


def _noisy(values: list[int], noise: Noise) -> list[int]:
    """The values with noise.

    Raises:
        IntegrityError: OpenDP says that the noise would cost more than the plan spends on it.
    """
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    laplace = dp.m.make_laplace(*space, scale=noise.scale)
    if laplace.map(d_in=noise.sensitivity) * MICRO > noise.epsilon * TOLERANCE:
        raise IntegrityError(
            f"the noise of {noise.measure} would cost more than the {noise.epsilon} millionths "
            "of epsilon that the plan spends on it",
            hint="report this: it is a fault of ours",
        )
    found: list[int] = laplace(values)
    return found


def _value(units: int, measure: Measure) -> Value:
    """A noisy value in the measure's own unit."""
    return Decimal(units).scaleb(-measure.scale) if measure.scale else units
