"""Decides whether a query may run, by Casbin. The one module that knows Casbin.

1. The lines are the consumer's grants in force and the contracts' prohibitions, nothing else.
2. A line applies to a purpose that is its own or beneath it; an allow line only if the contract
   offers the purpose.
3. Every product that the query reads must be allowed; one deny line outweighs every allow line.
4. A permit names the line that decided, and carries the strictest of what contract and grant ask.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

import casbin

from data_products.contract import Mode
from data_products.digest import digest
from data_products.errors import (
    AccessDeniedError,
    PurposeNotAgreedError,
    PurposeProhibitedError,
)
from data_products.product import DataProduct
from data_products.purpose import Purpose
from data_products.query import Query
from policies.access import Grant, Grants
from policies.decision import Obligations, Permit

MODEL = files("policies").joinpath("model.conf").read_text(encoding="utf-8")

ACTION = "query"

Line = tuple[str, ...]
"""A policy line: consumer, product, purpose, action, effect, and what it is from."""


class Enforcer:
    """Casbin's PERM model in model.conf over the grants in force."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants

    def permit(self, query: Query, products: Sequence[DataProduct], at: datetime) -> Permit:
        """The permit for this query over these products.

        Raises:
            PurposeProhibitedError: a contract forbids the purpose to everyone.
            PurposeNotAgreedError: there are grants for a product, but none for this purpose.
            AccessDeniedError: there is no grant for a product.
        """
        decisions = [self._decide(query, product, at) for product in products]
        lines: list[Line] = [line for _, _, all_lines in decisions for line in all_lines]
        grants = tuple(grant for grant, _, _ in decisions)
        return Permit(
            purpose=query.purpose,
            grants=grants,
            rule="; ".join(", ".join(("p", *line)) for _, line, _ in decisions),
            policy=digest({"model": MODEL, "lines": sorted(lines)}),
            obligations=_obligations(query, products, grants),
        )

    def _decide(
        self, query: Query, product: DataProduct, at: datetime
    ) -> tuple[Grant, Line, list[Line]]:
        """The grant and the line that allow the query one product, and all lines looked at."""
        grants = self._grants.in_force(query.consumer, product.id, at)
        allow = [_allowing(grant) for grant in grants]
        deny = [_denying(product, purpose) for purpose in product.contract.terms.prohibited]
        line = _matching(allow, query, product)
        if line is None or _matching(allow + deny, query, product) is None:
            raise _denied(query, product, grants)
        return grants[allow.index(line)], line, allow + deny


def _allowing(grant: Grant) -> Line:
    """A grant as a line."""
    return (grant.consumer, grant.product, grant.purpose.term, ACTION, "allow", grant.id)


def _denying(product: DataProduct, purpose: Purpose) -> Line:
    """A contract's prohibition as a line."""
    source = f"{product.id}@{product.contract.version}"
    return ("*", product.id, purpose.term, ACTION, "deny", source)


def _matching(lines: Sequence[Line], query: Query, product: DataProduct) -> Line | None:
    """The allow line by which Casbin allows the query, or None where it does not."""
    model = casbin.Model()
    model.load_model_from_text(MODEL)
    enforcer = casbin.Enforcer(model)
    enforcer.add_function("covers", _covers)
    enforcer.add_function("offered", lambda _, purpose: product.contract.offers(Purpose(purpose)))
    if lines:
        enforcer.add_policies([list(line) for line in lines])
    request = (query.consumer, product.id, query.purpose.term, ACTION)
    allowed, explanation = enforcer.enforce_ex(*request)
    return tuple(explanation) if allowed is True else None


def _covers(granted: str, asked: str) -> bool:
    """Whether a purpose covers another, by their terms."""
    return Purpose(granted).covers(Purpose(asked))


def _denied(query: Query, product: DataProduct, grants: Sequence[Grant]) -> AccessDeniedError:
    """The error of a query that the lines do not allow, by what the consumer may know."""
    contract = product.contract
    if not grants:
        return AccessDeniedError(
            f"{query.consumer} has no grant in force for {product.id}",
            hint="request access with the purpose; a steward of the provider decides",
        )
    if not any(grant.purpose.covers(query.purpose) for grant in grants):
        agreed = ", ".join(sorted({grant.purpose.term for grant in grants}))
        return PurposeNotAgreedError(
            f"{query.purpose} is not agreed for {product.id}; agreed: {agreed}",
            hint="the contract prohibits this purpose; a request would be refused"
            if contract.prohibits(query.purpose)
            else "request access for this purpose; the grant for another does not cover it",
        )
    if contract.prohibits(query.purpose):
        return PurposeProhibitedError(
            f"the contract of {product.id} forbids {query.purpose} to everyone",
            hint="ask for a purpose that the contract offers",
        )
    return PurposeNotAgreedError(
        f"the contract of {product.id} does not offer {query.purpose}, though a grant is for it",
        hint="offered: " + ", ".join(sorted(map(str, contract.terms.purposes))),
    )


def _obligations(
    query: Query, products: Sequence[DataProduct], grants: Sequence[Grant]
) -> Obligations:
    """The strictest of every contract and grant; epsilon is zero where answers are exact."""
    terms = [product.contract.terms for product in products]
    noisy = [term.budgets.query for term in terms if term.mode is Mode.DP]
    asked = [] if query.max_epsilon is None else [query.max_epsilon]
    return Obligations(
        min_units=max([term.min_units for term in terms] + [grant.min_units for grant in grants]),
        p_percent=max(term.p_percent for term in terms),
        epsilon=min(noisy + asked) if noisy else 0,
    )
