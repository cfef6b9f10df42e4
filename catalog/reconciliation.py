"""Whether the tables say what the log says: budgets, spends, grants and outcomes, row by row.

Where the facts of an entry have been erased, a row that only this entry can explain is believed if
it bears the entry's time; and the entry must still have such a row.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from catalog.accounts import Unit
from catalog.books import Books, Key, Values
from catalog.entries import Kind
from catalog.tables import (
    Instant,
    access_requests,
    budgets,
    grants,
    products,
    releases,
    spends,
    withheld,
)
from data_products.digest import digest
from data_products.errors import IntegrityError


class Sheet(NamedTuple):
    """A table: its key, the kind of entry that makes its rows, and which column has the time."""

    table: sa.Table
    key: Key
    kind: Kind
    time: str = ""


SHEETS = (
    Sheet(products, ("id", "version"), Kind.PUBLISH, "published_at"),
    Sheet(access_requests, ("id",), Kind.REQUEST, "requested_at"),
    Sheet(grants, ("id",), Kind.GRANT, "granted_at"),
    Sheet(spends, ("name", "scope", "kind"), Kind.SPEND, "spent_at"),
    Sheet(releases, ("id",), Kind.RELEASE),
    Sheet(withheld, ("fingerprint",), Kind.WITHHELD),
)


class Ending(NamedTuple):
    """What ends a row: the kinds of entry, the column that has the time, and all that change."""

    kinds: frozenset[Kind]
    time: str
    columns: frozenset[str]


DECIDED = frozenset({"state", "decided_by", "decision", "decided_at"})
ENDINGS = {
    "access_requests": Ending(frozenset({Kind.REQUEST, Kind.GRANT}), "decided_at", DECIDED),
    "grants": Ending(frozenset({Kind.REVOKE}), "revoked_at", frozenset({"revoked_at"})),
}
# Where the time of an entry must be found. A grant's need not: it may have raised a total only.
TRACES = (
    (Kind.PUBLISH, "products", ("published_at",)),
    (Kind.REQUEST, "access_requests", ("requested_at", "decided_at")),
    (Kind.REVOKE, "grants", ("revoked_at",)),
    (Kind.SPEND, "spends", ("spent_at",)),
)
# What may have set an account's total, by the first word of its scope.
TOTALS = {"product": (Kind.PUBLISH, Kind.GRANT), "consumer": (Kind.GRANT,)}

HINT = "the database was changed by other means than the hub: put back its newest backup"

Tables = Mapping[str, Mapping[Key, Values]]


def reconcile(connection: sa.Connection) -> None:
    """Compares every row with the log, whose entries have been verified before.

    Raises:
        IntegrityError: the first row that differs, by its table and key, without any value.
    """
    books = Books.kept(connection)
    found = {sheet.table.name: _rows(connection, sheet) for sheet in SHEETS}
    for sheet in SHEETS:
        _require_alike(sheet, books, found[sheet.table.name])
        _require_no_more(sheet, books, found[sheet.table.name])
    _require_traces(books, found)
    _require_paid(found)
    _require_balanced(connection, books, found)


def _rows(connection: sa.Connection, sheet: Sheet) -> dict[Key, Values]:
    """The table's rows by their keys, with times as they are stored."""
    # As text, because an altered time may not be one any more.
    columns = [
        sa.type_coerce(column, sa.Text).label(column.name)
        if isinstance(column.type, Instant)
        else column
        for column in sheet.table.columns
    ]
    rows = [dict(row) for row in connection.execute(sa.select(*columns)).mappings()]
    if sheet.table is withheld:
        rows = [{**row, "outcome": digest(row)} for row in rows]
    return {tuple(row[name] for name in sheet.key): row for row in rows}


def _require_alike(sheet: Sheet, books: Books, found: Mapping[Key, Values]) -> None:
    """Checks that a table has the rows that the log tells of, as it tells them.

    Raises:
        IntegrityError: one is missing, or is another.
    """
    for key, values in books.rows[sheet.table.name].items():
        if key not in found:
            raise _differing(sheet.table.name, key, "the row is missing")
        other = {column for column, value in values.items() if found[key][column] != value}
        if other and not _ended_unseen(sheet.table.name, books, found[key], other):
            said = f"found another {', '.join(sorted(other))} than the log commits to"
            raise _differing(sheet.table.name, key, said)


def _require_no_more(sheet: Sheet, books: Books, found: Mapping[Key, Values]) -> None:
    """Checks that a table has no rows besides.

    Raises:
        IntegrityError: one is from nowhere.
    """
    erased = books.erased[sheet.kind]
    for key in sorted(found.keys() - books.rows[sheet.table.name].keys()):
        if not erased or (sheet.time and found[key][sheet.time] not in erased):
            raise _differing(sheet.table.name, key, "no entry of the log made the row")


def _ended_unseen(table: str, books: Books, row: Values, other: set[str]) -> bool:
    """Whether a row differs only as an entry whose facts were erased can have ended it."""
    ending = ENDINGS.get(table)
    if ending is None or not other <= ending.columns:
        return False
    return any(row[ending.time] in books.erased[kind] for kind in ending.kinds)


def _require_traces(books: Books, found: Tables) -> None:
    """Checks that what an entry without facts has done is still done.

    Raises:
        IntegrityError: no row has its time.
    """
    for kind, table, columns in TRACES:
        times = {row[column] for row in found[table].values() for column in columns}
        for at, position in books.erased[kind].items():
            if at not in times:
                raise IntegrityError(
                    f"log entry {position}: found no row in {table} of this {kind}", hint=HINT
                )


def _require_paid(found: Tables) -> None:
    """Checks that every release is of a question that was paid for.

    Raises:
        IntegrityError: nothing was spent under its fingerprint.
    """
    paid = {name for name, _, _ in found["spends"]}
    for key, row in found["releases"].items():
        if row["fingerprint"] not in paid:
            raise _differing("releases", key, "found another fingerprint than any spend has")


def _require_balanced(connection: sa.Connection, books: Books, found: Tables) -> None:
    """Checks every account: the total that the log gave it, and what the spends took from it.

    Raises:
        IntegrityError: one is missing, or says something else.
    """
    spent: Counter[Key] = Counter()
    for (_, scope, kind), row in found["spends"].items():
        spent[scope, kind] += row["amount"]
    totals = {**books.totals, **_granted(found["grants"])}
    columns = (budgets.c.scope, budgets.c.kind, budgets.c.total, budgets.c.spent)
    accounts = {(row.scope, row.kind): row for row in connection.execute(sa.select(*columns))}
    for key in sorted(accounts.keys() | totals.keys() | spent.keys()):
        if key not in accounts:
            raise _differing("budgets", key, "the row is missing")
        if accounts[key].spent != spent[key]:
            raise _differing("budgets", key, "found another sum spent than its spends have")
        unseen = any(books.erased[kind] for kind in TOTALS.get(key[0].partition(":")[0], ()))
        if accounts[key].total != totals.get(key) and not unseen:
            raise _differing("budgets", key, "found another total than the log commits to")


def _granted(found: Mapping[Key, Values]) -> dict[Key, int]:
    """The totals of the grants' own accounts, by the grants."""
    totals: dict[Key, int] = {}
    for (grant,), row in found.items():
        totals[f"grant:{grant}", Unit.EPSILON.value] = row["epsilon"]
        totals[f"grant:{grant}", Unit.QUERIES.value] = row["max_queries"]
    return totals


def _differing(table: str, key: Key, said: str) -> IntegrityError:
    """What to say of a row; its key names it, and nothing of what is in it is told."""
    return IntegrityError(f"{table} {', '.join(key)}: {said}", hint=HINT)
