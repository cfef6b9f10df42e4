"""Verifies receipts offline, trusting two public keys and nothing else.

`check` follows these steps; the numbers stand in the code too. It stops at the first that fails
and says what differs.

1. format      the document has the fields of `entrepot-receipt/1`, each in its one spelling
2. statement   statement, salts and the entry's commitments name the same fields
3. statement   each field of the statement, salted, is what the entry commits to
4. entry       the clean room's key signed the entry
5. checkpoint  the log's key signed the checkpoint, and it alone
6. proof       the entry is in the tree that the checkpoint names (RFC 6962 inclusion)
7. result      the release, where one is given, is the one that the statement names

A receipt file is the canonical JSON (RFC 8785) of the document, so any changed byte is detected.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from entrepot.errors import InputError, ReceiptError
from entrepot.files import read_bytes, write_bytes
from entrepot.proofs import merkle
from entrepot.proofs.canonical import (
    Json,
    MalformedError,
    canonical,
    commitment,
    digest,
    parse_canonical,
)
from entrepot.proofs.fields import Document, as_object, text
from entrepot.proofs.form import FORMAT, ReceiptForm
from entrepot.proofs.notes import Checkpoint, VerifierKey, read_checkpoint

LARGEST_RECEIPT = 4 * 1024 * 1024
"""Bytes of a receipt file; a statement holds the SQL, which is at most 64 KB, names and digests."""


@dataclass(frozen=True)
class Keys:
    """The two public keys that a consumer pins: who signs checkpoints, and who signs entries."""

    log: VerifierKey
    room: VerifierKey

    @classmethod
    def parse(cls, log: str, room: str) -> "Keys":
        """The keys from their C2SP `vkey` texts.

        Raises:
            InputError: one of them is not a verifier key.
        """
        return cls(_key("log key", log), _key("room key", room))


def _key(what: str, vkey: str) -> VerifierKey:
    """The key in a vkey text."""
    try:
        return VerifierKey.parse(vkey)
    except MalformedError as error:
        raise InputError(
            f"the {what} is not a verifier key: {error}",
            hint="a key looks like entrepot.example/log+1a2b3c4d+AT...; copy it whole",
        ) from error


@dataclass(frozen=True)
class Receipt:
    """A receipt, the keys that its holder pinned, and the release that it should be for."""

    document: Document = field(repr=False)
    keys: Keys | None = None
    release: Json = field(default=None, repr=False)

    @classmethod
    def read(cls, item: Json, keys: Keys | None) -> Self:
        """The receipt in a reply, not yet verified; MalformedError where it is no object."""
        return cls(as_object(item, "receipt"), keys)

    @property
    def kind(self) -> str:
        """What the entry records: `release`, `refusal`, and so on."""
        return text(_form(self.document).entry, "kind")

    @property
    def statement(self) -> Document:
        """What the clean room states: consumer, purpose, sql, products, policy, cost, result."""
        return _form(self.document).statement

    def verify(self) -> None:
        """Verifies the receipt, and the release with it, offline.

        Raises:
            ReceiptError: it does not verify; says what differs.
            InputError: no keys are pinned to verify it with.
        """
        if self.keys is None:
            raise InputError(
                "no keys are pinned to verify the receipt with",
                hint="connect with a profile file, which holds log_key and room_key",
            )
        check(self.document, self.keys, release=self.release)

    def answers(self, **asked: str) -> None:
        """Checks that the statement is about what was asked, such as its `sql` and `purpose`.

        Raises:
            ReceiptError: a field of the statement differs from what was asked.
        """
        for name, value in asked.items():
            if self.statement.get(name) != value:
                raise ReceiptError("question", f"the receipt is for another {name}")

    def save(self, path: str | Path) -> None:
        """Writes the receipt file, in canonical JSON.

        Raises:
            InputError: the file cannot be written.
        """
        write_bytes(Path(path), canonical(self.document))


def load(path: str | Path) -> Document:
    """The document in a receipt file, not yet verified.

    Raises:
        ReceiptError: the file is not canonical JSON of an object.
        InputError: the file cannot be read, or is larger than any receipt.
    """
    data = read_bytes(Path(path), limit=LARGEST_RECEIPT)
    try:
        return as_object(parse_canonical(data), "receipt")
    except MalformedError as error:
        raise ReceiptError("format", str(error)) from error


def verify(document: Document, *, log_key: str, room_key: str, release: Json = None) -> None:
    """Verifies a receipt, and the release that it is for where one is given.

    Raises:
        ReceiptError: some step fails; its `part` and message say what differs.
        InputError: a key is not a C2SP verifier key.
    """
    check(document, Keys.parse(log_key, room_key), release=release)


def check(document: Document, keys: Keys, *, release: Json = None) -> Checkpoint:
    """The checkpoint that vouches for the receipt, after all the steps that the module lists.

    Raises:
        ReceiptError: some step fails; its `part` and message say what differs.
    """
    # (1) Nothing is computed from a field before all fields are in their form.
    form = _form(document)
    # (2), (3) The statement is what the entry commits to, field by field.
    _check_statement(form)
    # (4) The clean room signed the entry.
    _check_entry(form, keys.room)
    # (5) The log signed the checkpoint.
    checkpoint = _open_checkpoint(form, keys.log)
    # (6) The entry is in that log.
    _check_proof(form, checkpoint)
    # (7) The release is the one that was recorded.
    if release is not None and digest(release) != form.statement.get("result"):
        raise ReceiptError("result", "the release is not the one whose digest is stated")
    return checkpoint


def _form(document: Json) -> ReceiptForm:
    """Step 1: the document's fields."""
    try:
        return ReceiptForm.read(document)
    except MalformedError as error:
        raise ReceiptError("format", str(error)) from error


def _check_statement(form: ReceiptForm) -> None:
    """Steps 2 and 3: the same fields everywhere, and each commitment that of its field."""
    stated = form.statement.keys()
    # A field that is stated and not committed to could be made up; one committed to and not
    # stated may be what the reader should know.
    for what, names in (("salts", form.salts), ("entry's commitments", form.commitments)):
        for name in sorted(stated ^ names.keys()):
            where, missing = ("statement", what) if name in stated else (what, "statement")
            raise ReceiptError(
                "statement", f"the field {name[:60]!r} of the {where} is missing in the {missing}"
            )
    for name, value in form.statement.items():
        if commitment(form.salts[name], value) != form.commitments[name]:
            raise ReceiptError(
                "statement", f"the field {name[:60]!r} is not what the log entry commits to"
            )


def _check_entry(form: ReceiptForm, key: VerifierKey) -> None:
    """Step 4: the entry's signature."""
    # The name is compared too, so that the file says nothing about its signer that is not so.
    if form.signer != key.short:
        raise ReceiptError("entry", f"signed by {form.signer[:100]!r}, expected {key.short!r}")
    # The prefix keeps what the key signs for other ends from being read as an entry.
    signed = FORMAT.encode() + b"\n" + canonical(form.entry)
    if not key.verifies(form.signature, signed):
        raise ReceiptError("entry", f"the signature of {key.short} over the entry does not verify")


def _open_checkpoint(form: ReceiptForm, key: VerifierKey) -> Checkpoint:
    """Step 5: the checkpoint, signed by the log and nobody else."""
    try:
        return read_checkpoint(form.checkpoint, key, sole=True)
    except MalformedError as error:
        raise ReceiptError("checkpoint", str(error)) from error


def _check_proof(form: ReceiptForm, checkpoint: Checkpoint) -> None:
    """Step 6: the audit path leads from the entry to the checkpoint's root."""
    if form.size != checkpoint.size:
        raise ReceiptError(
            "checkpoint", f"it is of size {checkpoint.size}, the proof of size {form.size}"
        )
    try:
        reached = merkle.climb(merkle.leaf(canonical(form.entry)), form.index, form.size, form.path)
    except MalformedError as error:
        raise ReceiptError("proof", str(error)) from error
    if reached != checkpoint.root:
        raise ReceiptError("proof", f"entry {form.index} is not in the tree of the checkpoint")
