"""Runs `<rule>.sql`: what each rule makes of a query, or which it refuses and what passes instead.

A case is a paragraph: comments, then two statements. `-- mode: dp`, `-- step: day` (of the column
`date`) and `-- min_units: 25` change contract and grant; the rest of the comments is the claim.

For a rule that refuses, `-- refused: CODE` is on the first statement, and the second passes. For
a rule that rewrites, the second is what an engine reads after that rule alone.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlglot
from harbour import COLUMNS, declarations, permit, plan, query, relation, stepped, visits

from clean_room.regeneration import regenerate
from clean_room.relation import Relation
from clean_room.rewrite import RULES
from data_products.contract import ColumnType, Mode
from data_products.errors import QueryRejectedError
from data_products.product import DataProduct
from data_products.time_grid import Step

SETTING = re.compile("(mode|min_units|step|refused): (.*)")
FOLDER = Path(__file__).parent
NAMED = {rule.__name__: rule for rule in RULES}
REFUSING = ("check_uses", "check_filters", "check_limits")


@dataclass(frozen=True)
class Case:
    """A rule's example."""

    rule: str
    claim: str
    settings: dict[str, str]
    before: str
    after: str

    @property
    def product(self) -> DataProduct:
        """The product that is asked, in the case's mode."""
        mode = Mode(self.settings.get("mode", "exact"))
        if "gate_visits" in self.before:
            return visits(mode)
        step = Step(self.settings.get("step", "month"))
        dated = {"date": stepped("date", ColumnType.DATE, step)}
        return declarations(mode, [dated.get(column.name, column) for column in COLUMNS])

    def apply(self, found: Relation) -> Relation:
        """What the rule makes of a relation; raises what the rule raises."""
        units = int(self.settings.get("min_units", "0"))
        return NAMED[self.rule](found, permit(query(self.before), self.product, units))

    def applied(self) -> Relation:
        """What the rule makes of the query before it."""
        return self.apply(relation(self.before, self.product))


def read(path: Path) -> list[Case]:
    """The cases of a file."""
    return [_case(path.stem, part) for part in path.read_text("utf-8").strip().split("\n\n")]


def _case(rule: str, paragraph: str) -> Case:
    """The case of a paragraph."""
    lines = paragraph.splitlines()
    comments = [line.removeprefix("-- ") for line in lines if line.startswith("--")]
    statements = "\n".join(line for line in lines if not line.startswith("--"))
    settings = dict(SETTING.fullmatch(line).groups() for line in comments if SETTING.match(line))
    before, after, rest = statements.split(";")
    assert not rest.strip(), f"more than two statements in {rule}: {comments}"
    claim = " ".join(line for line in comments if not SETTING.match(line))
    return Case(rule, claim, settings, before.strip(), after.strip())


FILES = sorted(FOLDER.glob("*.sql"))
CASES = [case for path in FILES for case in read(path)]


def cases(*, refusing: bool) -> pytest.MarkDecorator:
    """Parametrizes a test by the cases of the rules that refuse, or of those that rewrite."""
    chosen = [case for case in CASES if (case.rule in REFUSING) is refusing]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: f"{case.rule}: {case.claim}")


def test_rules_and_files_agree():
    assert [path.stem for path in FILES] == sorted(NAMED)


def test_rules_that_refuse_come_first():
    assert tuple(rule.__name__ for rule in RULES[: len(REFUSING)]) == REFUSING


def test_every_case_has_a_claim():
    assert all(case.claim.endswith(".") for case in CASES)


@cases(refusing=True)
def test_rule_refuses(case):
    with pytest.raises(QueryRejectedError) as refusal:
        case.applied()
    assert refusal.value.code == case.settings["refused"]


@cases(refusing=True)
def test_other_query_passes(case):
    assert plan(case.after, case.product).relation.measures


@cases(refusing=True)
def test_refusal_says_what_next(case):
    with pytest.raises(QueryRejectedError) as refusal:
        case.applied()
    assert refusal.value.hint


@cases(refusing=False)
def test_rule_rewrites(case):
    found = regenerate(case.applied()).sql(dialect="duckdb", pretty=True)
    expected = sqlglot.parse_one(case.after, read="duckdb").sql(dialect="duckdb", pretty=True)
    assert found == expected


@cases(refusing=False)
def test_rule_twice_is_once(case):
    once = case.applied()
    assert case.apply(once) == once
