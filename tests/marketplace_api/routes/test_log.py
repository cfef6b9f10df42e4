import pytest

from tests.marketplace_api.quay import AUDITOR, OFFICE, OPERATOR


def test_checkpoint_is_a_signed_note(web):
    reply = web.client.get("/v1/log/checkpoint")
    origin, size, _, blank, signature, end = reply.text.split("\n")
    assert (origin, size, blank, end) == ("entrepot.example/log", "6", "", "")
    assert signature.startswith("\u2014 entrepot.example/log ")
    assert reply.headers["content-type"].startswith("text/plain")


def test_keys_are_public(web):
    keys = web.client.get("/v1/log/keys").json()
    assert keys["log"].startswith("entrepot.example/log+")
    assert keys["room"].startswith("entrepot.example/room+")


def test_proof_is_public(web):
    proof = web.client.get("/v1/log/proof?index=0&size=6").json()
    assert (proof["index"], proof["size"], len(proof["hashes"])) == (0, 6, 3)


@pytest.mark.parametrize("who", [AUDITOR, OFFICE])
def test_entry_tells_kind_only(web, who):
    entry = web.get(who, "/v1/log/entries/0").json()
    assert (entry["kind"], entry.keys()) == ("publish", {"kind", "at", "commitments"})
    assert "import_declarations" not in str(entry)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("entries/999", 404),
        ("entries/-1", 400),
        ("entries/x", 400),
        ("entries/99999999999999999999", 400),
        ("proof?index=6&size=6", 404),
        ("proof?index=0&size=7", 404),
        ("proof?index=0&size=0", 400),
        ("proof?index=-1&size=6", 400),
        ("proof", 400),
    ],
)
def test_what_is_not_there_is_not_found(web, path, status):
    assert web.get(AUDITOR, f"/v1/log/{path}").status_code == status


def test_operator_reads_no_entry(web):
    assert web.get(OPERATOR, "/v1/log/entries/0").status_code == 403
