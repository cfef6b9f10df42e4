"""A demo data space at its smallest, built once."""

from dataclasses import dataclass

import pytest

from marketplace_api.bootstrap import assemble
from marketplace_api.demo.space import Space, furnish
from marketplace_api.marketplace import Marketplace


@dataclass(frozen=True)
class Built:
    """A space and the marketplace over it."""

    space: Space
    marketplace: Marketplace


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    space = Space(tmp_path_factory.mktemp("space"), "tiny")
    space.claim()
    space.write()
    marketplace = assemble(space.settings(8600))
    furnish(space, marketplace)
    yield Built(space, marketplace)
    marketplace.close()
