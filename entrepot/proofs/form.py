"""The form of a receipt: every field in its one spelling, nothing missing, nothing unknown."""

from collections.abc import Mapping
from dataclasses import dataclass

from entrepot.proofs import fields
from entrepot.proofs.canonical import Json, MalformedError, canonical
from entrepot.proofs.fields import Document, from_base64, from_hex

FORMAT = "entrepot-receipt/1"
SALT, HASH, SIGNATURE = 16, 32, 64
"""Lengths in bytes."""
DEEPEST = 53
"""Most hashes of an audit path; a log has fewer than 2**53 entries, as JSON numbers are exact."""


@dataclass(frozen=True)
class ReceiptForm:
    """A receipt's fields, in their form but not yet verified."""

    statement: Document
    salts: Mapping[str, bytes]
    entry: Document
    commitments: Mapping[str, str]
    signer: str
    signature: bytes
    index: int
    size: int
    path: tuple[bytes, ...]
    checkpoint: str

    @classmethod
    def read(cls, document: Json) -> "ReceiptForm":
        """The fields of the document.

        Raises:
            MalformedError: something is missing, unknown or not in its form; says what.
        """
        # A value without a canonical form, such as half a surrogate pair, would fail only later.
        canonical(document)
        # An unknown field is refused: it would be read by people and vouched for by nobody.
        top = fields.exactly(
            document, "receipt", "format statement salts entry signature proof checkpoint"
        )
        # Another version may give the same names another meaning.
        if top["format"] != FORMAT:
            raise MalformedError(f"the field format is not {FORMAT!r}")
        entry = fields.exactly(top["entry"], "entry", "kind at commitments")
        fields.text(entry, "kind")
        fields.text(entry, "at")
        signature = fields.exactly(top["signature"], "signature", "key value")
        proof = fields.exactly(top["proof"], "proof", "index size hashes")
        return cls(
            statement=fields.child(top, "statement"),
            salts=_all_hex(fields.child(top, "salts"), SALT),
            entry=entry,
            commitments={
                name: data.hex()
                for name, data in _all_hex(fields.child(entry, "commitments"), HASH).items()
            },
            signer=fields.text(signature, "key"),
            signature=from_base64(fields.text(signature, "value"), SIGNATURE),
            index=fields.whole(proof, "index"),
            size=fields.whole(proof, "size"),
            path=hashes(proof),
            checkpoint=fields.text(top, "checkpoint"),
        )


def hashes(proof: Document) -> tuple[bytes, ...]:
    """The audit path in a proof.

    Raises:
        MalformedError: not a list of hashes, or longer than any path is.
    """
    found = fields.items(proof, "hashes")
    # Checked before the hashes are read, so that a long list costs nothing.
    if len(found) > DEEPEST:
        raise MalformedError(f"the proof has {len(found)} hashes, expected at most {DEEPEST}")
    return tuple(_all_hex({str(i): value for i, value in enumerate(found)}, HASH).values())


def _all_hex(source: Document, length: int) -> dict[str, bytes]:
    """The bytes in every field of an object of hexadecimal texts."""
    return {name: from_hex(fields.text(source, name), length) for name in source}
