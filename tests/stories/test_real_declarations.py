"""A customs authority publishes 54,000 real-shaped declarations, and two consumers ask of them.

The declarations are not in this repository. Where they are not beside it either, and
ENTREPOT_SHARED_DATA does not say where they are, these tests are skipped.
"""

import os
from decimal import Decimal
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pandas as pd
import pytest
from oracle import Rules, answer, dominated, labelled, ratio

import entrepot
from marketplace_api.demo.declarations_kr import FILES
from marketplace_api.demo.questions import REAL_QUESTIONS
from marketplace_api.demo.serve import free_port, prepare
from marketplace_api.demo.space import Space

BESIDE = Path(__file__).parents[3] / "shared" / "data"
SHARED = os.environ.get("ENTREPOT_SHARED_DATA", BESIDE)  # noqa: TID251 - no setting of the service
FOLDER = Path(SHARED) / "customs_kr"
PATIENCE = 60
IMPORTS, FRAUD = REAL_QUESTIONS

pytestmark = pytest.mark.skipif(
    not all((FOLDER / name).is_file() for name in FILES),
    reason=f"no declarations at {FOLDER}; ENTREPOT_SHARED_DATA may name the folder above it",
)


@pytest.fixture(scope="module")
def declared():
    """The declarations as pandas reads them, amounts in whole cents and tenths."""
    files = [
        pd.read_csv(FOLDER / name, dtype={"HS6 Code": str}, keep_default_na=False) for name in FILES
    ]
    found = pd.concat(files)
    return pd.DataFrame(
        {
            "unit": found["Importer ID"],
            "hs2": found["HS6 Code"].str.zfill(6).str[:2],
            "month": found["Date"].str[:7] + "-01",
            "origin": found["Country of Origin"],
            "process_type": found["Process Type"],
            "cents": (found["Item Price"] * 100).round().astype("int64"),
            "tenths": (found["Net Mass"] * 10).round().astype("int64"),
            "fraud": found["Fraud"].astype("int64"),
        }
    )


@pytest.fixture(scope="module")
def profiles(tmp_path_factory):
    """The profiles of a demo space that has the declarations, served."""
    space = Space(tmp_path_factory.mktemp("real"), "tiny", FOLDER)
    server = prepare(space, free_port())
    thread = Thread(target=server.run)
    thread.start()
    ends = monotonic() + PATIENCE
    while not server.started and monotonic() < ends:
        sleep(0.01)
    yield space.directory / "profiles"
    server.should_exit = True
    thread.join(PATIENCE)


def asked(profiles, question):
    """The answer to a question, by the SDK, as its asker."""
    with entrepot.connect(profiles / f"{question.agreement.consumer}.json") as client:
        return client.query(question.sql, purpose=str(question.agreement.purpose))


@pytest.fixture(scope="module")
def imports(profiles):
    """What the statistics office is told: value and mass by chapter and month."""
    return asked(profiles, IMPORTS)


@pytest.fixture(scope="module")
def fraud(profiles):
    """What another authority is told: fraud by origin and procedure."""
    return asked(profiles, FRAUD)


@pytest.fixture(scope="module")
def imports_oracle(declared):
    """What they may be told of imports."""
    return answer(declared, ["hs2", "month"], ["cents", "tenths"], Rules())


@pytest.fixture(scope="module")
def fraud_oracle(declared):
    """What they may be told of fraud."""
    return answer(declared, ["origin", "process_type"], ["fraud"], Rules())


def shown(value, digits):
    """A released amount as a whole number of its last digit; None where it is withheld."""
    return None if value is entrepot.WITHHELD else int(Decimal(value).scaleb(digits))


def expected(cell):
    """A cell of the oracle in the same form."""
    return cell.value if cell.shown else None


def test_oracle_finds_researched_cells(imports_oracle):
    assert len(imports_oracle) == 919
    assert dominated(imports_oracle, "cents") == 116


def test_imports_have_oracles_groups(imports, imports_oracle):
    told = [(hs2, month.isoformat()) for hs2, month, *_ in imports.rows]

    assert len(set(told)) == len(told)
    assert set(told) == set(labelled(imports_oracle))


@pytest.mark.parametrize(("place", "measure", "digits"), [(2, "cents", 2), (3, "tenths", 1)])
def test_imports_equal_oracle(place, measure, digits, imports, imports_oracle):
    told = {(row[0], row[1].isoformat()): shown(row[place], digits) for row in imports.rows}

    assert told == {
        group: expected(cells[measure]) for group, cells in labelled(imports_oracle).items()
    }


def test_withheld_imports_are_counted(imports, imports_oracle):
    values = dominated(imports_oracle, "cents") + dominated(imports_oracle, "tenths")

    assert imports.dominated == values
    assert imports.below_threshold == 99 * 18 - len(imports_oracle)


def test_fraud_equals_oracle(fraud, fraud_oracle):
    told = {(origin, kind): (rate, count) for origin, kind, rate, count in fraud.rows}
    known = {
        group: (ratio(cells["fraud"], cells["rows"]), cells["rows"].value)
        for group, cells in labelled(fraud_oracle).items()
    }

    assert told.keys() == known.keys()
    for group, (rate, count) in known.items():
        assert told[group] == (entrepot.WITHHELD if rate is None else pytest.approx(rate), count)


def test_withheld_rates_are_counted(fraud, fraud_oracle):
    assert fraud.dominated == dominated(fraud_oracle, "fraud") > 0


@pytest.mark.parametrize("told", ["imports", "fraud"])
def test_receipt_verifies(told, request):
    request.getfixturevalue(told).receipt.verify()


def test_answer_is_exact_and_costs_no_epsilon(imports):
    assert imports.cost.epsilon == 0
    assert imports.budget.queries_left == imports.budget.queries_total - 1
