"""Signed notes and checkpoints, with the vectors of the format's reference implementation."""

import base64

import pytest

from catalog.notes import Checkpoint, Signer, Verifier, decode64
from data_products.errors import ConfigurationError, IntegrityError

# From the documentation of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
QUOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNED = (
    QUOTE + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
    "dngotpRZb6KE6RyyBwJnAM=\n"
)
LOG = Signer("entrepot.example/log", bytes(range(32)))
OTHER = Signer("entrepot.example/log", bytes(32))
HEAD = Checkpoint(LOG.name, 3, b"r" * 32)


def test_known_note_verifies():
    assert Verifier.parse(PETER).open(SIGNED) == QUOTE


def test_known_vkey_is_written_back():
    assert Verifier.parse(PETER).vkey == PETER


def test_signed_note_opens():
    assert LOG.verifier.open(LOG.note("one\n\ntwo\n")) == "one\n\ntwo\n"


def test_seed_is_never_shown():
    assert "seed" not in repr(LOG)


@pytest.mark.parametrize("at", range(0, len(SIGNED), 7))
def test_altered_note_is_refused(at):
    altered = SIGNED[:at] + chr(ord(SIGNED[at]) ^ 1) + SIGNED[at + 1 :]

    with pytest.raises(IntegrityError):
        Verifier.parse(PETER).open(altered)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno signature\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name A===\n",
        "text\n\n— name AAAAAAAB\n— name AAAAAAAB",
        "te\x00xt\n\n— name AAAAAAAB\n",
        "text\n\n" + "— name AAAAAAAB\n" * 101,
    ],
)
def test_malformed_note_is_refused(note):
    with pytest.raises(IntegrityError):
        LOG.verifier.open(note)


def test_note_by_others_is_refused():
    with pytest.raises(IntegrityError, match="bears no signature"):
        LOG.verifier.open(OTHER.note("text\n"))


def test_signature_of_strangers_is_passed_over():
    note = LOG.note("text\n") + OTHER.note("text\n").partition("\n\n")[2]

    assert LOG.verifier.open(note) == "text\n"


def test_second_bad_signature_condemns_note():
    raw = LOG.verifier.id + bytes(64)
    note = LOG.note("text\n") + f"— {LOG.name} {base64.b64encode(raw).decode()}\n"

    with pytest.raises(IntegrityError, match="not by"):
        LOG.verifier.open(note)


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "null\x00\n"])
def test_text_that_no_note_holds(text):
    with pytest.raises(IntegrityError, match="newline"):
        LOG.note(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+AAAA",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("+ARpc", "+Ahpc"),
        "Peter" + PETER,
        PETER + "=",
    ],
)
def test_malformed_vkey_is_refused(vkey):
    with pytest.raises(ConfigurationError):
        Verifier.parse(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\x01b", "a\u00a0b"])
def test_name_that_no_key_has(name):
    with pytest.raises(ConfigurationError, match="cannot name a key"):
        Verifier(name, bytes(32))


def test_checkpoint_has_three_lines():
    assert HEAD.text == f"{LOG.name}\n3\n{base64.b64encode(b'r' * 32).decode()}\n"


def test_checkpoint_opens():
    assert Checkpoint.open(LOG.note(HEAD.text), LOG.verifier) == HEAD


def test_checkpoint_extensions_are_allowed():
    note = LOG.note(HEAD.text + "extension\n")

    assert Checkpoint.open(note, LOG.verifier) == HEAD


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "\n",
        f"{LOG.name}\n",
        f"{LOG.name}\n3\n",
        f"{LOG.name}\n3\nAAAA\n",
        f"{LOG.name}\n03\n{ROOT}\n",
        f"{LOG.name}\n-1\n{ROOT}\n",
        f"{LOG.name}\n{10**20}\n{ROOT}\n",
        f"another.example/log\n3\n{ROOT}\n",
    ],
)
def test_other_note_is_no_checkpoint(text):
    with pytest.raises(IntegrityError):
        Checkpoint.open(LOG.note(text), LOG.verifier)


@pytest.mark.parametrize("text", ["A", "AA", "AA=", "AB==", "A A=", "é", "AAAA\n", "-_-_"])
def test_loose_base64_is_refused(text):
    assert decode64(text) is None
