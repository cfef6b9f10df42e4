"""Relation to SQL, written anew: an engine never sees a consumer's text.

The rows that qualify are reduced to one line for each group and privacy unit, then to one for each
group. On the way, where noise protects, a unit's values are clipped and its groups and rows
bounded; where exact answers are shown, the two largest units of each value are kept.
"""

from decimal import Decimal

from sqlglot import exp

from clean_room.expressions import ColumnValue, walk
from clean_room.relation import Contribution, Function, Measure, Relation
from data_products.contract import Bounds

UNIT = "u"

RANK = "nth"


def regenerate(relation: Relation) -> exp.Select:
    """The SQL that computes the relation's aggregates.

    Columns of its result, by name: every key; `units`; and for each other measure `m` its value `m`
    with, where contributions are weighed, the number of units that add to it (`m_units`), the sum
    of what they add in absolute terms (`m_weight`) and the two largest of these (`m_top`); of a
    count of values the same for the rows without one (`m_lacking_units` and so on).
    """
    groups = _groups(relation)
    return (
        groups.with_("rows", as_=_rows(relation))
        .with_("contributions", as_=_contributions(relation))
        .with_("bounded", as_=_bounded(relation))
    )


def _named(expression: exp.Expr, name: str) -> exp.Expr:
    """The expression under a quoted alias."""
    return exp.alias_(expression, name, quoted=True)


def _col(name: str) -> exp.Expr:
    """A column of ours."""
    return exp.column(name, quoted=True)


def _number(value: int) -> exp.Expr:
    """A whole number."""
    return exp.Literal.number(value)


def _rows(relation: Relation) -> exp.Select:
    """The rows that qualify: keys, unit and each measure's argument.

    A row of no unit is nobody's to protect, or anybody's: it is left out.
    """
    product = relation.product
    select = exp.select(
        *(_named(key.expression.sql(), key.name) for key in relation.keys),
        _named(_col(product.contract.unit.column), UNIT),
        *(_named(_argument(measure), measure.name) for measure in _with_argument(relation)),
    ).from_(exp.table_(product.id, quoted=True))
    if relation.where is not None:
        select = select.where(relation.where.sql())
    return select.where(_present(_col(product.contract.unit.column)))


def _with_argument(relation: Relation) -> list[Measure]:
    """The measures that are over a value of each row."""
    return [measure for measure in relation.measures if measure.argument is not None]


def _argument(measure: Measure) -> exp.Expr:
    """A measure's argument, clipped where it has bounds."""
    assert measure.argument is not None  # noqa: S101 - asked for with arguments only
    value = measure.argument.sql()
    if measure.low is None or measure.high is None:
        return value
    return _clip(value, _scaled(measure.low, measure), _scaled(measure.high, measure))


def _scaled(units: int, measure: Measure) -> exp.Expr:
    """A number of units of a measure's last digit, as a literal."""
    return exp.Literal.number(format(Decimal(units).scaleb(-measure.scale), "f"))


def _clip(value: exp.Expr, low: exp.Expr, high: exp.Expr) -> exp.Expr:
    """The value, or the bound that it is beyond; NULL stays NULL, which LEAST alone would lose."""
    clipped = exp.Least(
        this=exp.Greatest(this=value.copy(), expressions=[low], ignore_nulls=True),
        expressions=[high],
        ignore_nulls=True,
    )
    return exp.Case(ifs=[exp.If(this=_present(value), true=clipped)])


def _least(value: exp.Expr, most: int) -> exp.Expr:
    """The value, or the most that it may be."""
    return exp.Least(this=value, expressions=[_number(most)], ignore_nulls=True)


def _present(value: exp.Expr) -> exp.Expr:
    """IS NOT NULL."""
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.null()))


def _contributions(relation: Relation) -> exp.Select:
    """What each unit adds to each group."""
    parts = [_named(_col(key.name), key.name) for key in relation.keys]
    parts.append(_named(_col(UNIT), UNIT))
    for measure in relation.measures:
        parts.extend(_contribution(measure, relation))
    return exp.select(*parts).from_("rows").group_by(*_by(relation), _col(UNIT))


def _by(relation: Relation) -> list[exp.Expr]:
    """The keys as columns to group by."""
    return [_col(key.name) for key in relation.keys]


def _contribution(measure: Measure, relation: Relation) -> list[exp.Expr]:
    """What one unit adds to a measure, and how many rows a count of values leaves out."""
    if measure.function is Function.UNITS:
        return []
    name, bound = measure.name, relation.contribution
    counted = exp.Star() if measure.argument is None else _col(name)
    if measure.function is Function.COUNT:
        count: exp.Expr = exp.Count(this=counted)
        if bound is not None:
            return [_named(_least(count, bound.rows), name)]
        lacking = exp.Sub(this=exp.Count(this=exp.Star()), expression=count.copy())
        parts = [_named(count, name), _named(lacking, f"{name}_lacking")]
        return parts if measure.argument is not None else parts[:1]
    total: exp.Expr = exp.Sum(this=_col(name))
    if bound is not None:
        return [_named(_bounded_sum(measure, bound), name)]
    return [_named(total, name)]


def _bounded_sum(measure: Measure, bound: Contribution) -> exp.Expr:
    """A unit's sum, as of no more rows than it is allowed; nothing counts as zero.

    More rows are thinned to their mean times the allowed number, which is what their count is
    capped at too: a sum over a count then stays an average.
    """
    low = min(0, (measure.low or 0) * bound.rows)
    high = max(0, (measure.high or 0) * bound.rows)
    total, count = exp.Sum(this=_col(measure.name)), exp.Count(this=_col(measure.name))
    mean = exp.Div(this=total.copy(), expression=count)
    thinned = _decimal(exp.Mul(this=mean, expression=_number(bound.rows)), measure)
    many = exp.GT(this=count.copy(), expression=_number(bound.rows))
    chosen = exp.Case(ifs=[exp.If(this=many, true=thinned)], default=_decimal(total, measure))
    zero = exp.Coalesce(this=chosen, expressions=[_number(0)])
    return _clip(zero, _scaled(low, measure), _scaled(high, measure))


def _decimal(value: exp.Expr, measure: Measure) -> exp.Expr:
    """The value as a number of the measure's digits."""
    return exp.cast(value, f"DECIMAL(38, {measure.scale})")


def _bounded(relation: Relation) -> exp.Select:
    """The contributions, of each unit only as many groups as it may fill.

    Which ones is decided by a hash of unit and keys: the same on every engine and every day, and
    not by what is in them.
    """
    bound = relation.contribution
    if bound is None or not relation.keys:
        return exp.select("*").from_("contributions")
    texts = [exp.cast(_col(name), "text") for name in (UNIT, *(key.name for key in relation.keys))]
    order = exp.MD5(this=exp.ConcatWs(expressions=[exp.Literal.string("|"), *texts], safe=True))
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[_col(UNIT)],
        order=exp.Order(expressions=[exp.Ordered(this=order)]),
    )
    ranked = exp.select("*", _named(rank, RANK)).from_("contributions")
    allowed = exp.LTE(this=_col(RANK), expression=_number(bound.groups))
    return exp.select("*").from_(ranked.subquery("ranked")).where(allowed)


def _groups(relation: Relation) -> exp.Select:
    """One line for each group."""
    parts = [_named(_col(key.name), key.name) for key in relation.keys]
    for measure in relation.measures:
        parts.extend(_group(measure, weighed=relation.weighed))
    select = exp.select(*parts).from_("bounded")
    if relation.min_units:
        enough = exp.GTE(this=exp.Count(this=_col(UNIT)), expression=_number(relation.min_units))
        select = select.having(enough)
    return select.group_by(*_by(relation)) if relation.keys else select


def _group(measure: Measure, *, weighed: bool) -> list[exp.Expr]:
    """A group's value of a measure, and what the dominance rules need to know of it."""
    name = measure.name
    if measure.function is Function.UNITS:
        return [_named(exp.Count(this=_col(UNIT)), name)]
    parts = [_named(exp.Sum(this=_col(name)), name)]
    if not weighed:
        return parts
    amount = measure.function is Function.SUM and not _is_flag(measure)
    parts += _make_up(name, _present(_col(name)) if amount else _counted(name))
    lacking = f"{name}_lacking"
    values = measure.function is Function.COUNT and measure.argument is not None
    return parts + (_make_up(lacking, _counted(lacking)) if values else [])


def _is_flag(measure: Measure) -> bool:
    """Whether a sum is of ones and zeros: a count of those that have a one."""
    parts = [] if measure.argument is None else walk(measure.argument)
    columns = [part.column for part in parts if isinstance(part, ColumnValue)]
    return all(column.bounds == Bounds(0, 1) for column in columns)


def _counted(name: str) -> exp.Expr:
    """Whether a unit is among those that a count counts."""
    return exp.NEQ(this=_col(name), expression=_number(0))


def _make_up(name: str, adds: exp.Expr) -> list[exp.Expr]:
    """Of what a value is made: the units that add to it, and what they add in absolute terms."""
    weight = exp.Abs(this=_col(name))
    units = exp.Count(this=exp.Case(ifs=[exp.If(this=adds, true=_col(UNIT))]))
    return [
        _named(units, f"{name}_units"),
        _named(exp.Sum(this=weight), f"{name}_weight"),
        _named(exp.Max(this=weight.copy(), expressions=[_number(2)]), f"{name}_top"),
    ]
