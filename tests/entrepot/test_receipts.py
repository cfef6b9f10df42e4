import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot import receipts
from entrepot.errors import InputError, ReceiptError
from entrepot.proofs.canonical import canonical
from tests.entrepot.mutation import mutants
from tests.entrepot.tlog import RELEASE, Signer, TinyLog, statement


def log_of(size):
    """A log with a release in its middle, and the release's receipt."""
    log = TinyLog()
    for i in range(size):
        log.append(statement(release_number=i))
    return log


LOG = log_of(5)
RECEIPT = LOG.receipt(2)
KEYS = {"log_key": LOG.log.vkey, "room_key": LOG.room.vkey}
FILE = canonical(RECEIPT)


def changed(*path, value):
    """The receipt with one field replaced; `...` takes the field away."""
    receipt = copy.deepcopy(RECEIPT)
    *steps, last = path
    inner = receipt
    for step in steps:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return receipt


def fault(document, **options):
    """The error that verifying raises."""
    with pytest.raises(ReceiptError) as caught:
        receipts.verify(document, **{**KEYS, **options})
    return caught.value


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_every_receipt_verifies(size):
    log = log_of(size)
    for index in range(size):
        receipts.verify(log.receipt(index), **KEYS, release=RELEASE)


@pytest.mark.parametrize(
    ("path", "value", "part", "says"),
    [
        (["format"], "entrepot-receipt/2", "format", "format is not"),
        (["format"], ..., "format", "lacks the field 'format'"),
        (["extra"], 1, "format", "unknown field 'extra'"),
        (["entry", "extra"], 1, "format", "entry has the unknown field 'extra'"),
        (["entry", "kind"], 1, "format", "kind is a number"),
        (["proof", "index"], True, "format", "index is a truth value"),
        (["proof", "index"], 1.5, "format", "index is a number"),
        (["proof", "index"], -1, "format", "index is a number"),
        (["proof", "hashes"], ["00"], "format", "64 lower-case"),
        (["proof", "hashes"], ["00" * 32] * 54, "format", "at most 53"),
        (["signature", "value"], "AA==", "format", "base64 of 64 bytes"),
        (["salts", "sql"], "00" * 15, "format", "32 lower-case"),
        (["salts", "sql"], "AB" * 16, "format", "32 lower-case"),
        (["salts", "sql"], 7, "format", "sql is a number"),
        (["statement"], [], "format", "statement is a list"),
        (["statement", "sql"], "\ud800", "format", "no canonical form"),
        (["statement", "sql"], 2**53, "format", "no canonical form"),
        (["statement", "sql"], "SELECT 1", "statement", "'sql' is not what"),
        (["statement", "cost", "epsilon"], 1, "statement", "'cost' is not what"),
        (["statement", "sql"], ..., "statement", "'sql' of the salts is missing in the statement"),
        (["statement", "more"], 1, "statement", "'more' of the statement is missing in the salts"),
        (["salts", "sql"], ..., "statement", "'sql' of the statement is missing in the salts"),
        (["salts", "sql"], "00" * 16, "statement", "'sql' is not what"),
        (["entry", "commitments", "sql"], ..., "statement", "missing in the entry's commitments"),
        (["entry", "commitments", "sql"], "00" * 32, "statement", "'sql' is not what"),
        (["entry", "kind"], "refusal", "entry", "over the entry does not verify"),
        (["entry", "at"], "2026-11-26T10:00:00.000000Z", "entry", "does not verify"),
        (["signature", "key"], "other+00000000", "entry", "signed by 'other"),
        (["proof", "size"], 6, "checkpoint", "size 5, the proof of size 6"),
        (["proof", "index"], 3, "proof", "entry 3 is not in the tree"),
        (["proof", "index"], 5, "proof", "outside"),
        (["proof", "hashes"], [], "proof", "0 hashes, expected 3"),
        (["checkpoint"], "", "checkpoint", "not a signed note"),
        (["checkpoint"], 1, "format", "checkpoint is a number"),
        (["checkpoint"], LOG.checkpoint(4), "checkpoint", "size 4, the proof of size 5"),
    ],
)
def test_change_is_named(path, value, part, says):
    found = fault(changed(*path, value=value))
    assert (found.part, found.code) == (part, "RECEIPT_INVALID")
    assert says in str(found)


@pytest.mark.parametrize("document", [None, [], "receipt", 7, {}, {"format": FILE}])
def test_other_value_is_no_receipt(document):
    assert fault(document).part == "format"


def test_checkpoint_with_second_signature_is_refused():
    line = Signer("witness.test", 7).note("x\n").rpartition("\n\n")[2]
    found = fault(changed("checkpoint", value=RECEIPT["checkpoint"] + line))
    assert found.part == "checkpoint"


def test_split_view_receipt_is_refused():
    other = log_of(5)
    other.entries[0]["at"] = "2025-01-01T00:00:00.000000Z"
    found = fault({**RECEIPT, "checkpoint": other.checkpoint()})
    assert found.part == "proof"


def test_entry_of_other_room_is_refused():
    assert fault(RECEIPT, room_key=TinyLog(seed=5).room.vkey).part == "entry"


def test_checkpoint_of_other_log_is_refused():
    assert fault(RECEIPT, log_key=TinyLog(seed=5).log.vkey).part == "checkpoint"


def test_log_key_cannot_sign_entries():
    assert fault(RECEIPT, room_key=LOG.log.vkey).part == "entry"


def test_other_release_is_refused():
    found = fault(RECEIPT, release={**RELEASE, "rows": [[13]]})
    assert found.part == "result"


def test_refusal_vouches_for_no_release():
    log = TinyLog()
    log.append({"id": "ref-1", "code": "RAW_ROWS"}, kind="refusal")
    receipts.verify(log.receipt(0), **KEYS)
    assert fault(log.receipt(0), release=RELEASE).part == "result"


@pytest.mark.parametrize("key", ["log_key", "room_key"])
def test_malformed_key_is_input_fault(key):
    with pytest.raises(InputError, match="is not a verifier key"):
        receipts.verify(RECEIPT, **{**KEYS, key: "nonsense"})


def test_receipt_checks_own_question():
    receipt = receipts.Receipt(RECEIPT, receipts.Keys.parse(*KEYS.values()), RELEASE)
    receipt.verify()
    receipt.answers(purpose="ent:TradeStatistics")
    with pytest.raises(ReceiptError, match="question: the receipt is for another purpose"):
        receipt.answers(purpose="ent:BerthPlanning")


def test_receipt_without_keys_cannot_verify():
    with pytest.raises(InputError, match="no keys are pinned"):
        receipts.Receipt(RECEIPT).verify()


def test_saved_receipt_loads(tmp_path):
    receipts.Receipt(RECEIPT).save(tmp_path / "r.json")
    assert (tmp_path / "r.json").read_bytes() == FILE
    assert receipts.load(tmp_path / "r.json") == RECEIPT


@pytest.mark.parametrize("data", [b"", b"[]", b"null", json.dumps(RECEIPT).encode(), FILE + b"\n"])
def test_file_in_other_spelling_is_refused(tmp_path, data):
    (tmp_path / "r.json").write_bytes(data)
    with pytest.raises(ReceiptError):
        receipts.load(tmp_path / "r.json")


def test_missing_file_is_input_fault(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        receipts.load(tmp_path / "none.json")


def test_huge_file_is_input_fault(tmp_path):
    with (tmp_path / "r.json").open("wb") as file:
        file.truncate(receipts.LARGEST_RECEIPT + 1)
    with pytest.raises(InputError, match="larger"):
        receipts.load(tmp_path / "r.json")


def verify_file(path, data):
    """Loads and verifies a file's bytes, as `entrepot receipt verify` does."""
    path.write_bytes(data)
    receipts.verify(receipts.load(path), **KEYS)


def test_any_flipped_byte_is_detected(tmp_path):
    path = tmp_path / "r.json"
    verify_file(path, FILE)
    for position in range(len(FILE)):
        for flip in (0x01, 0x20, 0x80):
            data = bytearray(FILE)
            data[position] ^= flip
            with pytest.raises(ReceiptError):
                verify_file(path, bytes(data))


@given(st.data())
def test_any_edit_of_bytes_is_detected(tmp_path_factory, data):
    start = data.draw(st.integers(0, len(FILE)))
    end = data.draw(st.integers(start, min(len(FILE), start + 8)))
    edited = FILE[:start] + data.draw(st.binary(max_size=8)) + FILE[end:]
    path = tmp_path_factory.mktemp("edit") / "r.json"
    if edited != FILE:
        with pytest.raises(ReceiptError):
            verify_file(path, edited)


@given(mutants(RECEIPT))
def test_no_mutant_verifies(mutant):
    if json.dumps(mutant, sort_keys=True) != json.dumps(RECEIPT, sort_keys=True):
        assert fault(mutant).code == "RECEIPT_INVALID"


@given(st.binary(max_size=200))
def test_no_bytes_are_a_receipt_by_chance(tmp_path_factory, data):
    with pytest.raises(ReceiptError):
        verify_file(tmp_path_factory.mktemp("noise") / "r.json", data)
