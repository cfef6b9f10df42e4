"""Whatever is sent, the answer is a typed problem with a hint, and the service lives on."""

import json
import shutil
import time
from pathlib import Path

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from data_products.parties import ProductId
from marketplace_api.demo import documents

ASKER = "statistics-office"
PURPOSE = "ent:TradeStatistics"
TABLE = "customs_be.import_declarations"


def problem_of(answer):
    """The problem that an answer is, checked for what every problem has."""
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["status"] == answer.status_code
    assert told["hint"]
    assert "Traceback" not in answer.text
    return told


def is_alive(served):
    """Whether the service takes requests."""
    return httpx2.get(f"{served.url}/readyz").status_code == 200


def ask(served, sql, token=None):
    """The answer to a query, as an HTTP client has it."""
    return httpx2.post(
        f"{served.url}/v1/queries:explain",
        json={"sql": sql, "purpose": PURPOSE},
        headers={"Authorization": f"Bearer {token or served.token(ASKER)}"},
        timeout=60,
    )


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"SELECT SUM(no_such_column) FROM {TABLE}", "UNKNOWN_NAME"),
        ("SELECT COUNT(*) FROM customs_be.no_such_product", "UNKNOWN_NAME"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000 + f" FROM {TABLE}", "QUERY_TOO_LARGE"),
        (
            f"SELECT COUNT(*) FROM {TABLE} WHERE hs2 IN (" + "'84'," * 60_000 + "'85')",
            "QUERY_TOO_LARGE",
        ),
        ("SELECT 1;" * 1_200_000, "QUERY_TOO_LARGE"),
        ("\x00\x01", "REQUEST_INVALID"),
        ("", "SQL_NOT_ANSWERED"),
    ],
    ids=["column", "product", "nesting", "list", "ten-megabytes", "control", "empty"],
)
def test_bad_query_is_a_problem(served, sql, code):
    assert problem_of(ask(served, sql))["code"] == code
    assert is_alive(served)


@pytest.mark.parametrize("body", [b"{", b"[" * 5000 + b"]" * 5000, b"\xff\xfe", b'{"sql": NaN}'])
def test_bad_body_is_a_problem(served, body):
    headers = {"Authorization": f"Bearer {served.token(ASKER)}", "Idempotency-Key": "bad"}
    answer = httpx2.post(f"{served.url}/v1/queries", content=body, headers=headers)

    assert problem_of(answer)["code"] == "REQUEST_INVALID"
    assert is_alive(served)


def forged(served, **changed):
    """A token like the issuer's own, changed, and signed by somebody else."""
    claims = {"iss": served.url, "sub": ASKER, "org": ASKER, "exp": int(time.time()) + 60}
    key = ECKey.generate_key("P-256", {"kid": "forged"})
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "forged"}, claims | changed, key)


def expired(served):
    """A token that the issuer's key has signed, an hour too late to be used."""
    key = ECKey.import_key(json.loads((served.directory / "hub" / "issuer.jwk").read_text()))
    token = jwt.decode(served.token(ASKER), KeySet([key]))
    claims = token.claims | {"exp": int(time.time()) - 3600}
    return jwt.encode(token.header, claims, key)


@pytest.mark.parametrize("make", [forged, expired])
def test_bad_token_is_a_problem(served, make):
    answer = ask(served, f"SELECT COUNT(*) FROM {TABLE}", make(served))

    assert answer.status_code == 401
    assert problem_of(answer)["code"] == "UNAUTHENTICATED"


def publish(served, location, document=None):
    """The answer to publishing a product of Antwerp's."""
    text = document or documents.document(ProductId("beanr.port_calls"))
    return httpx2.post(
        f"{served.url}/v1/products",
        json={"contract": text.replace("1.0.0", "9.0.0"), "location": location},
        headers={"Authorization": f"Bearer {served.token('beanr')}"},
        timeout=60,
    )


@pytest.mark.parametrize("document", ["kind: [", "kind: DataContract", "a: &x 1\nb: *x", "\t"])
def test_malformed_contract_is_a_problem(served, document):
    answer = publish(served, "delta:beanr/port_calls", document)

    assert problem_of(answer)["code"] == "CONTRACT_INVALID"


def missing(folder):
    """A location where nothing is."""
    return f"parquet:{folder.name}/missing.parquet"


def corrupt(folder):
    """A Parquet file whose middle is noise."""
    folder.joinpath("corrupt.parquet").write_bytes(b"PAR1" + b"\x00" * 100 + b"PAR1")
    return "parquet:broken/corrupt.parquet"


def truncated(folder):
    """A Delta table whose log ends within a line."""
    table = folder / "truncated"
    shutil.copytree(folder.parent / "beanr" / "port_calls", table, dirs_exist_ok=True)
    log = table / "_delta_log" / f"{0:020}.json"
    log.write_bytes(log.read_bytes()[:-200])
    return "delta:broken/truncated"


def outside(folder):
    """A file that is not the provider's to publish."""
    return f"csv:{folder.name}/../../../../../etc/passwd"


@pytest.mark.parametrize("source", [missing, corrupt, truncated, outside])
def test_bad_source_is_a_problem(served, source):
    folder = Path(served.directory) / "data" / "broken"
    folder.mkdir(exist_ok=True)

    answer = publish(served, source(folder))

    assert problem_of(answer)["code"] in {"SOURCE_UNREADABLE", "REQUEST_INVALID"}
    assert is_alive(served)
