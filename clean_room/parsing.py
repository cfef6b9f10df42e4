"""Text to Statement: one SELECT, within the grammar, and nothing else.

1. Text over the caps of the grammar is refused before anything reads it.
2. sqlglot reads it as DuckDB's SQL; what it cannot read is refused.
3. Every node of the tree and every clause must be listed in the grammar.
The text goes no further than this module: engines get SQL that is written anew from the plan.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from clean_room import grammar
from data_products.errors import GrammarError, QueryTooLargeError

DIALECT = "duckdb"

UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ud800-\\udfff]")

OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})


@dataclass(frozen=True)
class Statement:
    """A consumer's SELECT that is within the grammar; its names are not yet looked up.

    `tables` are product names, `owner.name`, with `-` for `_` in the owner.
    """

    select: exp.Select
    tables: tuple[str, ...]
    alias: str


def parse(sql: str) -> Statement:
    """The statement that the text holds.

    Raises:
        QueryTooLargeError: the text is over a cap.
        GrammarError: it is not one SELECT within the grammar; the message says what is where.
    """
    _check_size(sql)
    select = _read(sql)
    _check_nodes(select)
    table = _table(select)
    owner = table.db.lower().replace("_", "-")
    return Statement(select, (f"{owner}.{table.name.lower()}",), table.alias_or_name.lower())


def _check_size(sql: str) -> None:
    """Refuses text that would be costly to read, before anything that recurses sees it."""
    size = len(sql.encode("utf-8", "surrogatepass"))
    if size > grammar.MAX_BYTES:
        raise QueryTooLargeError(
            f"the query has {size} bytes; at most {grammar.MAX_BYTES} are read",
            hint="ask for less in one query",
        )
    tokens = _tokens(sql)
    if len(tokens) > grammar.MAX_TOKENS or _depth(tokens) > grammar.MAX_DEPTH:
        raise _too_deep()


def _too_deep() -> QueryTooLargeError:
    """The error of a text with too many words, or words too deep in one another."""
    return QueryTooLargeError(
        f"the query has more than {grammar.MAX_TOKENS} tokens or {grammar.MAX_DEPTH} levels",
        hint="use shorter lists and fewer brackets",
    )


def _tokens(sql: str) -> list[Token]:
    """The text's tokens; a text that is not printable Unicode has none."""
    if UNPRINTABLE.search(sql):
        raise GrammarError("the query holds a control character", hint="send plain text")
    try:
        return sqlglot.tokenize(sql, read=DIALECT)
    except SqlglotError:
        raise GrammarError(
            "the query cannot be split into words", hint="look for an unclosed quote"
        ) from None


def _depth(tokens: list[Token]) -> int:
    """How deep the text's brackets nest at most."""
    steps = ((t.token_type in OPENING) - (t.token_type in CLOSING) for t in tokens)
    return max(accumulate(steps), default=0)


def _read(sql: str) -> exp.Select:
    """The tree of the one SELECT in the text."""
    try:
        found = [tree for tree in sqlglot.parse(sql, read=DIALECT) if tree is not None]
    except SqlglotError as error:
        raise GrammarError(
            _reading_problem(error), hint="write one SELECT in DuckDB's SQL"
        ) from None
    except RecursionError:
        raise _too_deep() from None
    if len(found) != 1 or not isinstance(found[0], exp.Select):
        raise GrammarError(
            f"{len(found)} statement(s), the first a {_name(found[0]) if found else 'blank'}; "
            "exactly one SELECT is answered",
            hint="send one SELECT with aggregates",
        )
    return found[0]


def _reading_problem(error: Exception) -> str:
    """Where sqlglot lost the thread, without its own words."""
    details = getattr(error, "errors", None) or [{}]
    line, column = details[0].get("line"), details[0].get("col")
    place = f" at line {line}, column {column}" if line else ""
    return f"the query cannot be read{place}"


def _check_nodes(select: exp.Select) -> None:
    """Refuses the first node or clause that the grammar does not list."""
    for node, depth in _descend(select):
        if depth > grammar.MAX_DEPTH:
            raise _too_deep()
        if type(node) not in grammar.NODES:
            raise GrammarError(
                f"{_name(node)}{position(node)} is not answered",
                hint="docs/reference/sql.md lists what is",
            )
    for clause, value in select.args.items():
        if value and clause not in grammar.CLAUSES:
            raise GrammarError(
                f"the clause {clause.strip('_').upper()} is not answered",
                hint="docs/reference/sql.md lists what is",
            )


def _descend(root: exp.Expr) -> Iterator[tuple[exp.Expr, int]]:
    """Every node with its depth; a chain of one connective counts as one level, as it reads."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        for child in node.iter_expressions():
            same = type(child) is type(node) and isinstance(child, exp.Connector)
            waiting.append((child, depth + (not same)))


def _table(select: exp.Select) -> exp.Table:
    """The one table that is read, as `owner.product`."""
    tables = list(select.find_all(exp.Table))
    if len(tables) != 1 or not tables[0].db or tables[0].catalog:
        raise GrammarError(
            f"{len(tables)} table(s); exactly one product, written owner.product, is answered",
            hint='for example FROM customs_be.import_declarations; "-" in an owner is written "_"',
        )
    parts = {key for key, value in tables[0].args.items() if value}
    if not parts <= {"this", "db", "alias"} or tables[0].alias_column_names:
        raise GrammarError(
            "the product has more than a name and an alias",
            hint="write FROM owner.product, or FROM owner.product AS p",
        )
    return tables[0]


def _name(node: exp.Expr) -> str:
    """What a consumer calls the node: a function by its name, anything else by its kind."""
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name.upper()[:40]}"
    return type(node).__name__.upper()


def position(node: exp.Expr) -> str:
    """Where in the text the node begins, if sqlglot knows: ` at line 1, column 8`, or nothing."""
    for part in node.walk():
        if "line" in part.meta:
            return f" at line {part.meta['line']}, column {part.meta['col']}"
    return ""
