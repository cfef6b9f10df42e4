"""receipt, log and explain: check what was said, trusting nobody, and read what a code means."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from entrepot.commands.terminal import (
    Common,
    JsonOption,
    ProfileOption,
    say,
    show,
    show_facts,
    show_json,
)
from entrepot.errors import BY_CODE, InputError
from entrepot.files import read_bytes
from entrepot.log import Copy, verify_log
from entrepot.profile import Profile
from entrepot.proofs.canonical import Json, MalformedError, parse
from entrepot.proofs.fields import as_object, child
from entrepot.receipts import Keys, check, load
from entrepot.snapshots import check_table

LARGEST_ANSWER = 64 * 1024 * 1024

receipt = App(name="receipt", help="Check receipts, offline.")
log = App(name="log", help="Check the service's log.")


@Parameter(name="*")
@dataclass(frozen=True)
class Pins:
    """Whose signatures are trusted: two keys, or a profile file that holds them."""

    log_key: Annotated[str, Parameter(help="The log's public key, as a C2SP vkey.")] = ""
    room_key: Annotated[str, Parameter(help="The clean room's public key.")] = ""
    profile: ProfileOption = None

    def keys(self) -> Keys:
        """The keys; InputError or ProfileError where they are not to be had."""
        # Keys that are given win: an auditor need not have a profile, nor trust ours.
        if self.log_key and self.room_key:
            return Keys.parse(self.log_key, self.room_key)
        if self.log_key or self.room_key:
            raise InputError(
                "one key is given, expected --log-key and --room-key",
                hint="a receipt is signed with both; the operator publishes them",
            )
        return Profile.find(self.profile).keys


PINS = Pins()
"""No option given: the keys of the profile in the environment."""


@Parameter(name="*")
@dataclass(frozen=True)
class Against:
    """What a receipt is compared with besides the keys."""

    table: Annotated[
        Path | None, Parameter(help="The table that was asked: compare its snapshot.")
    ] = None
    answer: Annotated[
        Path | None, Parameter(help="An answer that `query --json` printed: compare its result.")
    ] = None
    online: Annotated[
        bool, Parameter(negative="", help="Check too that the log still holds the entry.")
    ] = False


AGAINST = Against()
"""Compared with nothing else."""


@receipt.command(name="verify")
def verify_receipt(
    file: Path,
    /,
    *,
    pins: Pins = PINS,
    against: Against = AGAINST,
    json: JsonOption = False,
) -> None:
    """Verify a receipt file offline, and show what it states; if it fails, say what differs."""
    # Nothing of the receipt is shown before all of it has been verified.
    document = load(file)
    checkpoint = check(document, pins.keys(), release=_release(against.answer))
    statement, entry = child(document, "statement"), child(document, "entry")
    if against.table:
        say(f"table: holds the snapshot of {check_table(statement, against.table)}")
    if against.online:
        with Common(pins.profile).connect() as client:
            client.verify_receipt(document)
        say("log: still holds the entry")
    if json:
        show_json(statement)
    else:
        show_facts({"kind": entry["kind"], "at": entry["at"], **statement})
    say(f"receipt: verified offline, in a log of {checkpoint.size} entries")


def _release(file: Path | None) -> Json:
    """The release in an answer that was saved as JSON."""
    if file is None:
        return None
    try:
        return child(as_object(parse(read_bytes(file, limit=LARGEST_ANSWER)), "answer"), "release")
    except MalformedError as error:
        raise InputError(
            f"{file} is not an answer: {error}", hint="save one with `entrepot query ... --json`"
        ) from error


@dataclass(frozen=True)
class Places:
    """Where copies of a log are."""

    since: Annotated[
        Path | None, Parameter(help="An earlier copy or checkpoint, which it must continue.")
    ] = None
    copy: Annotated[Path | None, Parameter(help="Verify this copy and ask no service.")] = None
    save: Annotated[Path | None, Parameter(help="Save a copy in this directory.")] = None


@log.command(name="verify")
def verify_whole_log(
    *,
    places: Annotated[Places, Parameter(name="*")] = Places(),
    pins: Pins = PINS,
) -> None:
    """Verify every entry of the log against its signed checkpoint, and against an earlier copy."""
    earlier = Copy.read(places.since) if places.since else None
    if places.copy:
        key = pins.keys().log
        found = verify_log(Copy.read(places.copy), key, earlier=earlier)
    else:
        with Common(pins.profile).connect() as client:
            found = client.verify_log(earlier=earlier)
    # Only a log that verified is worth keeping; the next one is compared with it.
    if places.save:
        found.save(places.save)
    show(found.note.rstrip("\n"))
    say(
        f"log: verified, {len(found.kept)} entries"
        + (", continues the earlier one" if earlier else "")
    )


def explain(code: str, /) -> None:
    """Explain the code of an error, and what to do about it."""
    found = BY_CODE.get(code.upper())
    if found is None:
        raise InputError(
            f"there is no code {code[:60]!r}", hint="codes: " + ", ".join(sorted(BY_CODE))
        )
    show(f"{found.code}\n\n{found.explanation()}")
