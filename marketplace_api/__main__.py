"""Serves the marketplace or checks it: python -m marketplace_api serve|demo|verify|check."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from data_products import odcs
from data_products.errors import ContractError, EntrepotError
from marketplace_api.app import create_app, server
from marketplace_api.bootstrap import ERASED, assemble, open_catalog
from marketplace_api.settings import Settings, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; the status to exit with: 0, or 1 with a reason on the error stream."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["demo"]:
        return demo(given[1:])
    parser = argparse.ArgumentParser("marketplace_api", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("serve", help="serve the marketplace that the settings describe")
    commands.add_parser("verify", help="compare the log with all that is on record")
    commands.add_parser("demo", help="build a made-up world of ports and serve it")
    checking = commands.add_parser("check", help="check a contract document")
    checking.add_argument("file", type=Path)
    options = parser.parse_args(given)
    try:
        return RUN[options.command](options)
    except EntrepotError as error:
        return _fail(f"{error.code}: {error}", error.hint)


def serve(settings: Settings) -> int:
    """Serves until it is told to stop; then no request is taken, and those under way end first."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    server(create_app(assemble(settings), settings), settings).run()
    return 0


def verify(settings: Settings) -> int:
    """Recomputes the log, and from it every row, and prints how many entries were found sound.

    Raises:
        IntegrityError: the first entry or row that is not what was recorded.
    """
    catalog = open_catalog(settings)
    gaps = catalog.log.erased()
    sys.stdout.write(f"{catalog.verified} log entries verified, and all that they record\n")
    if gaps:
        numbers = ", ".join(map(str, gaps))
        sys.stdout.write(f"{len(gaps)} without facts, which were erased: {numbers}\n    {ERASED}\n")
    return 0


def demo(arguments: Sequence[str]) -> int:
    """Builds the demo world and serves it."""
    # It needs an extra that a server over real data does not install, so it is loaded only here.
    try:
        run: Callable[[Sequence[str]], int] = import_module("marketplace_api.demo.serve").main
    except ImportError as error:
        return _fail(f"the demo needs {error.name}", "pip install 'entrepot[demo]'")
    return run(arguments)


def check(file: Path) -> int:
    """Checks a contract document and prints what is wrong with it, a line to each."""
    try:
        contract = odcs.load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return _fail(f"{file}: cannot be read as UTF-8 text")
    except ContractError as error:
        return _fail(*(f"{file}: {one.code} {one}\n    {one.hint}" for one in error.errors))
    sys.stdout.write(f"{file}: {contract.product} {contract.version} is a valid contract\n")
    return 0


RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "serve": lambda _: serve(read()),
    "verify": lambda _: verify(read()),
    "check": lambda options: check(options.file),
}


def _fail(*reasons: str) -> int:
    """Says why on the error stream; the status to exit with."""
    sys.stderr.writelines(f"{reason}\n" for reason in reasons if reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
