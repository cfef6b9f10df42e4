"""The SDK and the command against the real service, in a child process, on the tiny world."""

import json

import pytest

import entrepot
from entrepot import receipts
from entrepot.access import Approval, Refusal
from entrepot.cli import main
from entrepot.demo import program, serving
from entrepot.errors import (
    BY_CODE,
    AccessDeniedError,
    ConflictError,
    EvidenceError,
    PurposeNotAgreedError,
    WithheldError,
)
from entrepot.story import IMPORTS, Question, Story
from marketplace_api.demo.questions import QUESTIONS, REFUSALS

OFFICE = "statistics-office"
READY = [question for question in QUESTIONS if question.ready]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The directory of a tiny world, with its service running."""
    directory = tmp_path_factory.mktemp("world")
    arguments = ["--size", "tiny", "--directory", str(directory), "--port", "0"]
    with serving(program("demo", *arguments)):
        yield directory


@pytest.fixture
def connect(world):
    """Connects as one of the world's organisations."""
    clients = []

    def connect_as(name):
        clients.append(entrepot.connect(world / "profiles" / f"{name}.json"))
        return clients[-1]

    yield connect_as
    for client in clients:
        client.close()


def told(world, play):
    """What a part of the story says."""
    lines = []
    story = Story(world, lines.append)
    (world / "receipts").mkdir(exist_ok=True)
    play(story)
    return "\n".join(lines)


def test_story_is_told(world):
    said = told(world, lambda story: story.tell(real=False))
    assert said.count("receipt: verified offline") == 3
    assert "refused: GROUP_BY_IDENTIFIER: " in said
    assert "teu \u00b1" in said
    assert sorted(path.name for path in (world / "receipts").iterdir()) == [
        "q5-gates.json",
        "q7-imports.json",
        "r2-rewritten.json",
    ]


def test_answered_question_is_no_refusal(world):
    question = Question("x", "x", OFFICE, IMPORTS.purpose, IMPORTS.sql, ())
    with pytest.raises(EvidenceError, match="answered what it must refuse"):
        told(world, lambda story: story.rewrite(question))


@pytest.mark.parametrize("question", READY, ids=lambda question: question.id)
def test_question_is_explained_then_answered(connect, question):
    client = connect(question.agreement.consumer)
    purpose = str(question.agreement.purpose)
    explanation = client.explain(question.sql, purpose=purpose)
    try:
        answer = client.query(question.sql, purpose=purpose)
    except WithheldError:
        # In a tiny world, noise may leave no group above the threshold.
        assert explanation.mode == "dp"
        return
    assert answer.cached or answer.cost == explanation.cost
    assert [column.name for column in answer.columns] == [c.name for c in explanation.columns]


def test_equal_question_is_free_and_same(connect):
    client = connect(OFFICE)
    first, again = (client.query(IMPORTS.sql, purpose=IMPORTS.purpose) for _ in range(2))
    assert (again.cached, again.cost.queries, again.rows) == (True, 0, first.rows)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.id)
def test_rewrite_of_refusal_passes_verbatim(world, connect, capsys, refusal):
    client, purpose = connect(refusal.agreement.consumer), str(refusal.agreement.purpose)
    with pytest.raises(BY_CODE[refusal.code]) as caught:
        client.query(refusal.sql, purpose=purpose)
    rewrite = caught.value.rewrite
    assert rewrite or not refusal.rewritten
    profile = str(world / "profiles" / f"{refusal.agreement.consumer}.json")
    command = ["--purpose", purpose, "--profile", profile]
    assert main(["query", refusal.sql, *command]) == 1
    assert capsys.readouterr().err.startswith(f"{refusal.code}: ")
    if rewrite:
        assert main(["query", rewrite, *command]) == 0


def test_access_is_asked_decided_and_used(connect):
    sql = "SELECT hs2, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2"
    university, steward = connect("university"), connect("customs-be-steward")
    made = university.request_access(
        "customs-be.import_declarations", purpose="dpv:AcademicResearch", reason="trade and CO2"
    )
    assert made.id in [request.id for request in steward.requests()]
    decided = steward.decide(made.id, Approval("fine", max_queries=3))
    answer = university.query(sql, purpose="dpv:AcademicResearch")
    assert (decided.state, answer.budget.queries_left) == ("approved", 2)
    with pytest.raises(ConflictError):
        steward.decide(made.id, Refusal("too late"))
    university.revoke(decided.grant)
    with pytest.raises((AccessDeniedError, PurposeNotAgreedError)):
        university.query(sql, purpose="dpv:AcademicResearch")


def test_budget_goes_down(connect):
    client = connect("rail-operator")
    before = client.budgets()
    client.query("SELECT COUNT(*) AS n FROM beanr.gate_slots", purpose="ent:CapacityPlanning")
    spent = [
        (b.balance, a.balance) for b, a in zip(before, client.budgets(), strict=True) if a != b
    ]
    assert [
        (b.queries_left - a.queries_left, b.epsilon_left > a.epsilon_left) for b, a in spent
    ] == [(1, True)]


def test_log_verifies_and_grows(world, connect, tmp_path, capsys):
    auditor = ["--profile", str(world / "profiles" / "auditor.json")]
    assert main(["log", "verify", "--save", str(tmp_path), *auditor]) == 0
    connect(OFFICE).query(
        "SELECT origin, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY origin",
        purpose=IMPORTS.purpose,
    )
    assert main(["log", "verify", "--since", str(tmp_path), *auditor]) == 0
    assert "continues the earlier one" in capsys.readouterr().err


@pytest.fixture
def receipt(connect, tmp_path):
    """A receipt file of the main question."""
    answer = connect(OFFICE).query(IMPORTS.sql, purpose=IMPORTS.purpose)
    answer.receipt.save(tmp_path / "r.json")
    return tmp_path / "r.json"


def test_receipt_is_checked_against_table_and_log(world, receipt, capsys):
    office = ["--profile", str(world / "profiles" / f"{OFFICE}.json")]
    table = next(path.parent for path in world.rglob("*import_declarations*/_delta_log"))
    verify = ["receipt", "verify", str(receipt), "--table", str(table), "--online", *office]
    assert main(verify) == 0
    assert "table: holds the snapshot of customs-be.import_declarations" in capsys.readouterr().err


def test_served_receipt_is_the_saved_one(connect, receipt):
    document = receipts.load(receipt)
    served = connect(OFFICE).receipt(document["statement"]["release"])
    served.verify()
    assert served.statement == document["statement"]


def test_answer_of_service_is_json(world, capsys):
    office = ["--profile", str(world / "profiles" / f"{OFFICE}.json")]
    assert main(["query", IMPORTS.sql, "--purpose", IMPORTS.purpose, "--json", *office]) == 0
    assert set(json.loads(capsys.readouterr().out)) >= {"id", "release", "receipt", "rule"}
