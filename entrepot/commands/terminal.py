"""What the commands share: options, and how they talk. Data goes to stdout, talk to stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from entrepot.client import Client, connect
from entrepot.errors import InputError
from entrepot.proofs.canonical import Json
from entrepot.proofs.fields import Document
from entrepot.tables import printable, text_table

ProfileOption = Annotated[
    Path | None,
    Parameter("--profile", help="Profile file; without it, the one in $ENTREPOT_PROFILE."),
]
JsonOption = Annotated[bool, Parameter("--json", negative="", help="Print JSON to stdout.")]

LONGEST_FACT = 300
"""Characters of a list or object that are shown among other facts."""


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """The options of every command that talks to a service."""

    profile: ProfileOption = None
    json: JsonOption = False

    def connect(self) -> Client:
        """A connection by the profile file."""
        return connect(self.profile)


COMMON = Common()
"""No option given."""


def show(text: str) -> None:
    """Writes data, which is already safe to print, to stdout."""
    sys.stdout.write(f"{text}\n")


def show_json(value: Json) -> None:
    """Writes a value as JSON, readable by people too, to stdout."""
    # ASCII alone: neither a terminal nor a file's encoding can change what is read back.
    show(json.dumps(value, indent=2, ensure_ascii=True, default=dict))


def show_facts(document: Document) -> None:
    """Writes an object's fields, one to a line; what is not text as JSON, cut where it is long."""
    wide = max(map(len, document), default=0)
    for name, value in document.items():
        text = value if isinstance(value, str) else _brief(value)
        show(f"{printable(name):{wide}}  {printable(text)}")


def _brief(value: Json) -> str:
    """A value as JSON on one line, of which too long a rest is left out."""
    text = json.dumps(value, default=dict)
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}... (all with --json)"


def say(text: str) -> None:
    """Writes talk to stderr, made safe to print line by line."""
    # Line by line, so that what others wrote cannot pass for a line of ours.
    sys.stderr.write("".join(f"{printable(line)}\n" for line in text.split("\n")))


def show_list(
    documents: Sequence[Document], header: str, rows: Iterable[Sequence[str]], *, json: bool
) -> None:
    """Writes a list as a table under its header, or as JSON; says so where it is empty."""
    if json:
        show_json(documents)
    # An empty table would look like a fault; in JSON an empty list says it.
    elif documents:
        show(text_table(header.split(), rows))
    else:
        say("nothing found")


def read_stdin() -> str:
    """All that comes on stdin, as UTF-8 text whatever the terminal's encoding.

    Raises:
        InputError: it is not UTF-8.
    """
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"stdin is not UTF-8 text from byte {error.start} on") from error
