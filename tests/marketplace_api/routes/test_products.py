import pytest

from tests.marketplace_api.quay import (
    AUDITOR,
    CUSTOMS,
    DECLARATIONS,
    OFFICE,
    OPERATOR,
    PORT,
    contract,
)

LOCATION = "delta:customs-be/declarations"


def publish(web, who, document, location=LOCATION):
    return web.call(who, "POST", "/v1/products", {"contract": document, "location": location})


def test_products_are_listed(web):
    products = web.get(AUDITOR, "/v1/products").json()["products"]
    assert [product["id"] for product in products] == ["beanr.vessel_visits", DECLARATIONS]
    assert "columns" not in products[0]


def test_product_tells_its_terms(web):
    product = web.get(OFFICE, f"/v1/products/{DECLARATIONS}").json()
    assert (product["owner"], product["version"], product["status"]) == (
        "customs-be",
        "1.0.0",
        "active",
    )
    assert product["unit"]["column"] == "importer_id"
    assert product["terms"]["epsilon"] == {"query": "0.5", "consumer": "4.0", "product": "40.0"}
    assert product["terms"]["prohibited"] == ["dpv:Marketing"]


def test_product_tells_its_columns(web):
    columns = {
        c["name"]: c for c in web.get(OFFICE, f"/v1/products/{DECLARATIONS}").json()["columns"]
    }
    assert columns["hs2"]["values"] == ["08", "84", "87"]
    assert (columns["declared_on"]["step"], columns["declared_on"]["start"]) == (
        "month",
        "2026-01-01",
    )
    assert columns["value_eur"]["bounds"] == [0, 100000]


def test_location_goes_into_no_answer(web, data):
    paths = [
        "/v1/products",
        f"/v1/products/{DECLARATIONS}",
        f"/v1/products/{DECLARATIONS}/contract",
    ]
    text = "".join(web.get(CUSTOMS, path).text for path in paths)
    text += publish(web, CUSTOMS, contract("1.0.1")).text
    assert "delta:" not in text
    assert str(data) not in text


def test_contract_is_yaml(web):
    reply = web.get(OFFICE, f"/v1/products/{DECLARATIONS}/contract")
    assert reply.headers["content-type"].startswith("application/yaml")
    assert reply.text == contract()


@pytest.mark.parametrize("path", ["", "/contract"])
def test_unknown_product_is_not_found(web, path):
    reply = web.get(OFFICE, f"/v1/products/beanr.nothing{path}")
    assert (reply.status_code, reply.json()["code"]) == (404, "NOT_FOUND")


def test_provider_publishes(web):
    reply = publish(web, CUSTOMS, contract("1.1.0"))
    assert (reply.status_code, reply.json()["version"]) == (201, "1.1.0")


@pytest.mark.parametrize("who", [OFFICE, PORT, OPERATOR], ids=lambda who: who.subject)
def test_only_its_provider_publishes(web, who):
    reply = publish(web, who, contract("1.1.0"))
    assert (reply.status_code, reply.json()["code"]) == (403, "ACCESS_DENIED")


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        (contract(), 409, "CONFLICT"),
        ("not: a contract", 422, "CONTRACT_INVALID"),
        ("a: &a [*a]", 422, "CONTRACT_INVALID"),
        ("", 422, "CONTRACT_INVALID"),
    ],
)
def test_wrong_contract_is_refused(web, document, status, code):
    reply = publish(web, CUSTOMS, document)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "location",
    ["parquet:beanr/visits.parquet", "parquet:../../etc/passwd", "delta:https://x", "nothing", ""],
)
def test_wrong_location_is_refused(web, location):
    reply = publish(web, CUSTOMS, contract("1.1.0"), location)
    assert (reply.status_code, reply.json()["code"]) == (400, "REQUEST_INVALID")


def test_each_contract_error_is_told(web):
    reply = publish(web, CUSTOMS, contract("1.1.0").replace("string", "text").replace("exact", "x"))
    pointers = [error["pointer"] for error in reply.json()["errors"]]
    assert reply.status_code == 422
    assert len(pointers) > 1
    assert all(pointers)


def test_yaml_bomb(web):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    reply = publish(web, CUSTOMS, bomb)
    assert (reply.status_code, reply.json()["code"]) == (422, "CONTRACT_INVALID")
