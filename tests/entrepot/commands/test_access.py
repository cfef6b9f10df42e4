import json

import pytest

from tests.entrepot.service import PRODUCT, PURPOSE, REQUEST

LIST = """\
id     state      consumer           product                         purpose
req-1  requested  statistics-office  customs-be.import_declarations  ent:TradeStatistics
"""

SHOWN = """\
id        req-1
consumer  statistics-office
product   customs-be.import_declarations
purpose   ent:TradeStatistics
reason    monthly figures
state     requested
grant     \n"""

TALK = "a steward of the product's owner decides on it\n"


def test_requests_are_listed(run):
    assert run("requests", "list") == (0, LIST, "")


def test_request_is_shown(run):
    assert run("requests", "show", "req-1") == (0, SHOWN, TALK)


def test_unknown_request_is_named(run):
    code, out, err = run("requests", "show", "req-2")
    assert (code, out, err.splitlines()[0]) == (1, "", "NOT_FOUND: there is no request 'req-2'")


def test_access_is_asked_for(run, service):
    code, _, err = run(
        "requests", "new", PRODUCT["id"], "--purpose", PURPOSE, "--reason", "figures"
    )
    assert (code, err) == (0, TALK)
    assert json.loads(service.seen[-1][3])["reason"] == "figures"


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        (("refuse",), {"approve": False}),
        (("approve",), {"approve": True, "epsilon": "4", "max_queries": 200, "days": 90}),
        (("approve", "--epsilon", "0.5", "--days", "7"), {"epsilon": "0.5", "days": 7}),
        (
            ("approve", "--max-queries", "1", "--min-units", "20"),
            {"max_queries": 1, "min_units": 20},
        ),
    ],
)
def test_decision_is_sent(run, service, arguments, body):
    command, *limits = arguments
    code, out, _ = run("requests", command, "req-1", "--reason", "because", *limits)
    sent = json.loads(service.seen[-1][3])
    assert (code, sent["reason"], sent | body) == (0, "because", sent)
    assert "state     approved\n" in out


def test_request_is_json_on_demand(run):
    assert json.loads(run("requests", "show", "req-1", "--json")[1]) == REQUEST
