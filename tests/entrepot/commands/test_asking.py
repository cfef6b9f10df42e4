import json
import subprocess
import sys

import pytest

from entrepot import receipts
from tests.entrepot.service import COLUMN, PRODUCT, PURPOSE, SQL, answer
from tests.entrepot.tlog import statement

PRODUCTS = """\
product                         mode   k   purposes
customs-be.import_declarations  exact  10  ent:TradeStatistics
"""

COLUMNS = """\
column  type    use        filter  description
hs2     string  dimension  equals  Chapter
"""

ANSWER = """\
 n
12
"""

ANSWER_TALK = """\
released: 1 groups
withheld: 3 groups with too few units or none, 1 values that few units make up
decided by: p, statistics-office
cost: epsilon 0.0 and 1 question; left: epsilon 3.5 of 4.0, 199 of 200 questions
receipt: verified offline
"""

EXPLANATION = """\
column  type     95 % interval ±
n       integer
"""

EXPLANATION_TALK = """\
would cost epsilon 0.0 and 1 question; left: epsilon 3.5 of 4.0, 199 of 200 questions
exact answer over 936 public groups, each of at least 10 units
decided by: p, statistics-office
"""

BUDGET = """\
product                         purpose              epsilon     questions
customs-be.import_declarations  ent:TradeStatistics  3.5 of 4.0  199 of 200
"""


def test_products_are_listed(run):
    assert run("search") == (0, PRODUCTS, "")


def test_product_is_shown_by_name(run):
    code, out, err = run("search", PRODUCT["id"])
    assert (code, out) == (0, COLUMNS)
    assert err.startswith("Import declarations: Declarations, item by item.\n")


def test_nothing_found_is_said(run):
    assert run("search", "import", "vessel") == (0, "", "nothing found\n")


@pytest.mark.parametrize(
    ("arguments", "document"),
    [
        (("search",), [PRODUCT]),
        (("search", "vessel"), []),
        (("search", PRODUCT["id"]), {**PRODUCT, "columns": [COLUMN]}),
    ],
)
def test_json_is_what_service_sent(run, arguments, document):
    code, out, err = run(*arguments, "--json")
    assert (code, json.loads(out), err) == (0, document, "")


def test_answer_is_data_and_facts_are_talk(run):
    assert run("query", SQL, "--purpose", PURPOSE) == (0, ANSWER, ANSWER_TALK)


def test_answer_as_json_is_whole(run, service):
    code, out, err = run("query", SQL, "--purpose", PURPOSE, "--json")
    assert (code, json.loads(out), err) == (0, service.pages["/v1/queries"], "")


@pytest.mark.parametrize("sql", [SQL, f"-- by month\n{SQL}"])
def test_question_comes_from_stdin(profile, service, sql):
    index = service.log.append(statement(sql=sql))
    service.pages["/v1/queries"] = answer(service.log, index)
    command = [sys.executable, "-m", "entrepot", "query", "-", "--purpose", PURPOSE]
    run = subprocess.run(
        [*command, "--profile", str(profile)], input=sql.encode(), capture_output=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, ANSWER.encode())


def test_binary_stdin_is_refused(profile):
    command = [sys.executable, "-m", "entrepot", "query", "-", "--purpose", PURPOSE]
    run = subprocess.run(
        [*command, "--profile", str(profile)], input=b"\xff", capture_output=True, check=False
    )
    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr.startswith(b"INPUT_INVALID: stdin is not UTF-8 text from byte 0 on")


def test_argument_that_is_no_text_is_refused(profile):
    command = [sys.executable, "-m", "entrepot", "query", b"\xff", "--purpose", PURPOSE]
    run = subprocess.run([*command, "--profile", str(profile)], capture_output=True, check=False)
    assert (run.returncode, run.stderr.partition(b":")[0]) == (1, b"INPUT_INVALID")


def test_question_may_begin_with_comment(run, service):
    run("query", f"-- by month\n{SQL}", "--purpose", PURPOSE)
    assert json.loads(service.seen[-1][3])["sql"].startswith("-- by month")


def test_receipt_is_saved(run, service, tmp_path):
    file = tmp_path / "r.json"
    run("query", SQL, "--purpose", PURPOSE, "--receipt", str(file), "--max-epsilon", "0.5")
    assert receipts.load(file) == service.log.receipt(0)
    assert json.loads(service.seen[-1][3])["max_epsilon"] == "0.5"


def test_forged_answer_is_not_shown(run, service):
    index = service.log.append(statement(purpose="ent:BerthPlanning"))
    service.pages["/v1/queries"] = answer(service.log, index)
    code, out, err = run("query", SQL, "--purpose", PURPOSE)
    assert (code, out) == (1, "")
    assert err.startswith("RECEIPT_INVALID: question: the receipt is for another purpose\n")


def test_explaining_asks_nothing(run, service):
    assert run("query", SQL, "--purpose", PURPOSE, "--explain") == (
        0,
        EXPLANATION,
        EXPLANATION_TALK,
    )
    assert service.paths() == ["POST /v1/queries:explain"]


def test_explanation_is_json_on_demand(run, service):
    _, out, _ = run("query", SQL, "--purpose", PURPOSE, "--explain", "--json")
    assert json.loads(out) == service.pages["/v1/queries:explain"]


def test_budget_is_shown(run):
    assert run("budget") == (0, BUDGET, "")
