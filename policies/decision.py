"""The decision on a query, and the obligations that come with a yes."""

from dataclasses import dataclass

from data_products.purpose import Purpose
from policies.access import Grant


@dataclass(frozen=True)
class Obligations:
    """What the clean room must do for a query: the strictest of contracts and grants.

    `epsilon` is the most that the query may cost, in micro-epsilon.
    """

    min_units: int
    p_percent: int
    epsilon: int


@dataclass(frozen=True)
class Permit:
    """A yes: for what purpose, on which grants, by which rule, and what it obliges to.

    `rule` is the Casbin policy line that matched, as text; `policy` is the digest of the model and
    of every line that was looked at.
    """

    purpose: Purpose
    grants: tuple[Grant, ...]
    rule: str
    policy: str
    obligations: Obligations
