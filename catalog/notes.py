"""Signed notes and checkpoints: the C2SP signed-note and tlog-checkpoint formats, with Ed25519.

A note is a text that ends in a newline, an empty line, and a line to each signature:
`— <key name> <base64(4-byte key id || signature)>`. A verifier key, or vkey, is
`<key name>+<hex key id>+<base64(0x01 || public key)>`.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from data_products.errors import ConfigurationError, IntegrityError

ED25519 = b"\x01"
KEY_ID_BYTES = 4
HASH_BYTES = 32
# As many as the reference implementation reads; a longer note is an attempt to keep us busy.
MOST_SIGNATURES = 100
SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Verifier:
    """A public key with its name.

    >>> Verifier.parse(Signer("example.org/log", bytes(32)).verifier.vkey).name
    'example.org/log'
    """

    name: str
    public: bytes

    def __post_init__(self) -> None:
        """Refuses a name that could not be told from the rest of its line."""
        if not re.fullmatch(r"[^\s+]+", self.name) or CONTROL.search(self.name):
            raise ConfigurationError(
                f"{self.name[:60]!r} cannot name a key",
                hint="a key's name has no blank, no plus and no control character",
            )

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Reads a vkey.

        Raises:
            ConfigurationError: it is not one, or its key id is not that of its key.
        """
        name, _, rest = vkey.partition("+")
        encoded = rest.partition("+")[2]
        key = decode64(encoded)
        if key is None or len(key) != 1 + HASH_BYTES or key[:1] != ED25519:
            raise ConfigurationError("not a verifier key: expected <name>+<id>+<Ed25519 key>")
        verifier = cls(name, key[1:])
        # Written out again it must be the same: that checks the id, and bars a second spelling.
        if verifier.vkey != vkey:
            raise ConfigurationError(f"the verifier key of {name[:60]!r} has another key's id")
        return verifier

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name || newline || algorithm || key)."""
        named = self.name.encode() + b"\n" + ED25519 + self.public
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def label(self) -> str:
        """The name and the id, as a receipt's signature gives them."""
        return f"{self.name}+{self.id.hex()}"

    @property
    def vkey(self) -> str:
        """The key as text, to be handed to whoever verifies."""
        return f"{self.label}+{encode64(ED25519 + self.public)}"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Checks a signature over the bytes.

        Raises:
            IntegrityError: this key did not sign them.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise IntegrityError(f"the signature is not by {self.label}") from error

    def open(self, note: str) -> str:
        """The text of a note that this key has signed; other keys' signatures are passed over.

        Raises:
            IntegrityError: it is not a note, or this key has not signed it.
        """
        text, signatures = _taken_apart(note)
        ours = [raw for name, raw in signatures if name == self.name and raw[:4] == self.id]
        if not ours:
            raise IntegrityError(f"the note bears no signature by {self.label}")
        # One by a known key that fails condemns the note, even beside another that does not.
        for raw in ours:
            self.verify(text.encode(), raw[KEY_ID_BYTES:])
        return text


@dataclass(frozen=True)
class Signer:
    """A private key with its name; the seed, 32 bytes, is never shown."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        """The key as the library wants it."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, message: bytes) -> bytes:
        """The signature over the bytes, 64 bytes."""
        return self._private.sign(message)

    def note(self, text: str) -> str:
        """The text as a signed note.

        Raises:
            IntegrityError: the text does not end in a newline, or holds a control character.
        """
        if not text.endswith("\n") or CONTROL.search(text):
            raise IntegrityError("a note's text ends in a newline and has no control character")
        raw = self.verifier.id + self.sign(text.encode())
        return f"{text}\n— {self.name} {encode64(raw)}\n"


@dataclass(frozen=True)
class Checkpoint:
    """A log's size and root, under the log's name (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed.

        >>> Checkpoint("example.org/log", 0, b"").text.splitlines()
        ['example.org/log', '0', '']
        """
        return f"{self.origin}\n{self.size}\n{encode64(self.root)}\n"

    @classmethod
    def open(cls, note: str, verifier: Verifier) -> "Checkpoint":
        """The checkpoint in a note, once its signature is verified; extension lines are allowed.

        Raises:
            IntegrityError: the signature fails, the origin is another, or it is no checkpoint.
        """
        origin, *lines = verifier.open(note).split("\n")
        size, root = (*lines, "", "")[:2]
        hashed = decode64(root)
        if origin != verifier.name or hashed is None or len(hashed) != HASH_BYTES:
            raise IntegrityError(f"the note is not a checkpoint of {verifier.name}")
        if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size):
            raise IntegrityError("the checkpoint's size is not a whole number")
        return cls(origin, int(size), hashed)


def encode64(raw: bytes) -> str:
    """The bytes in standard base64."""
    return base64.b64encode(raw).decode()


def decode64(text: str) -> bytes | None:
    """The bytes, or None where the text is not the one way to write them in base64.

    >>> decode64("cG9ydA=="), decode64("cG9ydB==")
    (b'port', None)
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # The decoder lets stray bits at the end pass: two texts for the same bytes.
    return raw if encode64(raw) == text else None


def _taken_apart(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note, and its signatures by key name.

    Raises:
        IntegrityError: the note has another form.
    """
    # The last empty line counts: the text itself may hold others.
    text, gap, block = note.rpartition("\n\n")
    lines = block.removesuffix("\n").split("\n")
    if not gap or not block.endswith("\n") or CONTROL.search(note):
        raise IntegrityError("not a signed note: a text, an empty line and signatures expected")
    if len(lines) > MOST_SIGNATURES:
        raise IntegrityError(f"the note bears more than {MOST_SIGNATURES} signatures")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    """The key name and the signature, key id first, of a note's last lines.

    Raises:
        IntegrityError: the line is not a signature.
    """
    match = SIGNATURE_LINE.fullmatch(line)
    raw = decode64(match[2]) if match else None
    if match is None or raw is None or len(raw) <= KEY_ID_BYTES:
        raise IntegrityError("the note has a malformed signature line")
    return match[1], raw
