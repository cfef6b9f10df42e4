"""Log entries: salted commitments to the facts of an event, and the opening that shows the facts.

An entry is public and says only what happened when. Its commitment to a fact is SHA-256(salt ||
canonical value): without the salt nobody can try values out, with it anybody can check one.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from catalog.tables import stamp
from data_products.digest import Json, canonical
from data_products.errors import IntegrityError

# Enough that a fact with few possible values, such as a purpose, cannot be found by trying.
SALT_BYTES = 16
SALT = re.compile(r"[0-9a-f]{32}")
# Says what is signed, so that no signature of ours can be taken for one over something else.
SIGNED_AS = b"entrepot-receipt/1\n"


class Kind(StrEnum):
    """What an entry records."""

    RELEASE = "release"
    REFUSAL = "refusal"
    PUBLISH = "publish"
    GRANT = "grant"
    REVOKE = "revoke"
    SPEND = "spend"
    WITHHELD = "withheld"
    REQUEST = "request"


@dataclass(frozen=True)
class Opening:
    """What the commitments of an entry were made of: each field's value, and its salt in hex.

    Raises:
        IntegrityError: a field has no salt of 16 bytes, or a salt no field.
    """

    statement: Mapping[str, Json]
    salts: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuses salts that are not those of the fields."""
        sound = self.salts.keys() == self.statement.keys()
        if not sound or not all(SALT.fullmatch(salt) for salt in self.salts.values()):
            raise IntegrityError("found salts that do not fit the statement, expected one a field")

    @classmethod
    def of(cls, statement: Mapping[str, Json]) -> "Opening":
        """The statement with fresh salts.

        >>> Opening.of({"port": "beanr"}).commitments == Opening.of({"port": "beanr"}).commitments
        False
        """
        return cls(statement, {name: secrets.token_hex(SALT_BYTES) for name in statement})

    @property
    def commitments(self) -> dict[str, str]:
        """The commitment to each field, in hexadecimal."""
        return {name: commitment(self.salts[name], self.statement[name]) for name in self.statement}

    def entry(self, kind: Kind, at: datetime) -> dict[str, Json]:
        """The log entry that commits to it."""
        return {"kind": kind.value, "at": stamp(at), "commitments": self.commitments}

    def require(self, entry: Mapping[str, Json]) -> None:
        """Checks that the entry was made of this.

        Raises:
            IntegrityError: a field is not what the entry commits to; the message names it.
        """
        found, promised = self.commitments, entry["commitments"]
        if found == promised:
            return
        promised = promised if isinstance(promised, Mapping) else {}
        names = {**promised, **found}
        wrong = sorted(name for name in names if promised.get(name) != found.get(name))
        raise IntegrityError(f"what was recorded as {', '.join(wrong)} has been changed")


def commitment(salt: str, value: Json) -> str:
    """The commitment to a value under a salt, both ways in hexadecimal.

    >>> commitment("00" * 16, "berth")[:16]
    '59249a28d1db4a19'
    """
    return hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()
