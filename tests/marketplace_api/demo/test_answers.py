"""Exact answers of the demo world equal the oracle's, cell by cell."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pytest
from oracle import Rules, answer, dominated, labelled, ratio

from data_products.parties import ProductId, Role
from data_products.query import Query
from marketplace_api.demo.questions import QUESTIONS
from marketplace_api.demo.space import participant

SCALES = {"item_value": 2, "net_mass_kg": 1, "uplift_value": 2}


@dataclass(frozen=True)
class Case:
    """A question, its keys and measures in the data, and where each is in the answer."""

    question: str
    keys: tuple[str, str]
    sums: tuple[str, ...]
    places: tuple[int, ...]


CASES = (
    Case("Q7", ("hs2", "month"), ("item_value", "net_mass_kg"), (2, 3)),
    Case("Q11", ("origin", "quarter"), ("critical_fraud", "rows"), (2, 3)),
)
RATIOS = (
    Case("Q8", ("origin", "process_type"), ("fraud",), (2, 3)),
    Case("Q10", ("hs2", "reason_code"), ("delay_h",), (3, 2)),
)


def named(case):
    """The question of a case."""
    return next(question for question in QUESTIONS if question.id == case.question)


def told(built, case):
    """The release that the question's asker gets."""
    question = named(case)
    asker = question.agreement.consumer
    query = Query(asker, question.agreement.purpose, question.sql)
    key = f"oracle-{question.id}"
    return built.marketplace.answer(query, participant(asker, Role.CONSUMER), key).release


def known(built, case):
    """What the oracle says of the same question, over the world's own rows."""
    product = named(case).agreement.product
    rows = built.space.world.sources[ProductId(product)].chunk(0).to_pandas()
    days = pd.to_datetime(rows["date"])
    frame = rows.assign(
        unit=rows["importer_id"],
        month=days.dt.to_period("M").dt.start_time.dt.date.astype(str),
        quarter=days.dt.to_period("Q").dt.start_time.dt.date.astype(str),
    )
    measures = [name for name in case.sums if name != "rows"]
    for name in measures:
        scale = SCALES.get(name, 0)
        frame[name] = [int(Decimal(value).scaleb(scale)) for value in rows[name]]
    return labelled(answer(frame, case.keys, measures, Rules()))


def whole(value, name):
    """A released value as a whole number of its last digit; None where it is withheld."""
    return None if value is None else int(Decimal(str(value)).scaleb(SCALES.get(name, 0)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.question)
def test_sums_equal_oracle(case, built):
    found = {
        tuple(row[:2]): [whole(row[p], n) for n, p in zip(case.sums, case.places, strict=True)]
        for row in told(built, case)["rows"]
    }

    assert found == {
        group: [cells[name].value if cells[name].shown else None for name in case.sums]
        for group, cells in known(built, case).items()
    }


@pytest.mark.parametrize("case", RATIOS, ids=lambda case: case.question)
def test_ratios_equal_oracle(case, built):
    (name,), (place, counted) = case.sums, case.places
    found = {tuple(row[:2]): (row[place], row[counted]) for row in told(built, case)["rows"]}
    expected = {
        group: (ratio(cells[name], cells["rows"]), cells["rows"].value)
        for group, cells in known(built, case).items()
    }

    assert found.keys() == expected.keys()
    assert all(found[group] == pytest.approx(expected[group]) for group in expected)


@pytest.mark.parametrize("case", [*CASES, *RATIOS], ids=lambda case: case.question)
def test_withheld_values_are_counted(case, built):
    values = known(built, case)

    assert told(built, case)["withheld"]["dominated"] == sum(
        dominated(values, name) for name in case.sums
    )


def test_demo_withholds_something(built):
    assert dominated(known(built, CASES[0]), "item_value") > 0
