"""Signed notes and checkpoints (C2SP signed-note v1 and tlog-checkpoint v1), Ed25519 only."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from entrepot.proofs.canonical import MalformedError
from entrepot.proofs.fields import from_base64, from_hex

Signature = tuple[str, bytes]
"""A signer's name, and the key id with the signature."""

ED25519 = b"\x01"
LONGEST_NOTE = 64 * 1024
_NAME = re.compile(r"[^\s+\x00-\x20\x7f\ud800-\udfff]{1,200}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name of its holder, as a C2SP `vkey` writes it."""

    name: str
    id: bytes
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """The key in `<name>+<hex key id>+<base64(0x01 || 32 bytes)>`.

        Raises:
            MalformedError: another form, another algorithm, or an id that is not the key's.
        """
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        if not _NAME.fullmatch(name):
            raise MalformedError("expected <name>+<key id>+<base64>")
        data = from_base64(encoded, 33)
        if data[:1] != ED25519:
            raise MalformedError(f"expected an Ed25519 key (algorithm 1), found {data[0]}")
        expected = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
        # The id guards against a name or key that was copied wrongly, not against forgers.
        if from_hex(key_id, 4) != expected:
            raise MalformedError(f"the key id is not that of the key and name {name!r}")
        return cls(name, expected, data[1:])

    @property
    def short(self) -> str:
        """Name and key id, by which signatures say who made them."""
        return f"{self.name}+{self.id.hex()}"

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether the key's holder made the signature over the data."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Checkpoint:
    """What a log said it was: its name, how many entries it had, and their root hash."""

    origin: str
    size: int
    root: bytes


def open_note(note: str, key: VerifierKey, *, sole: bool) -> str:
    """The text of a note that the key signed; with `sole`, by that key and nobody else.

    Raises:
        MalformedError: not a note, no signature by the key, or one that does not verify.
    """
    # The text may hold empty lines itself; only the last one parts it from the signatures.
    text, gap, block = note.rpartition("\n\n")
    if not gap or not block.endswith("\n") or len(note) > LONGEST_NOTE:
        raise MalformedError("not a signed note: text, an empty line, signature lines")
    signatures = [_signature_line(line) for line in block[:-1].split("\n")]
    # Lines of keys that are not ours prove nothing to us, and would be bytes that anyone can add.
    if sole and len(signatures) != 1:
        raise MalformedError(f"expected one signature, found {len(signatures)}")
    _check_signatures(f"{text}\n".encode(), signatures, key)
    return f"{text}\n"


def _check_signatures(text: bytes, signatures: Sequence[Signature], key: VerifierKey) -> None:
    """Checks that the key is among the signers, and that what it signed is the text."""
    ours = [data[4:] for name, data in signatures if (name, data[:4]) == (key.name, key.id)]
    if not ours:
        raise MalformedError(f"not signed by {key.short}")
    if not all(key.verifies(signature, text) for signature in ours):
        raise MalformedError(f"the signature of {key.short} does not verify")


def _signature_line(line: str) -> Signature:
    """Who signed, and key id and signature as bytes."""
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "\u2014" or not _NAME.fullmatch(name):
        raise MalformedError("a signature line is not `\u2014 <name> <base64>`")
    return name, from_base64(encoded)


def read_checkpoint(note: str, key: VerifierKey, *, sole: bool = False) -> Checkpoint:
    """The checkpoint in a note that the log's key signed; the origin must be the key's name.

    Raises:
        MalformedError: not a checkpoint, of another log, or not signed by the key.
    """
    match open_note(note, key, sole=sole).split("\n"):
        case [origin, size, encoded, *_, ""]:
            pass
        case _:
            raise MalformedError("not a checkpoint: origin, size and root hash, each on its line")
    # A key may sign for several logs; only the one that bears its name is meant.
    if origin != key.name:
        raise MalformedError(f"of the log {origin[:60]!r}, expected {key.name!r}")
    if not _NUMBER.fullmatch(size):
        raise MalformedError(f"the size {size[:20]!r} is not a whole number")
    return Checkpoint(origin, int(size), from_base64(encoded, 32))
