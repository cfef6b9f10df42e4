"""Who may do what: roles, parties to a grant, and the purposes that a contract offers."""

from data_products.errors import AccessDeniedError, PurposeProhibitedError
from data_products.parties import Participant, ParticipantId, ProductId, Role, owner
from data_products.product import DataProduct
from data_products.purpose import Purpose
from data_products.query import Query

READERS = (Role.CONSUMER, Role.PROVIDER, Role.STEWARD, Role.AUDITOR)
"""All but the operator, who has no right to anything that participants say or do."""


def require(participant: Participant, *roles: Role) -> None:
    """Refuses a participant who has none of the roles.

    Raises:
        AccessDeniedError: the participant has other roles only.

    >>> clerk = Participant(ParticipantId("beanr"), "clerk", frozenset({Role.STEWARD}))
    >>> require(clerk, Role.STEWARD, Role.CONSUMER)
    """
    if participant.roles.isdisjoint(roles):
        found = ", ".join(sorted(participant.roles)) or "none"
        raise AccessDeniedError(
            f"found roles {found}, expected {' or '.join(sorted(roles))}",
            hint="ask your organisation for a client with that role",
        )


def require_asker(participant: Participant, query: Query) -> None:
    """Refuses a question by anyone but a consumer, or in another organisation's name."""
    require(participant, Role.CONSUMER)
    if query.consumer != participant.id:
        raise AccessDeniedError(
            f"found a question of {query.consumer[:60]!r}, expected one of your organisation",
            hint="ask in your own organisation's name",
        )


def is_party(participant: Participant, consumer: ParticipantId, product: ProductId) -> bool:
    """Whether a request or grant is the participant's: as its consumer, or for its product.

    >>> clerk = Participant(ParticipantId("beanr"), "clerk", frozenset({Role.STEWARD}))
    >>> is_party(clerk, ParticipantId("rail"), ProductId("beanr.port_calls"))
    True
    >>> is_party(clerk, ParticipantId("beanr"), ProductId("clvap.port_calls"))
    False
    """
    holds = Role.CONSUMER in participant.roles and consumer == participant.id
    gives = Role.STEWARD in participant.roles and owner(product) == participant.id
    return holds or gives


def require_offered(product: DataProduct, purpose: Purpose) -> None:
    """Refuses a purpose for which no steward could say yes.

    Raises:
        PurposeProhibitedError: the contract forbids it to everyone.
        AccessDeniedError: the contract does not offer it.
    """
    contract = product.contract
    offered = ", ".join(sorted(str(listed) for listed in contract.terms.purposes))
    if contract.prohibits(purpose):
        raise PurposeProhibitedError(
            f"the contract of {product.id} forbids {purpose} to everyone",
            hint=f"it offers: {offered}",
        )
    if not contract.offers(purpose):
        raise AccessDeniedError(
            f"the contract of {product.id} does not offer {purpose}", hint=f"it offers: {offered}"
        )
