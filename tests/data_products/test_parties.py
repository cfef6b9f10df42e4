import pytest

from data_products.parties import Participant, ParticipantId, ProductId, Role, owner


@pytest.mark.parametrize(
    ("product", "expected"),
    [("customs-be.import_declarations", "customs-be"), ("beanr.port_calls", "beanr")],
)
def test_owner_is_before_the_point(product, expected):
    assert owner(ProductId(product)) == expected


def test_operator_is_a_role_apart():
    operator = Participant(ParticipantId("hub"), "ops", frozenset({Role.OPERATOR}))
    assert operator.roles.isdisjoint({Role.CONSUMER, Role.STEWARD, Role.PROVIDER})


def test_roles_are_the_five():
    assert {*Role} == {"provider", "consumer", "steward", "auditor", "operator"}
