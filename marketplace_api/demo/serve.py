"""Builds a demo data space and serves it: python -m marketplace_api demo.

Once the service takes requests, one line says so on the standard output: `READY <url>`.
"""

import argparse
import logging
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import uvicorn

from data_products.errors import ConfigurationError, EntrepotError
from marketplace_api import app
from marketplace_api.bootstrap import assemble, open_issuer
from marketplace_api.demo import profiles
from marketplace_api.demo.space import Space, furnish
from marketplace_api.demo.world import SIZES
from marketplace_api.marketplace import Marketplace
from marketplace_api.settings import Settings

PORT = 8600
DIRECTORY = Path(".demo")


def main(arguments: Sequence[str]) -> int:
    """Builds and serves; the status to exit with: 0, or 1 with a reason on the error stream."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    options = _parser().parse_args(arguments)
    space = Space(options.directory.absolute(), options.size, options.data)
    try:
        # The profiles name the port, so that it is chosen before they are written.
        server = prepare(space, options.port or free_port())
    except EntrepotError as error:
        sys.stderr.write(f"{error.code}: {error}\n{error.hint}\n")
        return 1
    server.run()
    return 0


def prepare(space: Space, port: int) -> uvicorn.Server:
    """Builds what of the space is not there yet; the server over it, not started.

    Raises:
        EntrepotError: the directory holds another world, or a source cannot be read.
    """
    space.claim()
    space.write()
    settings = space.settings(port)
    marketplace = assemble(settings)
    furnish(space, marketplace)
    write_profiles(space, settings, marketplace)
    ready = partial(announce, settings.url)
    return app.server(app.create_app(marketplace, settings), settings, ready)


def write_profiles(space: Space, settings: Settings, marketplace: Marketplace) -> None:
    """Registers every client of the space, and writes its profile.

    Raises:
        ConfigurationError: the settings name an issuer that is not the embedded one.
    """
    issuer = open_issuer(settings)
    if issuer is None:
        raise ConfigurationError(
            "found an issuer of your own, expected the embedded one",
            hint="unset ENTREPOT_ISSUER; the demo registers its own clients",
        )
    folder = space.directory / "profiles"
    folder.mkdir(mode=0o700, exist_ok=True)
    keys = marketplace.keys()
    server = {"url": settings.url, "log_key": keys["log"], "room_key": keys["room"]}
    for account in profiles.accounts(space.products, space.agreements):
        profiles.write(account, issuer.clients, folder, server)


def announce(url: str) -> None:
    """Says on the standard output that the service is ready."""
    sys.stdout.write(f"READY {url}\n")
    sys.stdout.flush()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser("marketplace_api demo", description=__doc__)
    parser.add_argument(
        "--size", choices=list(SIZES), default="demo", help="how large the world is"
    )
    parser.add_argument(
        "--data", type=Path, help="folder of the real declarations (customs_kr) to publish as well"
    )
    parser.add_argument(
        "--directory", type=Path, default=DIRECTORY, help="where the space is, or will be"
    )
    parser.add_argument(
        "--port",
        type=int,
        choices=range(2**16),
        metavar="PORT",
        default=PORT,
        help="port to listen on; 0: any free one",
    )
    return parser
