import logging
from typing import Annotated

import pytest
from fastapi import Body, FastAPI, Header
from fastapi.testclient import TestClient
from starlette.responses import Response

from data_products import errors
from marketplace_api import problems
from marketplace_api.limits import Limits
from marketplace_api.problems import Shield, kind_of, kinds

ROW = "row-4711-of-a-provider"


def failing(error):
    """A client of an application whose one route raises the error."""
    app = FastAPI()

    @app.get("/boom")
    def boom():
        raise error

    @app.post("/ask")
    def ask(
        sql: Annotated[str, Body(embed=True, max_length=9)],
        size: int = 0,
        key: Annotated[str, Header()] = "",
    ):
        return [sql, size, key]

    problems.install(app)
    app.add_middleware(Shield)
    app.add_middleware(Limits)
    return TestClient(app)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.RequestError, 400),
        (errors.AuthenticationError, 401),
        (errors.AccessDeniedError, 403),
        (errors.PurposeProhibitedError, 403),
        (errors.NotFoundError, 404),
        (errors.ConflictError, 409),
        (errors.QueryTooLargeError, 413),
        (errors.SchemaMismatchError, 422),
        (errors.RawRowsError, 422),
        (errors.DifferencingError, 422),
        (errors.DominanceError, 422),
        (errors.BudgetExhaustedError, 429),
        (errors.ConnectorError, 503),
        (errors.IntegrityError, 500),
        (errors.ConfigurationError, 500),
    ],
)
def test_error_has_its_status(error, status):
    response = failing(error("found this")).get("/boom")
    assert (response.status_code, response.json()["code"]) == (status, error.code)
    assert response.headers["content-type"] == "application/problem+json"


def test_problem_is_complete():
    error = errors.RawRowsError("found *", hint="aggregate", rewrite="SELECT COUNT(*) FROM t")
    response = failing(error).get("/boom")
    request_id = response.headers["x-request-id"]
    assert response.json() == {
        "type": "/codes/RAW_ROWS",
        "title": "The query asks for rows; only aggregates leave.",
        "status": 422,
        "detail": "found *",
        "instance": f"urn:uuid:{request_id}",
        "code": "RAW_ROWS",
        "hint": "aggregate",
        "rewrite": "SELECT COUNT(*) FROM t",
        "request_id": request_id,
        "errors": [],
    }


@pytest.mark.parametrize("error", [errors.IntegrityError, errors.ConfigurationError])
def test_own_faults_stay_inside(error, caplog):
    response = failing(error(ROW, hint=ROW)).get("/boom")
    assert ROW not in response.text + caplog.text
    assert f"{response.json()['request_id']}: {error.code} at boom" in caplog.text


def test_unforeseen_error_tells_nothing(caplog):
    caplog.set_level(logging.DEBUG)
    response = failing(ZeroDivisionError(ROW)).get("/boom")
    assert (response.status_code, response.json()["code"]) == (500, "INTERNAL")
    assert ROW not in response.text + caplog.text
    assert "ZeroDivisionError" not in response.text


def test_unforeseen_error_is_traceable(caplog):
    response = failing(ZeroDivisionError(ROW)).get("/boom")
    assert f"request {response.json()['request_id']}: ZeroDivisionError at boom:" in caplog.text


def test_server_survives_unforeseen_error():
    client = failing(ZeroDivisionError(ROW))
    client.get("/boom")
    assert client.post("/ask", json={"sql": "x"}).status_code == 200


def test_broken_answer_is_not_continued(caplog):
    async def app(scope, receive, send):
        await Response("half")(scope, receive, send)
        raise ZeroDivisionError(ROW)

    response = TestClient(Limits(Shield(app))).get("/")
    assert (response.text, ROW in caplog.text) == ("half", False)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, {"detail": "Field required", "pointer": "#/sql", "parameter": ""}),
        ({"sql": 7}, {"detail": "Input should be a valid string", "pointer": "#/sql"}),
        ({"sql": ROW}, {"detail": "String should have at most 9 characters", "pointer": "#/sql"}),
    ],
)
def test_wrong_body_is_pointed_at(body, fault):
    response = failing(None).post("/ask", json=body)
    assert (response.status_code, response.json()["code"]) == (400, "REQUEST_INVALID")
    assert response.json()["errors"] == [{"parameter": "", **fault}]
    assert ROW not in response.text


def test_wrong_parameter_is_named():
    response = failing(None).post(f"/ask?size={ROW}", json={"sql": ""})
    assert response.json()["errors"][0]["parameter"] == "size"
    assert ROW not in response.text


def test_long_pointer_is_cut():
    fault = problems._fault(("body", "x" * 5000), "Extra inputs are not permitted")
    assert len(fault.pointer) == 120


def test_unknown_path_is_not_found():
    response = failing(None).get("/nowhere")
    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")


def test_wrong_method_is_refused():
    response = failing(None).delete("/boom")
    assert (response.status_code, response.json()["code"]) == (405, "REQUEST_INVALID")
    assert response.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        ({}, 'Bearer realm="entrepot"'),
        ({"Authorization": "Bearer x"}, 'Bearer realm="entrepot", error="invalid_token"'),
    ],
)
def test_challenge_follows_rfc_6750(headers, challenge):
    response = failing(errors.AuthenticationError("no")).get("/boom", headers=headers)
    assert response.headers["www-authenticate"] == challenge


def test_every_error_has_a_code():
    found = {kind.code: kind for kind in kinds()}
    assert len(found) == len(list(kinds())) >= 28
    assert found["INTERNAL"].status == 500
    assert all(kind.title.endswith(".") for kind in found.values())


def test_new_error_inherits_status():
    class FutureError(errors.UseError):
        """Is not in the table."""

    assert kind_of(FutureError).status == 422
