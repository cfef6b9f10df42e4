"""Assembles the marketplace from settings. The one place where parts are chosen."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from catalog import Catalog, Database, Keys
from clean_room.engines import Engine
from clean_room.mechanisms import Mechanism
from clean_room.room import CleanRoom
from data_products import plugins
from data_products.contract import Mode
from data_products.errors import ConfigurationError
from marketplace_api.authentication import Verifier
from marketplace_api.clients import Clients
from marketplace_api.issuer import BANNER, Issuer, issuer_key
from marketplace_api.marketplace import Marketplace
from marketplace_api.publication import Publication
from marketplace_api.settings import Settings

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

ERASED = "what they recorded is believed by its time alone."

MECHANISMS = {Mode.EXACT: "exact", Mode.DP: "laplace"}


def now() -> datetime:
    """The time, in UTC: the one clock of the service."""
    return datetime.now(UTC)


def assemble(settings: Settings, clock: Clock = now) -> Marketplace:
    """The marketplace that the settings describe; its records are made if there are none.

    Raises:
        ConfigurationError: a part is missing, or a file is not as private as it must be.
        IntegrityError: the records are older than the log's last checkpoint, or were altered.
    """
    catalog = open_catalog(settings, clock)
    publication = Publication(settings.data_roots)
    mechanisms = {mode: _mechanism(name) for mode, name in MECHANISMS.items()}
    room = CleanRoom(_engine(settings), mechanisms, catalog.ledger, publication.roots)
    return Marketplace(catalog, room, publication, clock)


def open_catalog(settings: Settings, clock: Clock = now) -> Catalog:
    """The records that the settings name, once all of them have been verified.

    Raises:
        ConfigurationError: a file is not as private as it must be.
        IntegrityError: the records are older than the log's last checkpoint, or were altered.
    """
    folder = _folder(settings.data_directory)
    secret = settings.database_url
    url = secret.get_secret_value() if secret else f"sqlite:///{folder / 'catalog.db'}"
    # Apart from the database, so that they can be backed up apart: see `catalog.keys`.
    keys = Keys.open(_folder(folder / "keys"), settings.origin)
    catalog = Catalog(Database(url), keys, clock)
    gaps = len(catalog.log.erased())
    if gaps:
        logger.warning("The facts of %d log entries have been erased: %s", gaps, ERASED)
    return catalog


def open_issuer(settings: Settings) -> Issuer | None:
    """The embedded issuer, from the data directory; None if tokens come from elsewhere.

    Raises:
        ConfigurationError: a file of it is damaged or open to others.
    """
    if not settings.embedded_issuer:
        return None
    logger.warning("%s Its clients and key are in the data directory.", BANNER)
    folder = _folder(settings.data_directory)
    clients = Clients(folder / "clients.json")
    return Issuer(settings.url, settings.audience, issuer_key(folder / "issuer.jwk"), clients)


def open_verifier(settings: Settings, issuer: Issuer | None, clock: Clock = now) -> Verifier:
    """What verifies access tokens: by the embedded issuer's key, or by the keys in a file.

    Raises:
        ConfigurationError: the file is no JWK Set.
    """
    if issuer is not None:
        return Verifier(issuer.keys, issuer.url, settings.audience, clock)
    return Verifier(_keys(settings.issuer_keys), settings.issuer, settings.audience, clock)


def _keys(path: Path | None) -> KeySet:
    """The keys in a JWK Set file."""
    try:
        return KeySet.import_key_set(json.loads(path.read_bytes() if path else b""))
    except (JoseError, OSError, ValueError, KeyError, TypeError):
        raise ConfigurationError(
            "the issuer's keys cannot be read",
            hint="ENTREPOT_ISSUER_KEYS names a JWK Set file, as the issuer's jwks_uri gives it",
        ) from None


def _folder(path: Path) -> Path:
    """The folder, made for the service's own account if it is not there."""
    found = path.absolute()
    try:
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"cannot make {found}: {error.strerror}", hint="set ENTREPOT_DATA_DIRECTORY"
        ) from None
    return found


def _engine(settings: Settings) -> Engine:
    """The engine that the settings name, within their limits."""
    make = cast("Callable[..., Engine]", plugins.load("engines", settings.engine))
    return make(memory=settings.worker_memory_mb, seconds=settings.worker_seconds)


def _mechanism(name: str) -> Mechanism:
    """The mechanism of that name."""
    make = cast("Callable[[], Mechanism]", plugins.load("mechanisms", name))
    return make()
