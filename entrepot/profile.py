"""The profile file: where the service is, who we are there, and whose signatures we trust."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from entrepot.errors import InputError, ProfileError
from entrepot.files import read_bytes
from entrepot.proofs import fields
from entrepot.proofs.canonical import MalformedError, parse
from entrepot.proofs.fields import Document
from entrepot.receipts import Keys

NAMES = "url client_id client_secret organisation log_key room_key"
LARGEST_PROFILE = 64 * 1024
VARIABLE = "ENTREPOT_PROFILE"
"""The environment variable that names the profile file where none is given."""


@dataclass(frozen=True)
class Profile:
    """Who we are at a service, and the keys that its log and its clean room sign with."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    organisation: str
    keys: Keys

    @classmethod
    def find(cls, path: str | Path | None) -> "Profile":
        """The profile in a file, or without one in that which ENTREPOT_PROFILE names.

        Raises:
            ProfileError: neither is given, or `read` refuses the file.
        """
        named = path or os.environ.get(VARIABLE)  # noqa: TID251 - the SDK's one variable
        if not named:
            raise ProfileError(
                "no profile file is given",
                hint=f"give --profile FILE or set {VARIABLE}; `entrepot demo` writes some to try",
            )
        return cls.read(named)

    @classmethod
    def read(cls, path: str | Path) -> "Profile":
        """The profile in a file.

        Raises:
            ProfileError: the file is missing, others may read it, or a field does not fit.
        """
        found = Path(path)
        try:
            data = read_bytes(found, limit=LARGEST_PROFILE, private=True)
        except InputError as error:
            raise ProfileError(str(error), hint=error.hint) from error
        try:
            # Unknown fields are refused too: a misspelt key would go unnoticed otherwise.
            return cls._read(fields.exactly(parse(data), "profile", NAMES))
        except (MalformedError, InputError) as error:
            raise ProfileError(
                f"{found} is not a profile: {error}",
                hint=f"it is a JSON object with exactly the fields {', '.join(NAMES.split())}",
            ) from error

    @classmethod
    def _read(cls, document: Document) -> "Profile":
        """The profile in a JSON object."""
        url, client_id, client_secret, organisation, log_key, room_key = (
            fields.text(document, name) for name in NAMES.split()
        )
        return cls(url, client_id, client_secret, organisation, Keys.parse(log_key, room_key))
