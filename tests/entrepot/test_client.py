import json
from decimal import Decimal

import pytest

import entrepot
from entrepot.access import Approval, Refusal
from entrepot.errors import InputError, LogError, ReceiptError, ReplyError
from tests.entrepot.service import GRANT, PRODUCT, PURPOSE, REQUEST, SQL, answer
from tests.entrepot.tlog import RELEASE, TinyLog, statement


@pytest.fixture
def client(profile):
    with entrepot.connect(profile) as connected:
        yield connected


def sent(service):
    """The last request's body."""
    return json.loads(service.seen[-1][3])


@pytest.mark.parametrize(
    ("words", "found"), [("", 1), ("IMPORT item", 1), ("tradestatistics", 1), ("vessel", 0)]
)
def test_search_wants_every_word(client, words, found):
    assert len(client.search(words)) == found


def test_product_has_its_columns(client):
    product = client.product(PRODUCT["id"])
    assert (product.columns[0].name, product.unit, product.min_units) == ("hs2", "importer_id", 10)


def test_contract_is_text(client):
    assert client.contract(PRODUCT["id"]) == "kind: DataContract\n"


def test_product_is_published(client, service):
    client.publish("kind: DataContract", "delta:declarations")
    assert sent(service) == {"contract": "kind: DataContract", "location": "delta:declarations"}


def test_access_is_requested(client, service):
    made = client.request_access(PRODUCT["id"], purpose=PURPOSE, reason="figures")
    assert sent(service) == {"product": PRODUCT["id"], "purpose": PURPOSE, "reason": "figures"}
    assert made.state == "requested"


@pytest.mark.parametrize(
    ("decision", "body"),
    [
        (Refusal("no"), {"approve": False, "reason": "no"}),
        (
            Approval("yes", Decimal("1E+1"), max_queries=5),
            {
                "approve": True,
                "reason": "yes",
                "epsilon": "10",
                "max_queries": 5,
                "min_units": 0,
                "days": 90,
            },
        ),
    ],
)
def test_decision_is_sent(client, service, decision, body):
    assert client.decide("req-1", decision).state == "approved"
    assert sent(service) == body


def test_lists_are_read(client):
    assert client.requests()[0].id == REQUEST["id"]
    assert client.grants()[0].epsilon == Decimal("4.0")
    assert client.budgets()[0].balance.queries_left == 199


def test_grant_is_revoked(client, service):
    assert client.revoke("grant-1").id == GRANT["id"]
    assert service.paths() == ["DELETE /v1/grants/grant-1"]


def test_explanation_spends_nothing(client, service):
    found = client.explain(SQL, purpose=PURPOSE, max_epsilon=Decimal("0.5"))
    assert (found.cells, found.cost.epsilon) == (936, Decimal("0.0"))
    assert sent(service)["max_epsilon"] == "0.5"


def test_answer_is_verified(client, service):
    found = client.query(SQL, purpose=PURPOSE)
    assert (found.rows, found.receipt.statement["purpose"]) == (((12,),), PURPOSE)
    assert service.seen[-1][2]["Idempotency-Key"]


def test_each_question_has_own_key(client, service):
    client.query(SQL, purpose=PURPOSE)
    client.query(SQL, purpose=PURPOSE)
    keys = [headers.get("Idempotency-Key") for _, path, headers, _ in service.seen if "v1" in path]
    assert len(set(keys)) == 2


def test_changed_release_is_refused(client, service):
    service.pages["/v1/queries"]["release"] = {**RELEASE, "rows": [[13]]}
    with pytest.raises(ReceiptError, match=r"^result"):
        client.query(SQL, purpose=PURPOSE)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"sql": "SELECT 1"}, "sql"),
        ({"purpose": "ent:BerthPlanning"}, "purpose"),
        ({"consumer": "insurer"}, "consumer"),
    ],
)
def test_receipt_for_other_question_is_refused(client, service, change, what):
    index = service.log.append(statement(**change))
    service.pages["/v1/queries"] = answer(service.log, index)
    with pytest.raises(ReceiptError, match=f"^question: the receipt is for another {what}"):
        client.query(SQL, purpose=PURPOSE)


def test_receipt_of_refusal_is_refused(client, service):
    index = service.log.append(statement(), kind="refusal")
    service.pages["/v1/queries"] = answer(service.log, index)
    with pytest.raises(ReceiptError, match=r"^question: the receipt is of a refusal"):
        client.query(SQL, purpose=PURPOSE)


def test_other_words_are_not_believed_equal(client, service):
    index = service.log.append(statement(sql="SELECT count(*) AS n FROM t"))
    service.pages["/v1/queries"] = answer(service.log, index, cached=True)
    with pytest.raises(ReceiptError, match=r"^question: the receipt is for another sql"):
        client.query(SQL, purpose=PURPOSE)


def test_unverified_answer_must_be_wanted(service):
    service.tokens["valid"].add("t")
    with entrepot.connect(service.url, token="t") as client:
        with pytest.raises(InputError, match="nothing was asked"):
            client.query(SQL, purpose=PURPOSE)
        assert service.seen == []
        assert len(client.query(SQL, purpose=PURPOSE, verify=False)) == 1


def test_keys_may_come_with_url(service):
    service.tokens["valid"].add("t")
    log_key, room_key = service.log.log.vkey, service.log.room.vkey
    with entrepot.connect(service.url, token="t", log_key=log_key, room_key=room_key) as client:
        client.query(SQL, purpose=PURPOSE).receipt.verify()


def test_keys_beside_profile_are_refused(profile):
    with pytest.raises(InputError, match="go with a url"):
        entrepot.connect(profile, token="t")


def test_receipt_is_fetched(client):
    client.receipt("rel-1").verify()


def test_log_is_verified(client):
    assert len(client.verify_log().kept) == 2


def test_receipt_is_held_by_log(client, service):
    client.verify_receipt(service.log.receipt(0))


def test_rewritten_log_is_noticed(client, service):
    receipt = service.log.receipt(0)
    service.log.entries[0] = {**service.log.entries[0], "kind": "refusal"}
    with pytest.raises(LogError, match="entry 0 of the log is no longer the receipt's"):
        client.verify_receipt(receipt)


def test_shortened_log_is_noticed(client, service):
    receipt = service.log.receipt(0)
    service.log.entries.pop()
    with pytest.raises(LogError, match="has 1 entries, but had 2"):
        client.verify_receipt(receipt)


def test_other_logs_receipt_is_refused(client):
    other = TinyLog(seed=9)
    other.append(statement())
    with pytest.raises(ReceiptError, match=r"^entry"):
        client.verify_receipt(other.receipt(0))


@pytest.mark.parametrize(
    ("page", "reply"),
    [
        ("/v1/products", {"products": [{}]}),
        ("/v1/products", []),
        ("/v1/grants", {"grants": {}}),
        ("/v1/budgets", {"budgets": [{**GRANT, "grant": "g"}]}),
        ("/v1/access-requests", {"requests": ["x"]}),
    ],
)
def test_reply_in_other_form_is_refused(client, service, page, reply):
    service.pages[page] = reply
    with pytest.raises(ReplyError, match="does not fit"):
        [client.search(), client.grants(), client.budgets(), client.requests()]
