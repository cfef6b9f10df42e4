import json

import pytest

from entrepot.errors import RawRowsError, ReplyError, ServiceError
from entrepot.replies import PROBLEM, Reply


def refused(body):
    """The error of a problem document."""
    with pytest.raises((ServiceError, ReplyError)) as caught:
        Reply(422, PROBLEM, json.dumps(body).encode()).accepted()
    return caught.value


def test_problem_keeps_what_helps():
    found = refused(
        {
            "code": "RAW_ROWS",
            "detail": "rows",
            "hint": "h",
            "rewrite": "SELECT 1",
            "request_id": "7",
        }
    )
    assert isinstance(found, RawRowsError)
    assert (str(found), found.hint, found.rewrite, found.request_id) == (
        "rows",
        "h",
        "SELECT 1",
        "7",
    )


def test_unknown_code_is_kept():
    found = refused({"code": "NEW_CODE", "title": "something new"})
    assert (type(found), found.code, str(found)) == (ServiceError, "NEW_CODE", "something new")


def test_service_cannot_speak_for_sdk():
    assert type(refused({"code": "RECEIPT_INVALID"})) is ServiceError


def test_each_complaint_is_told():
    faults = [
        {"detail": "Field required", "pointer": "#/sql"},
        {"detail": "too large", "parameter": "size"},
        {"detail": "odd"},
    ]
    found = refused({"code": "REQUEST_INVALID", "detail": "bad", "errors": faults})
    assert str(found) == "bad\n  #/sql: Field required\n  size: too large\n  odd"


@pytest.mark.parametrize("body", [[], {"code": 1}, {"errors": 1}, {"errors": [1]}])
def test_malformed_problem_is_no_answer(body):
    assert isinstance(refused(body), ReplyError)


@pytest.mark.parametrize("status", [100, 204, 304])
def test_only_success_is_accepted(status):
    reply = Reply(status, "application/json", b"{}")
    if status == 204:
        assert reply.accepted() is reply
    else:
        with pytest.raises(ReplyError):
            reply.accepted()


def test_error_page_is_no_problem():
    with pytest.raises(ReplyError, match="status 404 came without"):
        Reply(404, "text/html", b"<p>").accepted()


def test_binary_is_no_text():
    with pytest.raises(ReplyError, match="not UTF-8"):
        Reply(200, "text/plain", b"\xff").text()


def test_duplicate_names_are_no_json():
    with pytest.raises(ReplyError, match="stands twice"):
        Reply(200, "application/json", b'{"a":1,"a":2}').json()
