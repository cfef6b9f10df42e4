"""Every setting, each with its default. Nothing below this floor reads the environment.

A setting `name` is read from the environment variable `ENTREPOT_NAME`, or from a file called
`entrepot_name` in the secrets directory. Lists are JSON. Unknown names are errors: a misspelt limit
must not be a limit that silently is not there.
"""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from data_products.errors import ConfigurationError

PREFIX = "ENTREPOT_"
SECRETS = Path("/run/secrets")
REFERENCE = "the settings are listed in docs/reference/settings.md"
PARTICIPANTS_OWN = frozenset({"ENTREPOT_PROFILE"})
"""Variables of the SDK and CLI, which may be set where a server is started as well."""


class Settings(BaseSettings):
    """Read once, at the start; immutable."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    environment: Literal["demo", "production"] = Field(
        default="demo",
        description="production refuses everything that is only fit for a demonstration",
    )
    data_directory: Path = Field(
        default=Path("entrepot-data"),
        description="where the ledger, the log and the keys are kept; created with mode 0700",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="where the records are kept; default: SQLite in the data directory",
    )
    data_roots: tuple[Path, ...] = Field(
        default=(),
        description="directories in which each organisation has a folder of its own name for its "
        "data; nothing else is opened",
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8600, ge=0, le=65535, description="the port to listen on; 0: any")
    allow_remote: bool = Field(
        default=False,
        description="listen on an address that other machines reach; TLS is the proxy's task",
    )
    origin: str = Field(
        default="entrepot.example",
        pattern=r"^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$",
        description="the hub's name in its log and its keys (C2SP signed notes)",
    )
    issuer: str = Field(
        default="",
        description="the URL of the OAuth 2.0 issuer; empty: the embedded one, for demonstrations",
    )
    issuer_keys: Path | None = Field(
        default=None,
        description="the issuer's public keys, a JWK Set file; required with an issuer of your own",
    )
    audience: str = Field(
        default="urn:entrepot:api", description="the audience that access tokens must name"
    )
    engine: str = Field(default="duckdb", description="the engine that runs plans, by plug-in name")
    worker_memory_mb: int = Field(
        default=2048, ge=128, description="memory of an engine's worker, in mebibytes"
    )
    worker_seconds: int = Field(
        default=60, ge=1, le=3600, description="time that a plan may take, in seconds"
    )
    concurrency: int = Field(
        default=64, ge=1, le=4096, description="requests served at once; more are answered 503"
    )

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        """Refuses combinations that are unsafe, so that no caller has to think of them."""
        if self.environment == "production" and self.embedded_issuer:
            raise ValueError("issuer: the embedded issuer is for demonstrations only")
        if bool(self.issuer) != (self.issuer_keys is not None):
            raise ValueError("issuer and issuer_keys: set both, or neither")
        if self.issuer and not self.issuer.startswith("https://"):
            raise ValueError("issuer: expected an https URL")
        if not _loopback(self.host) and (self.embedded_issuer or not self.allow_remote):
            raise ValueError(
                "host: only a loopback address, unless allow_remote and an issuer are set"
            )
        return self

    @property
    def embedded_issuer(self) -> bool:
        """Whether tokens come from the issuer inside this server."""
        return not self.issuer

    @property
    def url(self) -> str:
        """The address that the server is reached at from the same machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def _loopback(host: str) -> bool:
    """Whether only this machine reaches the address.

    >>> _loopback("127.0.0.1"), _loopback("192.0.2.1"), _loopback("hub.example")
    (True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read(secrets: Path = SECRETS) -> Settings:
    """The settings from the environment and the files of the secrets directory.

    Raises:
        ConfigurationError: a name is unknown or a value is not what it must be; no value is told.
    """
    files = [path.name for path in secrets.iterdir()] if secrets.is_dir() else []
    _refuse_unknown([*EnvSettingsSource(Settings).env_vars, *files])
    # The argument is pydantic-settings' own; type checkers see the fields only.
    build: Callable[..., Settings] = Settings
    try:
        return build(_secrets_dir=secrets if files else None)
    except (ValidationError, SettingsError) as error:
        raise ConfigurationError(_found(error), hint=REFERENCE) from None


def _refuse_unknown(names: Iterable[str]) -> None:
    """Raises where a name looks like a setting and is none."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | PARTICIPANTS_OWN
    unknown = sorted(n for n in names if n.upper().startswith(PREFIX) and n.upper() not in known)
    if unknown:
        raise ConfigurationError(f"unknown settings: {', '.join(unknown)}", hint=REFERENCE)


def _found(error: ValidationError | SettingsError) -> str:
    """Which settings are wrong and what was expected, without their values."""
    if isinstance(error, SettingsError):
        return "a setting that is a list is not JSON"
    return "; ".join(
        ".".join(str(part) for part in e["loc"]) + (": " if e["loc"] else "") + e["msg"]
        for e in error.errors(include_url=False, include_input=False, include_context=False)
    )
