"""The log's signed checkpoints: one root to a size, for ever.

The last one signed lies with the keys. Whoever puts an older copy of the database back, or alters
the log in place, is found out at the next signature, which is refused.
"""

from pathlib import Path

import sqlalchemy as sa

from catalog.audit import continued
from catalog.database import Database
from catalog.files import replace_private, require_private
from catalog.keys import Keys
from catalog.merkle import EMPTY_ROOT
from catalog.notes import Checkpoint
from catalog.tables import signers
from data_products.errors import ConfigurationError


class Checkpoints:
    """Signs checkpoints, and remembers the last."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._memory: Path = keys.folder / "log.checkpoint"

    def attach(self) -> None:
        """Ties the database to the keys the first time, and later makes sure of it.

        Raises:
            ConfigurationError: other keys have signed what is in the database.
        """
        with self._database.write() as connection:
            known = dict(iter(connection.execute(sa.select(signers.c.role, signers.c.vkey))))
            if not known:
                rows = [{"role": role, "vkey": vkey} for role, vkey in self._keys.vkeys.items()]
                connection.execute(sa.insert(signers), rows)
            elif known != self._keys.vkeys:
                raise ConfigurationError(
                    f"the database was signed by other keys than those in {self._keys.folder}",
                    hint="put the keys back from their backup, under the origin they had",
                )

    def latest(self) -> str:
        """The checkpoint over every committed entry, signed now if the log has grown.

        Raises:
            IntegrityError: the log does not continue the last checkpoint; nothing is signed.
        """
        # The lock keeps other writers out, and with them anyone else who would sign; and what a
        # transaction sees at its beginning has been committed, and so is on disk.
        with self._database.write() as connection:
            note, last = self.last()
            head = continued(connection, last, self._keys.room.verifier)
            if note and head == last:
                return note
            note = self._keys.log.note(head.text)
            # Remembered before it is given away: the other order could forget one that is out.
            replace_private(self._memory, note.encode())
        return note

    def last(self) -> tuple[str, Checkpoint]:
        """The last checkpoint signed, as a note and as read; the empty log's where there is none.

        Raises:
            IntegrityError: the file holds something else.
        """
        if not self._memory.exists():
            return "", Checkpoint(self._keys.log.name, 0, EMPTY_ROOT)
        # Whoever can write it can also make it forget.
        require_private(self._memory)
        note = self._memory.read_bytes().decode(errors="replace")
        return note, Checkpoint.open(note, self._keys.log.verifier)
