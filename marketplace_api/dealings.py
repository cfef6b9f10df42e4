"""What goes into the use cases and comes out of them, besides the words of the floors below."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.ledger import Balance
from data_products.digest import Json, digest
from data_products.errors import EntrepotError, IntegrityError, RequestError
from data_products.parties import ProductId
from data_products.purpose import Purpose
from data_products.query import Query

NOTED = "on record as "


@dataclass(frozen=True)
class Wish:
    """What a consumer requests: which product, for what, and why."""

    product: ProductId
    purpose: Purpose
    reason: str


@dataclass(frozen=True)
class Verdict:
    """A steward's decision; epsilon in micro-epsilon. The limits count only for a yes.

    Raises:
        RequestError: a yes that allows no question.
    """

    approve: bool
    reason: str
    epsilon: int = 0
    max_queries: int = 0
    min_units: int = 0
    days: int = 90

    def __post_init__(self) -> None:
        """Refuses a yes that means nothing."""
        if self.approve and self.max_queries < 1:
            raise RequestError(
                "found a yes with max_queries 0, expected at least 1",
                hint="say how many different questions the grant covers",
            )


@dataclass(frozen=True)
class Cost:
    """What a question costs: micro-epsilon, and questions of the grant's number."""

    epsilon: int
    queries: int


@dataclass(frozen=True)
class Answer:
    """A release on record; `cost` is what asking cost this time, nothing if it is cached."""

    id: str
    release: dict[str, Json]
    cached: bool
    cost: Cost
    rule: str
    budget: Balance
    receipt: dict[str, Json]


@dataclass(frozen=True)
class Explanation:
    """What asking would cost and give; `cached` means that it has been answered already."""

    plan: dict[str, Json]
    budget: Balance
    cached: bool


def asked(query: Query) -> str:
    """The digest of what a consumer sent, by which a repetition is known."""
    # Not the plan's fingerprint: a retry after the data have moved on is the same request still.
    return digest(
        {"sql": query.sql, "purpose": query.purpose.term, "max_epsilon": query.max_epsilon}
    )


def decided_by(statement: Json) -> tuple[str, str]:
    """The rule and the first grant by which a release was permitted, from its receipt.

    Raises:
        IntegrityError: the statement does not say.

    >>> decided_by({"policy": {"rule": "p, rail"}, "grants": [{"id": "grant_1"}]})
    ('p, rail', 'grant_1')
    """
    match statement:
        case {"policy": {"rule": str(rule)}, "grants": [{"id": str(grant)}, *_]}:
            return rule, grant
        case _:
            raise IntegrityError("the receipt does not say by which rule and grant it was decided")


@contextmanager
def on_record(identifier: str) -> Iterator[None]:
    """Tells an error that leaves the block under which id it is on record."""
    try:
        yield
    except EntrepotError as error:
        error.add_note(NOTED + identifier)
        raise


def record_of(error: EntrepotError) -> str:
    """The id under which an error is on record; empty where it is not.

    >>> record_of(EntrepotError("not a refusal"))
    ''
    """
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith(NOTED)]
    return notes[-1].removeprefix(NOTED) if notes else ""
