"""Verifies a whole log: every entry against the signed checkpoint, and against a copy kept earlier.

1. checkpoint   the log's key signed it
2. entries      hashed anew, they give the checkpoint's root (RFC 6962 section 2.1)
3. earlier      they begin with the entries that an earlier checkpoint, kept by us, vouches for

Where 2 or 3 fails, the first entry that does not fit is named, if it can be told: by the earlier
copy's entries, or by the service's own audit paths.

A copy is a directory with `checkpoint` (the signed note) and `entries.jsonl` (an entry in canonical
JSON to a line).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from entrepot.errors import IntegrityError, LogError, NotFoundError
from entrepot.files import read_bytes, read_text, write_bytes
from entrepot.proofs import merkle
from entrepot.proofs.canonical import MalformedError, canonical, parse
from entrepot.proofs.fields import Document, as_object
from entrepot.proofs.form import ReceiptForm, hashes
from entrepot.proofs.notes import LONGEST_NOTE, Checkpoint, VerifierKey, read_checkpoint
from entrepot.transport import Call, Transport

LARGEST_COPY = 1024 * 1024 * 1024
"""Bytes of a copy's entries; about a million of them."""


class Source(Protocol):
    """Where a log is read from."""

    def checkpoint(self) -> str:
        """The newest checkpoint, a signed note."""
        ...

    def entries(self, size: int) -> Iterator[bytes]:
        """The first entries, in canonical JSON; LogError where there are fewer than `size`."""
        ...

    def path(self, index: int, size: int) -> Sequence[bytes]:
        """The audit path of an entry by the log's own account; none where it gives none."""
        ...


@dataclass(frozen=True)
class RemoteLog:
    """The log of a service."""

    transport: Transport

    def checkpoint(self) -> str:
        """The newest checkpoint."""
        return self.transport.send(Call("GET", "/v1/log/checkpoint")).text()

    def entries(self, size: int) -> Iterator[bytes]:
        """The entries, one request to each."""
        # Up to the checkpoint only: what is appended meanwhile is under the next one.
        for index in range(size):
            try:
                reply = self.transport.send(Call("GET", f"/v1/log/entries/{index}"))
                yield canonical(reply.json())
            except (IntegrityError, NotFoundError, MalformedError) as error:
                raise LogError(f"entry {index} cannot be had: {error}") from error

    def path(self, index: int, size: int) -> Sequence[bytes]:
        """The audit path of an entry."""
        query = {"index": str(index), "size": str(size)}
        reply = self.transport.send(Call("GET", "/v1/log/proof", query=query))
        try:
            return hashes(as_object(reply.json(), "the proof"))
        except MalformedError as error:
            raise LogError(f"the proof of entry {index} does not fit: {error}") from error


@dataclass(frozen=True)
class Copy:
    """A log as it was: the checkpoint and, unless only that was kept, the entries under it."""

    note: str
    kept: tuple[bytes, ...] = ()

    @classmethod
    def read(cls, place: Path) -> "Copy":
        """The copy in a directory, or the mere checkpoint in a file.

        Raises:
            InputError: a file is missing or cannot be read.
        """
        # Auditors often keep a checkpoint alone; it still bounds what may have changed.
        if not place.is_dir():
            return cls(read_text(place, limit=LONGEST_NOTE))
        lines = read_bytes(place / "entries.jsonl", limit=LARGEST_COPY).splitlines()
        return cls(read_text(place / "checkpoint", limit=LONGEST_NOTE), tuple(lines))

    def save(self, directory: Path) -> None:
        """Writes the copy into a directory.

        Raises:
            InputError: a file cannot be written.
        """
        write_bytes(directory / "checkpoint", self.note.encode())
        write_bytes(directory / "entries.jsonl", b"".join(line + b"\n" for line in self.kept))

    def checkpoint(self) -> str:
        """The checkpoint of the copy."""
        return self.note

    def entries(self, size: int) -> Iterator[bytes]:
        """The entries of the copy."""
        if len(self.kept) < size:
            raise LogError(f"the copy has {len(self.kept)} entries, its checkpoint {size}")
        for index, line in enumerate(self.kept[:size]):
            try:
                yield canonical(parse(line))
            except MalformedError as error:
                raise LogError(f"entry {index} of the copy is {error}") from error

    def path(self, index: int, size: int) -> Sequence[bytes]:
        """None: a copy holds no audit paths."""
        del index, size
        return ()


def verify_log(source: Source, key: VerifierKey, *, earlier: Copy | None = None) -> Copy:
    """A copy of the log, once every step that the module lists has passed.

    Raises:
        LogError: a step failed; says which, and which entry where that can be told.
    """
    # (1) The checkpoint is the log's.
    note = source.checkpoint()
    checkpoint = _open("checkpoint", note, key)
    # (2) The entries are those under it.
    entries = tuple(source.entries(checkpoint.size))
    leaves = [merkle.leaf(entry) for entry in entries]
    if merkle.root(leaves) != checkpoint.root:
        raise LogError(_misfit(source, checkpoint, leaves, earlier))
    # (3) What was there once is still there.
    if earlier is not None:
        _check_earlier(entries, leaves, earlier, _open("earlier checkpoint", earlier.note, key))
    return Copy(note, entries)


def _open(what: str, note: str, key: VerifierKey) -> Checkpoint:
    """Step 1: the checkpoint in a note."""
    try:
        return read_checkpoint(note, key)
    except MalformedError as error:
        raise LogError(f"{what}: {error}") from error


def _check_earlier(
    entries: Sequence[bytes], leaves: Sequence[bytes], earlier: Copy, before: Checkpoint
) -> None:
    """Step 3: the first entries are those of the earlier checkpoint."""
    # A log only grows; a shorter one has been put back to an earlier day.
    if before.size > len(entries):
        raise LogError(f"the log has {len(entries)} entries, but had {before.size} before")
    if merkle.root(leaves[: before.size]) != before.root:
        changed = _first_change(leaves, earlier)
        raise LogError(
            f"entry {changed} is not the one in the earlier copy"
            if changed is not None
            else f"among the first {before.size} entries one is not what it was before"
        )


def _first_change(leaves: Sequence[bytes], earlier: Copy) -> int | None:
    """The first entry that differs from the earlier copy's."""
    # The log may have grown since, and a mere checkpoint has no entries at all.
    pairs = zip(leaves, map(merkle.leaf, earlier.kept), strict=False)
    return next((index for index, (now, then) in enumerate(pairs) if now != then), None)


def _misfit(
    source: Source, checkpoint: Checkpoint, leaves: Sequence[bytes], earlier: Copy | None
) -> str:
    """Which entry the root does not fit, in a sentence."""
    # Our own copy is asked first: the service's word comes from whom we doubt just now.
    changed = _first_change(leaves, earlier) if earlier else None
    if changed is None:
        fits = [_on_path(source, checkpoint, i, hashed) for i, hashed in enumerate(leaves)]
        # A service that computes its paths from changed entries has none that fits at all.
        changed = fits.index(False) if any(fits) and not all(fits) else None
    which = "an entry, it cannot be told which," if changed is None else f"entry {changed}"
    return f"{which} is not the one under the checkpoint of size {checkpoint.size}"


def _on_path(source: Source, checkpoint: Checkpoint, index: int, hashed: bytes) -> bool:
    """Whether the service's own audit path leads from the entry to the checkpoint's root."""
    path = source.path(index, checkpoint.size)
    try:
        return merkle.climb(hashed, index, checkpoint.size, path) == checkpoint.root
    except MalformedError:
        return False


def still_holds(source: Source, key: VerifierKey, receipt: Document) -> Checkpoint:
    """The log's newest checkpoint, once a verified receipt's entry is found to be under it too.

    Raises:
        LogError: the log has shrunk since, or its entry at that index is another one now.
    """
    form = ReceiptForm.read(receipt)
    now = _open("checkpoint", source.checkpoint(), key)
    if now.size < form.size:
        raise LogError(f"the log has {now.size} entries, but had {form.size} for the receipt")
    if not _on_path(source, now, form.index, merkle.leaf(canonical(form.entry))):
        raise LogError(f"entry {form.index} of the log is no longer the receipt's")
    return now
