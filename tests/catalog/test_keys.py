"""Signing keys."""

import pytest

from catalog import Keys
from data_products.errors import ConfigurationError

ORIGIN = "entrepot.example"


def test_keys_are_made_once(tmp_path):
    assert Keys.open(tmp_path, ORIGIN) == Keys.open(tmp_path, ORIGIN)


def test_log_and_room_differ(tmp_path):
    keys = Keys.open(tmp_path, ORIGIN)

    assert keys.log.seed != keys.room.seed


def test_keys_are_named_after_origin(tmp_path):
    vkeys = Keys.open(tmp_path, ORIGIN).vkeys

    assert [vkeys["log"].split("+")[0], vkeys["room"].split("+")[0]] == [
        "entrepot.example/log",
        "entrepot.example/room",
    ]


@pytest.mark.parametrize("name", ["log.key", "room.key"])
def test_key_files_are_private(tmp_path, name):
    Keys.open(tmp_path, ORIGIN)

    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["log.key", "room.key"])
def test_open_key_file_is_refused(tmp_path, name):
    Keys.open(tmp_path, ORIGIN)
    (tmp_path / name).chmod(0o644)

    with pytest.raises(ConfigurationError, match="0644, expected 0600"):
        Keys.open(tmp_path, ORIGIN)


def test_damaged_key_is_refused(tmp_path):
    Keys.open(tmp_path, ORIGIN)
    (tmp_path / "log.key").write_bytes(b"short")

    with pytest.raises(ConfigurationError, match="5 bytes, expected 32"):
        Keys.open(tmp_path, ORIGIN)


def test_keys_are_never_shown(tmp_path):
    keys = Keys.open(tmp_path, ORIGIN)

    assert repr(keys.log.seed) not in repr(keys)
    assert keys.room.seed.hex() not in repr(keys)


def test_bad_origin_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot name a key"):
        Keys.open(tmp_path, "my hub").vkeys.clear()
