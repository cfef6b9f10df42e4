import pytest

from data_products.digest import canonical
from tests.marketplace_api.quay import BY_CHAPTER, OFFICE, OTHER, STATISTICS, STEWARD

BERTHS = "SELECT terminal, COUNT(*) AS n FROM beanr.vessel_visits GROUP BY terminal"
SMALL = (
    "SELECT hs2, COUNT(*) AS n FROM customs_be.import_declarations WHERE hs2 = '08' GROUP BY hs2"
)


def test_question_is_answered_with_receipt(web):
    reply = web.ask(OFFICE, BY_CHAPTER)
    body = reply.json()
    assert reply.status_code == 200
    assert body["release"]["rows"] == [["84", 24, 2532], ["87", 9, None]]
    assert (body["cached"], body["cost"]) == (False, {"epsilon": "0.0", "queries": 1})
    assert body["budget"] == {
        "epsilon_left": "4.0",
        "epsilon_total": "4.0",
        "queries_left": 19,
        "queries_total": 20,
    }
    assert body["receipt"]["statement"]["release"] == body["id"]


def test_noisy_answer_is_charged(web):
    body = web.ask(OFFICE, BERTHS, max_epsilon="0.1").json()
    assert body["cost"] == {"epsilon": "0.1", "queries": 1}
    assert body["budget"]["epsilon_left"] == "3.9"


def test_explanation_equals_charge(web):
    question = {"sql": BERTHS, "purpose": STATISTICS, "max_epsilon": "0.25"}
    told = web.call(OFFICE, "POST", "/v1/queries:explain", question).json()
    charged = web.ask(OFFICE, BERTHS, max_epsilon="0.25").json()
    assert told["epsilon"] == charged["cost"]["epsilon"] == "0.25"
    assert (told["rule"], told["cached"]) == (charged["rule"], False)
    assert told.keys() >= {"mode", "cells", "min_units", "p_percent", "columns", "budget"}
    columns = [{**column, "error": ""} for column in charged["release"]["columns"]]
    assert [{**column, "error": ""} for column in told["columns"]] == columns


def test_answer_is_read_again(web):
    first = web.ask(OFFICE, BY_CHAPTER).json()
    again = web.get(OFFICE, f"/v1/queries/{first['id']}").json()
    assert (again["release"], again["cached"]) == (first["release"], True)
    receipt = web.get(OFFICE, f"/v1/receipts/{first['id']}")
    assert receipt.json()["statement"] == first["receipt"]["statement"]
    assert receipt.content == canonical(receipt.json())


@pytest.mark.parametrize("path", ["queries/{}", "queries/{}/result", "receipts/{}"])
def test_answer_of_others_is_not_found(web, path):
    found = web.ask(OFFICE, BY_CHAPTER).json()["id"]
    reply = web.get(OTHER, "/v1/" + path.format(found))
    assert (reply.status_code, reply.json()["code"]) == (404, "NOT_FOUND")


def test_result_as_json_is_release(web):
    found = web.ask(OFFICE, BY_CHAPTER).json()
    assert web.get(OFFICE, f"/v1/queries/{found['id']}/result").json() == found["release"]


def test_result_as_csv_marks_withheld(web):
    found = web.ask(OFFICE, BY_CHAPTER).json()["id"]
    reply = web.get(OFFICE, f"/v1/queries/{found}/result?format=csv")
    assert reply.text == "hs2,n,total\r\n84,24,2532\r\n87,9,(withheld)\r\n"
    assert reply.headers["content-type"].startswith("text/csv")
    assert reply.headers["content-disposition"] == f'attachment; filename="{found}.csv"'


def test_other_format_is_refused(web):
    reply = web.get(OFFICE, "/v1/queries/release_0/result?format=xlsx")
    assert reply.json()["errors"][0]["parameter"] == "format"


@pytest.mark.parametrize("key", [None, "", "with space", "x" * 201])
def test_question_needs_idempotency_key(web, key):
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"sql": BY_CHAPTER, "purpose": STATISTICS}
    reply = web.call(OFFICE, "POST", "/v1/queries", body, **headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "REQUEST_INVALID")
    assert reply.json()["errors"][0]["parameter"] == "Idempotency-Key"


def test_key_of_other_question_conflicts(web):
    web.ask(OFFICE, BY_CHAPTER)
    reply = web.ask(OFFICE, BERTHS)
    assert (reply.status_code, reply.json()["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize(
    ("sql", "status", "code"),
    [
        ("SELECT * FROM customs_be.import_declarations", 422, "RAW_ROWS"),
        (
            "SELECT importer_id, COUNT(*) FROM customs_be.import_declarations GROUP BY 1",
            422,
            "GROUP_BY_IDENTIFIER",
        ),
        ("SELECT COUNT(*) FROM beanr.nothing", 422, "UNKNOWN_NAME"),
        ("DROP TABLE customs_be.import_declarations", 422, "SQL_NOT_ANSWERED"),
        ("", 422, "SQL_NOT_ANSWERED"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, 413, "QUERY_TOO_LARGE"),
        ("SELECT '" + "x" * 70_000 + "'", 413, "QUERY_TOO_LARGE"),
        (SMALL, 422, "BELOW_THRESHOLD"),
    ],
)
def test_refusal_is_a_problem(web, sql, status, code):
    reply = web.ask(OFFICE, sql)
    assert (reply.status_code, reply.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert reply.json()["code"] == code
    assert reply.json()["hint"]


def test_rewrite_passes_verbatim(web):
    problem = web.ask(OFFICE, "SELECT * FROM customs_be.import_declarations").json()
    assert web.ask(OFFICE, problem["rewrite"]).status_code == 200


def test_problem_leads_to_receipt_of_refusal(web):
    problem = web.ask(OFFICE, "SELECT * FROM customs_be.import_declarations").json()
    receipt = web.get(OFFICE, problem["instance"]).json()
    assert receipt["statement"]["code"] == "RAW_ROWS"
    assert web.get(OTHER, problem["instance"]).status_code == 404


@pytest.mark.parametrize(
    "epsilon", ["-0.1", "1e-3", "0.0000001", "0,1", " 0.1", "", "NaN", "\u0661"]
)
def test_epsilon_is_plain_decimal(web, epsilon):
    reply = web.ask(OFFICE, BERTHS, max_epsilon=epsilon)
    assert (reply.status_code, reply.json()["code"]) == (400, "REQUEST_INVALID")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"sql": 1}, "#/sql"),
        ({"purpose": None}, "#/purpose"),
        ({"max_epsilon": 0.1}, "#/max_epsilon"),
        ({"consumer": "beanr"}, "#/consumer"),
    ],
)
def test_body_is_strict(web, body, pointer):
    reply = web.ask(OFFICE, **{"sql": BERTHS, **body})
    assert reply.status_code == 400
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]


def test_unknown_purpose_is_refused(web):
    reply = web.ask(OFFICE, BY_CHAPTER, purpose="ent:Curiosity")
    assert (reply.status_code, reply.json()["code"]) == (400, "REQUEST_INVALID")


def test_steward_asks_nothing(web):
    reply = web.ask(STEWARD, BY_CHAPTER)
    assert (reply.status_code, reply.json()["code"]) == (403, "ACCESS_DENIED")


def test_budgets_are_listed(web):
    web.ask(OFFICE, BERTHS)
    budgets = web.get(OFFICE, "/v1/budgets").json()["budgets"]
    left = {
        budget["product"]: (budget["epsilon_left"], budget["queries_left"]) for budget in budgets
    }
    assert left == {
        "customs-be.import_declarations": ("4.0", 20),
        "beanr.vessel_visits": ("3.5", 19),
    }
