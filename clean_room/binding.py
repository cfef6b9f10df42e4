"""Statement to Relation: every name becomes a contract's column, every function one of ours.

1. GROUP BY becomes keys, WHERE a predicate, both over the contract's columns.
2. SELECT, HAVING and ORDER BY are bound over keys and aggregates; each aggregate that is met
   becomes a measure, once.
3. What asks for rows is refused: no aggregate, a star, or a column that is not a key.
"""

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp

from clean_room.expressions import Expression
from clean_room.parsing import Statement, position, whole
from clean_room.relation import Key, Ordering, Output, Presentation, Relation
from clean_room.released_scope import ReleasedScope
from clean_room.row_scope import RowScope
from data_products.errors import BindingError, GrammarError, LimitError, RawRowsError
from data_products.product import DataProduct

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

MAX_OUTPUTS = 20
MAX_LIMIT = 10_000


def bind(statement: Statement, products: Sequence[DataProduct]) -> Relation:
    """The relation that the statement asks for.

    Raises:
        BindingError: a name is not the product's, not in its contract, or not for queries.
        RawRowsError: the statement asks for rows.
        GrammarError: something is said where it has no meaning.
        LimitError: more output columns than are answered.
    """
    (product,) = products
    if statement.tables != (product.id,):
        raise BindingError(
            f"the query is over {statement.tables[0][:90]!r}, expected {product.id}",
            hint="ask for the product by its own name",
        )
    select = statement.select
    rows = RowScope(product.contract, statement.alias)
    _refuse_rows(select)
    keys = tuple(Key(f"k{i}", expression) for i, expression in enumerate(_groups(select, rows)))
    released = ReleasedScope(keys, rows)
    outputs = _outputs(select, released)
    presentation = Presentation(
        outputs,
        having=_having(select, released),
        ordering=_ordering(select, released),
        limit=_limit(select),
    )
    where = select.args.get("where")
    return Relation(
        product,
        keys,
        released.measures,
        presentation,
        where=rows.predicate(where.this) if where else None,
    )


def _refuse_rows(select: exp.Select) -> None:
    """Refuses a SELECT that asks for no aggregate, or for every column."""
    starred = any(e.is_star for e in select.expressions)
    if starred or not any(e.find(exp.AggFunc) for e in select.expressions):
        raise RawRowsError(
            "the query asks for rows; only aggregates over many privacy units leave",
            hint="use COUNT, SUM or AVG, by dimensions if you like",
        )


def _groups(select: exp.Select, rows: RowScope) -> Iterator[Expression]:
    """The expressions of GROUP BY: each once, in the order written."""
    seen: set[str] = set()
    for node in meant_groups(select, rows):
        expression = rows.bind(node)
        text = expression.sql().sql("duckdb")
        if text not in seen:
            seen.add(text)
            yield expression


def meant_groups(select: exp.Select, rows: RowScope) -> Iterator[exp.Expr]:
    """What the items of GROUP BY stand for."""
    group = select.args.get("group")
    if group is not None and group.args.get("all") and not group.expressions:
        yield from _every_group(select)
    for node in group.expressions if group else []:
        yield _meant(node, select, rows)


def _every_group(select: exp.Select) -> Iterator[exp.Expr]:
    """What GROUP BY ALL stands for: every output with a column and without an aggregate."""
    for output in select.expressions:
        if output.find(exp.Column) and not output.find(exp.AggFunc):
            yield output.unalias()


def _meant(node: exp.Expr, select: exp.Select, rows: RowScope) -> exp.Expr:
    """What a GROUP BY item stands for: an output by its number or alias, or itself."""
    if isinstance(node, exp.Literal) and not node.args["is_string"]:
        return _numbered(node, select)
    if isinstance(node, exp.Column) and not node.table and not rows.knows(node):
        named: Iterator[exp.Expr] = (
            e.unalias() for e in select.expressions if e.alias.lower() == node.name.lower()
        )
        return next(named, node)
    return node


def _numbered(node: exp.Expr, select: exp.Select) -> exp.Expr:
    """The output of that number, counted from one."""
    number = whole(node)
    if number is None or not 1 <= number <= len(select.expressions):
        raise GrammarError(
            f"there is no output number {node.name[:20]}{position(node)}",
            hint=f"outputs are numbered 1 to {len(select.expressions)}",
        )
    output: exp.Expr = select.expressions[number - 1]
    return output.unalias()


def _outputs(select: exp.Select, released: ReleasedScope) -> tuple[Output, ...]:
    """The answer's columns, each under a plain name."""
    if len(select.expressions) > MAX_OUTPUTS:
        raise LimitError(
            f"{len(select.expressions)} output columns; at most {MAX_OUTPUTS} are answered",
            hint="ask for fewer in one query",
        )
    outputs: list[Output] = []
    for node in select.expressions:
        expression = released.bind(node.unalias())
        taken = {output.name for output in outputs}
        outputs.append(Output(_output_name(node, taken), expression))
    released.aliases = {output.name: output.expression for output in outputs}
    return tuple(outputs)


def _output_name(node: exp.Expr, taken: set[str]) -> str:
    """The alias, or a name made from the expression, that no other output has."""
    if node.alias:
        name = node.alias.lower()
        if not NAME.fullmatch(name) or name in taken:
            raise GrammarError(
                "an alias is used twice or is not a plain name",
                hint="use a letter, then letters, digits and _, at most 40 in all",
            )
        return name
    written = node.name if isinstance(node, exp.Column) else node.sql()
    made = re.sub(r"[^a-z0-9]+", "_", written.lower()).strip("_")[:30]
    base = made if NAME.fullmatch(made) else f"column_{made}"[:36].rstrip("_")
    numbered = (base if n == 1 else f"{base}_{n}" for n in range(1, MAX_OUTPUTS + 2))
    return next(name for name in numbered if name not in taken)


def _having(select: exp.Select, released: ReleasedScope) -> Expression | None:
    """HAVING, over released values."""
    having = select.args.get("having")
    return released.predicate(having.this) if having else None


def _ordering(select: exp.Select, released: ReleasedScope) -> tuple[Ordering, ...]:
    """ORDER BY, over released values; a number or an alias stands for an output first."""
    order = select.args.get("order")
    found = []
    for item in order.expressions if order else []:
        node = _numbered(item.this, select) if isinstance(item.this, exp.Literal) else item.this
        # SQL looks among the outputs first here, in GROUP BY and HAVING among the columns.
        expression = released.output(node) or released.bind(node)
        found.append(Ordering(expression, bool(item.args.get("desc"))))
    return tuple(found)


def _limit(select: exp.Select) -> int | None:
    """LIMIT, a whole number."""
    limit = select.args.get("limit")
    if limit is None:
        return None
    rows = whole(limit.expression)
    if rows is None or rows > MAX_LIMIT:
        raise GrammarError(
            f"LIMIT{position(limit)} is not a whole number up to {MAX_LIMIT}", hint="LIMIT 100"
        )
    return rows
