"""The mechanisms that come with Entrepot, by the suite that every mechanism passes."""

import pytest
from harbour import DECLARATIONS, NOISY

from clean_room.mechanisms.exact import ExactMechanism
from clean_room.mechanisms.laplace import LaplaceMechanism
from data_products import plugins
from tests.conformance.mechanisms import MechanismConformance


class TestExact(MechanismConformance):
    """No noise."""

    mechanism = ExactMechanism()
    product = DECLARATIONS


class TestLaplace(MechanismConformance):
    """Discrete Laplace noise."""

    mechanism = LaplaceMechanism()
    product = NOISY


@pytest.mark.parametrize(
    ("name", "found"), [("exact", ExactMechanism), ("laplace", LaplaceMechanism)]
)
def test_mechanism_is_installed(name, found):
    assert plugins.load("mechanisms", name) is found
