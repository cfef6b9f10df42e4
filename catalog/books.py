"""What the tables must say: every row as the facts in the log make it, entry by entry.

The log's entries are signed, and commit to their facts; the tables are what is read and counted by.
An entry whose facts have been erased says only what kind of thing was recorded, and when.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from catalog.accounts import Account, Unit
from catalog.entries import Kind
from catalog.tables import log_entries, openings
from data_products.errors import IntegrityError

Key = tuple[str, ...]
Values = dict[str, Any]

# As they were parsed: their commitments have been checked, so they have the form we gave them.
Facts = Mapping[str, Any]


@dataclass
class Books:
    """The rows by table and key, with the columns that the log knows, as they are stored.

    `erased` has the entries without facts: by kind, the index of each by its time.
    """

    rows: dict[str, dict[Key, Values]] = field(default_factory=lambda: defaultdict(dict))
    totals: dict[Key, int] = field(default_factory=dict)
    erased: dict[Kind, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def kept(cls, connection: sa.Connection) -> "Books":
        """The books as the whole log has them, its commitments having been checked before.

        Raises:
            IntegrityError: the facts of an entry are not those that this release records.
        """
        books = cls()
        for position, kind, at, facts in _events(connection):
            if facts is None:
                books.erased[kind].setdefault(at, position)
            elif kind in POSTINGS:
                books._post(position, kind, facts, at)
        return books

    def _post(self, position: int, kind: Kind, facts: Facts, at: str) -> None:
        """Puts on the books what an entry records."""
        try:
            POSTINGS[kind](self, facts, at)
        except KeyError as error:
            raise IntegrityError(
                f"log entry {position}: found a {kind} without {error}",
                hint="another release made this database: start that one",
            ) from error

    def put(self, table: str, key: Key, values: Values) -> None:
        """Adds a row, or changes the columns of one that is there."""
        self.rows[table].setdefault(key, {}).update(values)

    def widen(self, scope: str, total: int) -> None:
        """Opens an account of epsilon, or raises its total."""
        key = (scope, Unit.EPSILON.value)
        self.totals[key] = max(total, self.totals.get(key, 0))


def _events(connection: sa.Connection) -> Iterator[tuple[int, Kind, str, Facts | None]]:
    """Every entry in order: its index, kind and time, and its facts where they are kept."""
    query = (
        sa.select(log_entries.c.position, log_entries.c.entry, openings.c.statement)
        .outerjoin(openings, openings.c.position == log_entries.c.position)
        .order_by(log_entries.c.position)
    )
    for position, text, statement in connection.execute(query):
        entry = json.loads(text)
        facts = None if statement is None else json.loads(statement)
        yield position, Kind(entry["kind"]), entry["at"], facts


def _publish(books: Books, facts: Facts, at: str) -> None:
    """A version; the first opens the product's account, and no later one changes it."""
    values = {name: facts[name] for name in ("snapshot", "location", "status")}
    values |= {"digest": facts["contract"], "published_at": at}
    books.put("products", (facts["product"], facts["version"]), values)
    scope = Account.of_product(facts["product"]).scope
    books.totals.setdefault((scope, Unit.EPSILON.value), facts["epsilon"])


def _request(books: Books, facts: Facts, at: str) -> None:
    """A request that is made, or is refused."""
    made = {"requested_at": at, "decided_by": "", "decision": "", "decided_at": None}
    step = {"decided_at": at} if "decision" in facts else made
    books.put("access_requests", (facts["id"],), {**facts, **step})


def _grant(books: Books, facts: Facts, at: str) -> None:
    """A grant, which answers a request and opens accounts; or a product's total that is raised."""
    if "account" in facts:
        books.widen(facts["account"], facts["total"])
        return
    beside = {"reason", "consumer_epsilon"}
    row = {name: value for name, value in facts.items() if name not in beside}
    books.put("grants", (facts["id"],), {**row, "granted_at": at, "revoked_at": None})
    decision = {"decided_by": facts["approved_by"], "decision": facts["reason"], "decided_at": at}
    books.put("access_requests", (facts["request"],), {"state": "approved", **decision})
    learns = Account.of_consumer(facts["consumer"], facts["product"])
    books.widen(learns.scope, facts["consumer_epsilon"])


def _revoke(books: Books, facts: Facts, at: str) -> None:
    """The end of a grant."""
    books.put("grants", (facts["id"],), {"revoked_at": at})


def _spend(books: Books, facts: Facts, at: str) -> None:
    """A row to each account that was touched."""
    for leg in facts["accounts"]:
        key = (facts["spend"], leg["scope"], leg["kind"])
        books.put("spends", key, {"amount": leg["amount"], "spent_at": at})


def _release(books: Books, facts: Facts, at: str) -> None:
    """A release; one that was given again states the same."""
    del at
    books.put("releases", (facts["release"],), {"consumer": facts["consumer"]})


def _withheld(books: Books, facts: Facts, at: str) -> None:
    """A question with nothing to show."""
    del at
    books.put("withheld", (facts["fingerprint"],), {"outcome": facts["outcome"]})


# A refusal changes nothing, so that no table has it.
POSTINGS: dict[Kind, Callable[[Books, Facts, str], None]] = {
    Kind.PUBLISH: _publish,
    Kind.REQUEST: _request,
    Kind.GRANT: _grant,
    Kind.REVOKE: _revoke,
    Kind.SPEND: _spend,
    Kind.RELEASE: _release,
    Kind.WITHHELD: _withheld,
}
