"""What every mechanism must do. The author of one runs this suite by making a class of it:

class TestMine(MechanismConformance):
    mechanism = MyMechanism()
    product = ...    # a product in the mode that the mechanism is for
"""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from harbour import plan, select

from clean_room.disclosure import disclose
from clean_room.mechanisms import Mechanism
from clean_room.plan import Plan
from clean_room.results import Aggregates, Mark, Measurements
from data_products.product import DataProduct

SQL = select(
    "SUM(item_value) AS v, channel, SUM(correction) AS c, COUNT(correction) AS k, inspected",
    "GROUP BY inspected, channel",
)


def group(inspected: bool, channel: int, units: int) -> dict[str, object]:
    """The true values of a group in which each importer has as much as any other."""
    each = {"m0": Decimal("2.50"), "m1": -3, "m2": 1}
    row: dict[str, object] = {"k0": inspected, "k1": channel, "units": units}
    for name, value in each.items():
        row |= {
            name: value * units,
            f"{name}_units": units,
            f"{name}_weight": abs(value) * units,
            f"{name}_top": (abs(value),) * 2,
        }
    return row | {"m2_lacking_units": 0, "m2_lacking_weight": 0, "m2_lacking_top": (0, 0)}


class MechanismConformance:
    """The suite; `mechanism` is tested over plans of `product`."""

    mechanism: Mechanism
    product: DataProduct

    @property
    def plan(self) -> Plan:
        """What the mechanism is to protect."""
        return plan(SQL, self.product)

    def measured(self, *rows: Mapping[str, object]) -> Measurements:
        """The measurements of these true values."""
        return self.mechanism.measure(Aggregates(rows), self.plan)

    def test_keys_are_in_their_order(self):
        groups = self.measured(group(True, 2, 5000), group(False, 1, 5000)).groups
        assert {(True, 2), (False, 1)} <= {measured.keys for measured in groups}

    def test_each_group_has_each_measure(self):
        names = {measure.name for measure in self.plan.relation.measures}
        for measured in self.measured(group(True, 1, 5000)).groups:
            assert set(measured.values) == names == {"m0", "m1", "m2", "units"}

    def test_values_are_near_the_truth(self):
        groups = {g.keys: g.values for g in self.measured(group(True, 1, 10**12)).groups}
        found = groups[True, 1]
        assert float(found["m0"]) == pytest.approx(2.5e12, rel=0.1)
        assert found["m1"] == pytest.approx(-3 * 10**12, rel=0.01)
        assert found["units"] == pytest.approx(10**12, rel=0.01)

    def test_values_are_exact_numbers(self):
        for measured in self.measured(group(True, 1, 5000)).groups:
            kinds = {name: type(value) for name, value in measured.values.items()}
            assert kinds == {"m0": Decimal, "m1": int, "m2": int, "units": int}

    def test_nothing_measured_twice(self):
        keys = [g.keys for g in self.measured(group(True, 1, 50), group(True, 2, 50)).groups]
        assert len(keys) == len(set(keys))

    def test_sums_of_nothing_are_measured(self):
        empty = group(True, 1, 5000) | {"m0": None, "m0_units": 0, "m0_weight": 0, "m0_top": None}
        groups = {measured.keys: measured for measured in self.measured(empty).groups}
        assert groups[True, 1].values["m0"] is None or self.plan.noise

    def test_no_groups_are_measured(self):
        assert all(len(measured.keys) == 2 for measured in self.measured().groups)

    def test_disclosure_takes_the_measurements(self):
        release = disclose(self.measured(group(True, 1, 10**7)), self.plan)
        shown = [row for row in release.rows if row[1] == 1 and row[4] is True]
        assert len(shown) == 1
        assert Mark.WITHHELD not in shown[0]

    def test_true_values_are_left_alone(self):
        row = group(True, 1, 5000)
        before = dict(row)
        self.measured(row)
        assert row == before
