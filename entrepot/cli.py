"""The entrepot command.

Data goes to stdout and talk to stderr. Exit codes:

0    done
1    refused, invalid, or does not verify; stderr says why, with a code that `explain` explains
2    the command line is not in its form
3    the service did not answer
130  interrupted (Ctrl-C)
141  whoever read the output went away
"""

import json
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from traceback import extract_tb
from types import TracebackType

from cyclopts import App

from entrepot.errors import EntrepotError, UnreachableError
from entrepot.tables import printable

REFUSED, UNREACHABLE, INTERRUPTED, NOBODY_READS = 1, 3, 130, 141
EPILOGUE = "Exit codes: 0 done, 1 refused or invalid, 2 usage, 3 the service did not answer."

app = App(
    name="entrepot",
    help="Ask ports and customs what their data say; only safe aggregates leave, with receipts.",
    help_format="plaintext",
    help_epilogue=EPILOGUE,
    result_action="return_value",
)

# Each command's module is loaded only when it is run, so that help does not wait for HTTP.
for _name, _place, _help in (
    ("demo", "serving:demo", "Build a made-up world on this machine, and play the main job on it."),
    ("serve", "serving:serve", "Run the service with the settings of the environment."),
    ("search", "asking:search", "List products, or show one in full by its name."),
    ("query", "asking:query", "Ask a question; --explain only says what it would cost."),
    ("budget", "asking:budget", "Show what is left under each grant."),
    ("requests", "access:app", "Ask for access to products, and decide on what others ask."),
    ("product", "serving:product", "Check and publish data products."),
    ("receipt", "evidence:receipt", "Check receipts, offline."),
    ("log", "evidence:log", "Check the service's log."),
    ("explain", "evidence:explain", "Explain the code of an error."),
):
    app.command(f"entrepot.commands.{_place}", name=_name, help=_help)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line, or without one the program's own, and gives its exit code."""
    # Called with arguments, we are a guest in somebody's process and leave its streams alone.
    if arguments is None:
        _become_program()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = app(given)
        # A full disk or a reader that is gone shows only now, and should while we can say so.
        sys.stdout.flush()
    except EntrepotError as error:
        _complain(error, as_json="--json" in given)
        return UNREACHABLE if isinstance(error, UnreachableError) else REFUSED
    except SystemExit as stop:
        # The parser leaves with 2 itself, and an interrupted command with 130.
        return stop.code if isinstance(stop.code, int) else REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # At its end the interpreter flushes stdout once more, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    return code if isinstance(code, int) else 0


def _complain(error: EntrepotError, *, as_json: bool) -> None:
    """Says on stderr why a command was not done, and what to do next."""
    said = {
        "code": error.code,
        "message": str(error),
        "hint": error.hint,
        "rewrite": error.rewrite,
        "request_id": error.request_id,
    }
    # Who asked for JSON reads refusals by program as well.
    if as_json:
        sys.stderr.write(json.dumps(said) + "\n")
        return
    lines = [f"{error.code}: {error}"]
    lines += [f"{name}: {said[name]}" for name in ("hint", "rewrite", "request_id") if said[name]]
    lines.append(f"more: entrepot explain {error.code}")
    for line in "\n".join(lines).split("\n"):
        sys.stderr.write(printable(line) + "\n")


def _become_program() -> None:
    """Makes whatever may still go wrong end in a sentence: odd terminals, faults of our own."""
    # A trace would show our code in place of an answer, and maybe what was asked.
    sys.excepthook = _last_words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that has no letter for a name still has to show the rest of the line.
            stream.reconfigure(errors="backslashreplace")


def _last_words(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Says where a fault of our own arose, in place of a stack trace."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(trace)[-1:]]
    sys.stderr.write(
        f"entrepot: unforeseen {kind.__name__} at {''.join(places)}; please report it\n"
    )
    if isinstance(error, OSError):
        sys.stderr.write(f"{error.strerror}\n")
