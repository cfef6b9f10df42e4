"""Receipts, checked by a verifier that shares no code with the house."""

import base64
import copy
import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from data_products.errors import IntegrityError, NotFoundError


def jcs(value):
    """Canonical JSON; enough of RFC 8785 for what the tests state."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def public_key(vkey):
    """The key in a vkey, and its id."""
    name, identifier, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    assert hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == identifier
    return Ed25519PublicKey.from_public_bytes(raw[1:]), f"{name}+{identifier}"


def sound(receipt, vkeys):
    """Whether every part of a receipt holds, under the keys that the verifier was given."""
    entry, statement, salts = receipt["entry"], receipt["statement"], receipt["salts"]
    room, label = public_key(vkeys["room"])
    log, _ = public_key(vkeys["log"])
    commitments = {
        name: hashlib.sha256(bytes.fromhex(salts[name]) + jcs(value)).hexdigest()
        for name, value in statement.items()
    }
    text, _, line = receipt["checkpoint"].rpartition("\n\n— ")
    signature = base64.b64decode(receipt["signature"]["value"])
    try:
        room.verify(signature, b"entrepot-receipt/1\n" + jcs(entry))
        log.verify(base64.b64decode(line.split(" ")[1])[4:], text.encode() + b"\n")
    except InvalidSignature:
        return False
    origin, size, root = text.split("\n")
    return (
        commitments == entry["commitments"]
        and receipt["signature"]["key"] == label
        and origin == vkeys["log"].split("+")[0]
        and int(size) == receipt["proof"]["size"]
        and climbed(receipt) == base64.b64decode(root)
    )


def climbed(receipt):
    """The root that the proof leads to (RFC 9162 section 2.1.3.2, word for word)."""
    proof = receipt["proof"]
    fn, sn = proof["index"], proof["size"] - 1
    r = hashlib.sha256(b"\x00" + jcs(receipt["entry"])).digest()
    for p in map(bytes.fromhex, proof["hashes"]):
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = hashlib.sha256(b"\x01" + p + r).digest()
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\x01" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


@pytest.fixture
def vkeys(world):
    """What a verifier is given beforehand."""
    return world.catalog.log.vkeys


@pytest.fixture
def receipt(deal):
    """The receipt of the first of two answers."""
    first = deal.answer("f1", 42)
    deal.answer("f2", 43)
    return deal.world.catalog.receipts.get(first.id)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_receipt_verifies(deal, vkeys, count):
    answers = [deal.answer(f"f{number}", number) for number in range(count)]
    receipts = [deal.world.catalog.receipts.get(answer.id) for answer in answers]

    assert all(sound(receipt, vkeys) for receipt in receipts)


def test_receipt_at_once_verifies(deal, vkeys):
    assert sound(deal.answer().receipt, vkeys)


def test_receipt_has_agreed_form(receipt):
    assert set(receipt) == {
        "format",
        "statement",
        "salts",
        "entry",
        "signature",
        "proof",
        "checkpoint",
    }
    assert (receipt["format"], receipt["proof"]["index"]) == ("entrepot-receipt/1", 4)


def test_receipt_states_the_release(receipt):
    assert set(receipt["statement"]) == {
        "release",
        "consumer",
        "purpose",
        "sql",
        "products",
        "policy",
        "grants",
        "cost",
        "withheld",
        "engine",
        "result",
    }


def test_receipt_is_plain_json(receipt):
    assert json.loads(json.dumps(receipt)) == receipt


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("statement", "consumer", "insurer"),
        ("statement", "cost", {"epsilon": 0, "queries": 1}),
        ("salts", "cost", "00" * 16),
        ("entry", "at", "2025-11-25T10:00:00.000000Z"),
        ("entry", "kind", "refusal"),
        ("proof", "index", 2),
        ("proof", "size", 9),
        ("proof", "hashes", []),
        ("signature", "key", "entrepot.example/room+00000000"),
        ("signature", "value", base64.b64encode(bytes(64)).decode()),
    ],
)
def test_changed_receipt_fails(receipt, vkeys, part, field, value):
    changed = copy.deepcopy(receipt)
    changed[part] = {**changed[part], field: value}

    assert sound(receipt, vkeys)
    assert not sound(changed, vkeys)


def test_receipt_of_other_keys_fails(receipt, vkeys):
    assert not sound(receipt, {"log": vkeys["room"], "room": vkeys["log"]})


@pytest.mark.parametrize("identifier", ["", "release_0", "x" * 10_000])
def test_unknown_receipt_is_not_found(world, identifier):
    with pytest.raises(NotFoundError):
        world.catalog.receipts.get(identifier)


def test_erased_facts_have_no_receipt(deal):
    answer = deal.answer()
    deal.world.execute("DELETE FROM openings WHERE position = 4")

    with pytest.raises(NotFoundError):
        deal.world.catalog.receipts.get(answer.id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE openings SET statement = replace(statement, 'statistics', 'x') WHERE position = 4",
        "UPDATE log_entries SET signature = zeroblob(64) WHERE position = 4",
        "UPDATE log_nodes SET hash = zeroblob(32) WHERE level = 2 AND position = 0",
        "UPDATE receipts SET position = 3",
    ],
)
def test_altered_record_gets_no_receipt(deal, statement):
    answer = deal.answer()
    deal.spend("f2")
    deal.world.tamper(statement)

    with pytest.raises(IntegrityError):
        deal.world.catalog.releases.get(answer.id)
