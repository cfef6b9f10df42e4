import pytest

from data_products.errors import RequestError
from data_products.parties import ParticipantId
from data_products.purpose import Purpose
from data_products.query import Query

ASKER, PURPOSE = ParticipantId("statistics-office"), Purpose("ent:TradeStatistics")


@pytest.mark.parametrize("ceiling", [None, 1, 500_000])
def test_ceiling_may_be_left_open(ceiling):
    assert Query(ASKER, PURPOSE, "SELECT 1", ceiling).max_epsilon == ceiling


@pytest.mark.parametrize("ceiling", [0, -1])
def test_ceiling_must_leave_room(ceiling):
    with pytest.raises(RequestError, match=f"max_epsilon of {ceiling} millionths"):
        Query(ASKER, PURPOSE, "SELECT 1", ceiling)
