import pytest

from tests.marketplace_api.quay import (
    BOTH,
    DECLARATIONS,
    OFFICE,
    OTHER,
    PORT,
    STATISTICS,
    STEWARD,
)

YES = {"approve": True, "reason": "agreed", "epsilon": "2.5", "max_queries": 7, "days": 30}


def request(web, who=OTHER, **changes):
    body = {"product": DECLARATIONS, "purpose": STATISTICS, "reason": "monthly tables"}
    return web.call(who, "POST", "/v1/access-requests", {**body, **changes})


def decide(web, who, found, **changes):
    return web.call(who, "POST", f"/v1/access-requests/{found}/decision", {**YES, **changes})


def test_request_is_filed(web):
    reply = request(web)
    assert reply.status_code == 201
    assert (
        reply.json().items()
        >= {
            "consumer": "shipping-line",
            "purpose": STATISTICS,
            "requested_by": "line",
            "state": "requested",
            "grant": "",
        }.items()
    )


def test_approval_makes_grant(web):
    decided = decide(web, STEWARD, request(web).json()["id"]).json()
    (grant,) = web.get(OTHER, "/v1/grants").json()["grants"]
    assert (decided["state"], decided["grant"]) == ("approved", grant["id"])
    assert (grant["epsilon"], grant["max_queries"], grant["approved_by"]) == ("2.5", 7, "steward")
    assert grant["expires_at"] == "2026-12-25T10:00:00Z"


def test_refusal_makes_none(web):
    decided = decide(web, STEWARD, request(web).json()["id"], approve=False).json()
    assert (decided["state"], decided["grant"]) == ("refused", "")


def test_four_eyes(web):
    found = request(web, BOTH).json()["id"]
    reply = decide(web, BOTH, found)
    assert (reply.status_code, reply.json()["code"]) == (403, "ACCESS_DENIED")


def test_foreign_steward_decides_nothing(web):
    reply = decide(web, PORT, request(web).json()["id"])
    assert (reply.status_code, reply.json()["code"]) == (404, "NOT_FOUND")


def test_requests_are_listed_for_both_sides(web):
    found = request(web).json()["id"]
    for who in (OTHER, STEWARD):
        requests = web.get(who, "/v1/access-requests").json()["requests"]
        assert found in [one["id"] for one in requests]
    assert web.get(PORT, "/v1/access-requests").json()["requests"][0]["id"] != found


def test_grant_is_revoked(web):
    grant = web.get(OFFICE, "/v1/grants").json()["grants"][0]["id"]
    reply = web.call(OFFICE, "DELETE", f"/v1/grants/{grant}")
    assert reply.json()["revoked_at"] == "2026-11-25T10:00:00Z"
    assert web.call(OFFICE, "DELETE", f"/v1/grants/{grant}").status_code == 409


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"purpose": "dpv:DirectMarketing"}, 403, "PURPOSE_PROHIBITED"),
        ({"purpose": "ent:CyberDefence"}, 403, "ACCESS_DENIED"),
        ({"purpose": "x"}, 400, "REQUEST_INVALID"),
        ({"product": "beanr.nothing"}, 404, "NOT_FOUND"),
        ({"reason": ""}, 400, "REQUEST_INVALID"),
        ({"reason": "x" * 2001}, 400, "REQUEST_INVALID"),
    ],
)
def test_request_is_refused(web, changes, status, code):
    reply = request(web, **changes)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"approve": "yes"},
        {"approve": 1},
        {"max_queries": 0},
        {"max_queries": -1},
        {"max_queries": 2**60},
        {"days": 0},
        {"days": 10_000},
        {"epsilon": "-1"},
        {"epsilon": 1},
        {"reason": None},
        {"consumer": "beanr"},
    ],
)
def test_decision_is_refused(web, changes):
    reply = decide(web, STEWARD, request(web).json()["id"], **changes)
    assert (reply.status_code, reply.json()["code"]) == (400, "REQUEST_INVALID")


def test_request_is_open_once(web):
    request(web)
    reply = request(web)
    assert (reply.status_code, reply.json()["code"]) == (409, "CONFLICT")
