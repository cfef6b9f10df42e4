import json
import logging
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet

from data_products.errors import AuthenticationError, ConfigurationError, IntegrityError
from marketplace_api.bootstrap import assemble, now, open_issuer, open_verifier
from marketplace_api.issuer import BANNER
from marketplace_api.settings import Settings
from tests.marketplace_api.quay import OFFICE, granted


def test_records_are_private(empty, settings):
    assert empty.catalogue() == ()
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.data_directory.iterdir()
    }
    assert (modes["keys"], modes["catalog.db"]) == (0o700, 0o600)
    assert stat.S_IMODE(settings.data_directory.stat().st_mode) == 0o700


def test_records_survive_restart(house, settings, clock):
    grant = granted(house)
    again = assemble(settings, clock)
    assert [record.grant.id for record in again.grants(OFFICE)] == [grant]
    assert again.checkpoint() == house.checkpoint()


def test_restored_backup_is_noticed(empty, settings, clock):
    database = settings.data_directory / "catalog.db"
    backup = settings.model_copy(update={"database_url": None})
    empty.checkpoint()
    (settings.data_directory / "keys" / "log.checkpoint").write_text("another log's\n")
    with pytest.raises(IntegrityError):
        assemble(backup, clock)
    assert database.exists()


def test_altered_grant_is_noticed(open_house, settings, clock):
    open_house.close()
    with closing(sqlite3.connect(settings.data_directory / "catalog.db")) as file, file:
        file.execute("UPDATE grants SET expires_at = '2099-01-01T00:00:00.000000Z'")
    with pytest.raises(IntegrityError, match="found another expires_at than the log commits to"):
        assemble(settings, clock)


def test_database_may_lie_elsewhere(settings, tmp_path):
    given = settings.model_dump() | {"database_url": f"sqlite:///{tmp_path / 'other.db'}"}
    assemble(Settings(**given)).close()
    assert (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"engine": "nothing"},
        {"database_url": "mysql://hub:secret@db/x"},
        {"data_directory": Path("/dev/null/x")},
    ],
)
def test_unfit_settings_are_refused(settings, changes):
    with pytest.raises(ConfigurationError) as raised:
        assemble(Settings(**(settings.model_dump() | changes)))
    assert "secret" not in str(raised.value)


def test_embedded_issuer_says_so(settings, caplog):
    caplog.set_level(logging.WARNING)
    settings.data_directory.mkdir()
    assert open_issuer(settings).url == settings.url
    assert BANNER in caplog.text


@pytest.fixture
def outside(settings, tmp_path):
    """Settings with an issuer elsewhere, and the file of its keys."""
    path = tmp_path / "keys.json"
    given = {"issuer": "https://idp.example", "issuer_keys": path}
    return Settings(**(settings.model_dump() | given)), path


def test_no_issuer_is_embedded_beside_another(outside):
    settings, _ = outside
    assert open_issuer(settings) is None


def test_keys_of_issuer_elsewhere_are_read(outside):
    settings, path = outside
    path.write_text(json.dumps(KeySet([ECKey.generate_key("P-256")]).as_dict()))
    with pytest.raises(AuthenticationError):
        open_verifier(settings, None).participant("x")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": []}', '{"keys": [{"kty": "EC"}]}'])
def test_unreadable_keys_are_refused(outside, content):
    settings, path = outside
    path.write_text(content)
    with pytest.raises(ConfigurationError, match="issuer's keys"):
        open_verifier(settings, None)


def test_missing_keys_are_refused(outside):
    settings, _ = outside
    with pytest.raises(ConfigurationError, match="issuer's keys"):
        open_verifier(settings, None)


def test_clock_tells_utc():
    assert now().utcoffset().total_seconds() == 0
