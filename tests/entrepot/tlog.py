"""A tiny transparency log for tests, written from the definitions and from no code of the project.

Trees follow the recursive definitions of RFC 6962 section 2.1, receipts the format's description.
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

AT = "2026-11-25T10:00:00.000000Z"


def canonical(value):
    """RFC 8785 for what tests use: ASCII names, no fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).digest()


def tree_hash(leaves):
    """MTH of RFC 6962."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    k = split(len(leaves))
    return sha256(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:]))


def audit_path(m, leaves):
    """PATH of RFC 6962."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*audit_path(m, leaves[:k]), tree_hash(leaves[k:])]
    return [*audit_path(m - k, leaves[k:]), tree_hash(leaves[:k])]


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Signer:
    """A named Ed25519 key."""

    def __init__(self, name, seed):
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.data = b"\x01" + self.private.public_key().public_bytes_raw()
        self.id = sha256(name.encode() + b"\n" + self.data)[:4]
        self.label = f"{name}+{self.id.hex()}"
        self.vkey = f"{self.label}+{base64.b64encode(self.data).decode()}"

    def sign(self, data):
        return base64.b64encode(self.private.sign(data)).decode()

    def note(self, text):
        signature = base64.b64encode(self.id + self.private.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.name} {signature}\n"


class TinyLog:
    """A log in memory, with the key of the log and the key of the clean room."""

    def __init__(self, name="entrepot.test", seed=1):
        self.log = Signer(f"{name}/log", seed)
        self.room = Signer(f"{name}/room", seed + 1)
        self.entries = []
        self.openings = []

    def append(self, statement, kind="release"):
        """Appends an entry that commits to the statement; its index."""
        salts = {name: sha256(name.encode())[:16].hex() for name in statement}
        commitments = {
            name: sha256(bytes.fromhex(salts[name]) + canonical(value)).hex()
            for name, value in statement.items()
        }
        self.entries.append({"kind": kind, "at": AT, "commitments": commitments})
        self.openings.append((statement, salts))
        return len(self.entries) - 1

    def leaves(self, size=None):
        return [canonical(entry) for entry in self.entries[:size]]

    def checkpoint(self, size=None):
        leaves = self.leaves(size)
        root = base64.b64encode(tree_hash(leaves)).decode()
        return self.log.note(f"{self.log.name}\n{len(leaves)}\n{root}\n")

    def proof(self, index, size=None):
        leaves = self.leaves(size)
        path = [hashed.hex() for hashed in audit_path(index, leaves)]
        return {"index": index, "size": len(leaves), "hashes": path}

    def receipt(self, index):
        statement, salts = self.openings[index]
        entry = self.entries[index]
        signed = b"entrepot-receipt/1\n" + canonical(entry)
        return {
            "format": "entrepot-receipt/1",
            "statement": statement,
            "salts": salts,
            "entry": entry,
            "signature": {"key": self.room.label, "value": self.room.sign(signed)},
            "proof": self.proof(index),
            "checkpoint": self.checkpoint(),
        }


RELEASE = {
    "columns": [{"name": "n", "type": "integer", "error": ""}],
    "rows": [[12]],
    "withheld": {"cells": [], "below_threshold": 3, "dominated": 1},
}


def statement(release=None, **changes):
    """A statement as a clean room makes it for a release."""
    return {
        "release": "rel-1",
        "consumer": "statistics-office",
        "purpose": "ent:TradeStatistics",
        "sql": "SELECT COUNT(*) AS n FROM customs_be.import_declarations",
        "products": [
            {
                "product": "customs-be.import_declarations",
                "version": "1.0.0",
                "snapshot": {"version": 0, "digest": "00" * 32},
            }
        ],
        "cost": {"epsilon": 0, "queries": 1},
        "result": sha256(canonical(release or RELEASE)).hex(),
        **changes,
    }
