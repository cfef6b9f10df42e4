"""The hub's two signing keys: one for the log's checkpoints, one for the clean room's receipts."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalog.files import create_private, require_private
from catalog.notes import HASH_BYTES, Signer
from data_products.errors import ConfigurationError


@dataclass(frozen=True)
class Keys:
    """The keys, and the folder they lie in; there the last signed checkpoint is kept, too.

    Losing the folder means that nothing more can be added to the log; a copy of it is an
    impostor's. It belongs on another backup than the database.
    """

    log: Signer
    room: Signer
    folder: Path

    @classmethod
    def open(cls, folder: Path, origin: str) -> "Keys":
        """The keys of `origin`, such as `entrepot.example`; made where the folder has none.

        Raises:
            ConfigurationError: the folder is missing, or a key file is open to others or damaged.
        """
        log = Signer(f"{origin}/log", _seed(folder / "log.key"))
        room = Signer(f"{origin}/room", _seed(folder / "room.key"))
        return cls(log, room, folder)

    @property
    def vkeys(self) -> dict[str, str]:
        """The public halves, as text, by role."""
        return {"log": self.log.verifier.vkey, "room": self.room.verifier.vkey}


def _seed(path: Path) -> bytes:
    """The 32 bytes in the file, drawn now if there is no file."""
    # Drawn in vain where the file is there: asking first would leave a gap between two starts.
    create_private(path, Ed25519PrivateKey.generate().private_bytes_raw())
    require_private(path)
    seed = path.read_bytes()
    if len(seed) != HASH_BYTES:
        raise ConfigurationError(
            f"{path} holds {len(seed)} bytes, expected {HASH_BYTES}",
            hint="put the key back from its backup; without it the log cannot go on",
        )
    return seed
