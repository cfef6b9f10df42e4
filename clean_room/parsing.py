"""Text to Statement: one SELECT, within the grammar, and nothing else.

1. Text over the caps of the grammar is refused before anything reads it.
2. So are words that are not ASCII, and brackets after words that the grammar does not list.
3. sqlglot reads it as DuckDB's SQL; what it cannot read is refused.
4. Every node of the tree, and every part of a node, must be listed in the grammar.
The text goes no further than this module: engines get SQL that is written anew from the plan.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from clean_room import grammar
from data_products.errors import GrammarError, QueryTooLargeError

DIALECT = "duckdb"

UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ud800-\\udfff]")

WHOLE = re.compile("[0-9]{1,9}")

OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})

NAMING = frozenset(string.ascii_uppercase + string.digits + "_")
"""What a word or a number begins with, in upper case."""


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

    >>> parse("SELECT COUNT(*) FROM customs_be.import_declarations").tables
    ('customs-be.import_declarations',)
    """
    tokens = _tokens(sql)
    select = _read(sql, tokens)
    _check_nodes(select)
    _check_texts(tokens, select)
    table = _table(select)
    owner = table.db.lower().replace("_", "-")
    return Statement(select, (f"{owner}.{table.name.lower()}",), table.alias_or_name.lower())


def _tokens(sql: str) -> list[Token]:
    """The text's tokens; refuses text that would be costly to read, before anything recurses."""
    size = len(sql.encode("utf-8", "surrogatepass"))
    if size > grammar.MAX_BYTES:
        raise QueryTooLargeError(
            f"the query has {size} bytes; at most {grammar.MAX_BYTES} are read",
            hint="ask for less in one query",
        )
    tokens = _one_statement(_split(sql))
    if len(tokens) > grammar.MAX_TOKENS or _depth(tokens) > grammar.MAX_BRACKETS:
        raise _too_deep()
    for token in tokens:
        # Some letters fold to ASCII ones: a Kelvin sign is a small k, a long s a capital S.
        if token.token_type is not TokenType.STRING and not token.text.isascii():
            raise _unread(token, "a word that is not ASCII")
    for opener, token in pairwise(tokens):
        _check_bracket(opener, token)
    return tokens


def _too_deep() -> QueryTooLargeError:
    """The error of a text with too many words, or words too deep in one another."""
    return QueryTooLargeError(
        f"the query has more than {grammar.MAX_TOKENS} tokens, {grammar.MAX_NODES} names and "
        f"operators, {grammar.MAX_BRACKETS} levels of brackets or {grammar.MAX_DEPTH} of operators",
        hint="use IN with a list for many conditions, and fewer brackets",
    )


def _split(sql: str) -> list[Token]:
    """The tokens as sqlglot splits the text; a text that is not printable Unicode has none."""
    if UNPRINTABLE.search(sql):
        raise GrammarError("the query holds a control character", hint="send plain text")
    try:
        return sqlglot.tokenize(sql, read=DIALECT)
    except SqlglotError:
        raise GrammarError(
            "the query cannot be split into words", hint="look for an unclosed quote"
        ) from None


def _one_statement(tokens: list[Token]) -> list[Token]:
    """The tokens of a text that is one SELECT, by its first word, without a last semicolon.

    What sqlglot does not know it would take for a command, and write into a log.
    """
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens = tokens[:-1]
    several = any(token.token_type is TokenType.SEMICOLON for token in tokens)
    if several or not tokens or tokens[0].token_type is not TokenType.SELECT:
        found = tokens[0].text.upper()[:40] if tokens else "nothing"
        raise GrammarError(
            f"{'several statements' if several else found}; exactly one SELECT is answered",
            hint="send one SELECT with aggregates",
        )
    return tokens


def _depth(tokens: list[Token]) -> int:
    """How deep the text's brackets nest at most."""
    steps = ((t.token_type in OPENING) - (t.token_type in CLOSING) for t in tokens)
    return max(accumulate(steps), default=0)


def _check_bracket(opener: Token, token: Token) -> None:
    """Refuses a bracket that follows a word which may not open one, or is not round."""
    # "GROUP BY" comes as one token.
    if token.token_type in OPENING - {TokenType.L_PAREN}:
        raise _unread(token, token.text)
    word = opener.text.upper().rpartition(" ")[2]
    named = opener.token_type is not TokenType.STRING and word[:1] in NAMING
    if token.token_type is TokenType.L_PAREN and named and word not in grammar.OPENERS:
        raise _unread(opener, f"{word[:40]}(…)")


def _unread(token: Token, what: str) -> GrammarError:
    """The error of a word that the grammar has no place for."""
    return GrammarError(
        f"{what} at line {token.line}, column {token.col} is not answered",
        hint="docs/reference/sql.md lists what is",
    )


def _read(sql: str, tokens: list[Token]) -> exp.Select:
    """The tree of the one SELECT in the text."""
    try:
        (tree,) = sqlglot.Dialect.get_or_raise(DIALECT).parser().parse(tokens, sql)
    except SqlglotError as error:
        raise GrammarError(
            _reading_problem(error), hint="write one SELECT in DuckDB's SQL"
        ) from None
    except RecursionError:
        raise _too_deep() from None
    if not isinstance(tree, exp.Select):
        raise GrammarError(
            f"{_name(tree) if tree else 'nothing'}; exactly one SELECT is answered",
            hint="send one SELECT with aggregates",
        )
    return tree


def _reading_problem(error: Exception) -> str:
    """Where sqlglot lost the thread, without its own words."""
    details = getattr(error, "errors", None) or [{}]
    line, column = details[0].get("line"), details[0].get("col")
    place = f" at line {line}, column {column}" if line else ""
    return f"the query cannot be read{place}"


def _check_nodes(select: exp.Select) -> None:
    """Refuses the first node, or part of one, that the grammar does not list."""
    nodes = 0
    for node, depth in _descend(select):
        nodes += not isinstance(node, exp.Literal)
        if depth > grammar.MAX_DEPTH or nodes > grammar.MAX_NODES:
            raise _too_deep()
        strange = _strange(node)
        if strange:
            raise GrammarError(
                f"{strange}{position(node)} is not answered",
                hint="docs/reference/sql.md lists what is",
            )
        # A comment would become part of the names that are made from expressions.
        node.comments = None


def _strange(node: exp.Expr) -> str:
    """What the grammar does not list: the node, or the first of its parts; else nothing."""
    known = grammar.NODES.get(type(node))
    if known is None:
        return _name(node)
    parts = sorted(name for name, value in node.args.items() if value)
    return next((part.strip("_").upper() for part in parts if part not in known.split()), "")


def _check_texts(tokens: list[Token], select: exp.Select) -> None:
    """Refuses a text in quotes that sqlglot read over, such as a third argument of DATE_TRUNC."""
    written = Counter(t.text.upper() for t in tokens if t.token_type is TokenType.STRING)
    kept = select.find_all(exp.Literal, exp.Var, exp.Identifier)
    if written - Counter(node.name.upper() for node in kept):
        raise GrammarError(
            "a text in quotes stands where it has no meaning",
            hint="DATE_TRUNC has two arguments; times are UTC",
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
    if len(tables) != 1 or not tables[0].db:
        raise GrammarError(
            f"{len(tables)} table(s); exactly one product, written owner.product, is answered",
            hint='for example FROM customs_be.import_declarations; "-" in an owner is written "_"',
        )
    return tables[0]


def _name(node: exp.Expr) -> str:
    """What kind of node it is."""
    return type(node).__name__.upper()


def position(node: exp.Expr) -> str:
    """Where in the text the node begins, if sqlglot knows: ` at line 1, column 8`, or nothing."""
    for part in node.walk():
        if "line" in part.meta:
            return f" at line {part.meta['line']}, column {part.meta['col']}"
    return ""


def whole(node: exp.Expr | None) -> int | None:
    """The whole number that the node is, if it is one that is written in few plain digits.

    >>> whole(exp.Literal.number(12)), whole(exp.Literal.string("12"))
    (12, None)
    """
    literal = isinstance(node, exp.Literal) and not node.args["is_string"]
    return int(node.name) if literal and node is not None and WHOLE.fullmatch(node.name) else None
