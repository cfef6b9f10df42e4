import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.proofs.canonical import MalformedError
from entrepot.proofs.notes import Checkpoint, VerifierKey, open_note, read_checkpoint
from tests.entrepot.tlog import Signer, tree_hash

LOG = Signer("entrepot.test/log", 1)
OTHER = Signer("other.test/log", 9)
KEY = VerifierKey.parse(LOG.vkey)
ROOT = base64.b64encode(tree_hash([b"a"])).decode()

# The example of the C2SP signed-note specification, which golang.org/x/mod/sumdb/note also uses.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
    "dngotpRZb6KE6RyyBwJnAM=\n"
)


def test_note_of_specification_opens():
    text = open_note(GO_NOTE, VerifierKey.parse(GO_KEY), sole=True)
    assert text.startswith("If you think cryptography")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+",
        "+" + LOG.vkey.partition("+")[2],
        LOG.vkey.replace("entrepot", "entrepoT"),
        LOG.vkey.replace(" ", "") + "=",
        LOG.vkey.replace("/log", " log"),
        LOG.vkey.replace("/log", "\ud800"),
    ],
)
def test_malformed_key_is_refused(vkey):
    with pytest.raises(MalformedError):
        VerifierKey.parse(vkey)


def test_key_of_other_algorithm_is_refused():
    encoded = base64.b64encode(b"\x02" + bytes(32)).decode()
    with pytest.raises(MalformedError, match="algorithm 1"):
        VerifierKey.parse(f"name+00000000+{encoded}")


def test_checkpoint_is_read():
    note = LOG.note(f"{LOG.name}\n1\n{ROOT}\nextension line\n")
    assert read_checkpoint(note, KEY, sole=True) == Checkpoint(LOG.name, 1, tree_hash([b"a"]))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"{LOG.name}\n1\n", "not a checkpoint"),
        (f"other\n1\n{ROOT}\n", "of the log 'other'"),
        (f"{LOG.name}\n01\n{ROOT}\n", "not a whole number"),
        (f"{LOG.name}\n-1\n{ROOT}\n", "not a whole number"),
        (f"{LOG.name}\n\u0661\n{ROOT}\n", "not a whole number"),
        (f"{LOG.name}\n1\n{ROOT[:-4]}\n", "base64"),
        (f"{LOG.name}\n1\n{ROOT[:-2]}B=\n", "one spelling"),
    ],
)
def test_malformed_checkpoint_is_refused(text, complaint):
    with pytest.raises(MalformedError, match=complaint):
        read_checkpoint(LOG.note(text), KEY)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno dash\n",
        "text\n\n\u2014 name\n",
        "text\n\n\u2014  AAAA\n",
        LOG.note("text\n")[:-1],
        LOG.note("text\n") + "\n",
        LOG.note("x" * 70_000 + "\n"),
    ],
)
def test_malformed_note_is_refused(note):
    with pytest.raises(MalformedError):
        open_note(note, KEY, sole=False)


def test_note_of_other_signer_is_refused():
    with pytest.raises(MalformedError, match=r"not signed by entrepot\.test/log"):
        open_note(OTHER.note("text\n"), KEY, sole=False)


def test_changed_text_is_refused():
    with pytest.raises(MalformedError, match="does not verify"):
        open_note(LOG.note("text\n").replace("text", "test"), KEY, sole=False)


def test_short_signature_is_refused():
    short = base64.b64encode(LOG.id + bytes(63)).decode()
    with pytest.raises(MalformedError, match="does not verify"):
        open_note(f"text\n\n\u2014 {LOG.name} {short}\n", KEY, sole=False)


def test_cosignature_is_passed_over():
    line = OTHER.note("text\n").rpartition("\n\n")[2]
    assert open_note(LOG.note("text\n") + line, KEY, sole=False) == "text\n"


def test_cosignature_breaks_sole_signing():
    line = OTHER.note("text\n").rpartition("\n\n")[2]
    with pytest.raises(MalformedError, match="expected one signature, found 2"):
        open_note(LOG.note("text\n") + line, KEY, sole=True)


@given(
    st.text(st.characters(exclude_categories=[]))
    | st.text("\n\u2014 +a=").map(LOG.note("x\n").__add__)
)
def test_text_is_a_note_or_malformed(text):
    for read in (VerifierKey.parse, lambda note: read_checkpoint(note, KEY)):
        with pytest.raises(MalformedError):
            read(text)
