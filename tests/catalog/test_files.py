"""Private files."""

import os

import pytest

from catalog.files import create_private, replace_private, require_private
from data_products.errors import ConfigurationError, ExecutionError


@pytest.fixture(autouse=True)
def generous_umask():
    """The mode must not come from the umask."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


def test_made_file_is_private(tmp_path):
    create_private(tmp_path / "key", b"secret")

    assert mode(tmp_path / "key") == 0o600


def test_existing_file_is_kept(tmp_path):
    (tmp_path / "key").write_bytes(b"old")

    assert not create_private(tmp_path / "key", b"new")
    assert (tmp_path / "key").read_bytes() == b"old"


def test_link_in_the_way_is_not_followed(tmp_path):
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    create_private(tmp_path / "key", b"secret")

    assert not (tmp_path / "elsewhere").exists()


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot make"):
        create_private(tmp_path / "missing" / "key", b"")


@pytest.mark.parametrize("wide", [0o640, 0o604, 0o666, 0o700, 0o601])
def test_wider_mode_is_refused(tmp_path, wide):
    create_private(tmp_path / "key", b"")
    (tmp_path / "key").chmod(wide)

    with pytest.raises(ConfigurationError, match=f"{wide:04o}, expected 0600"):
        require_private(tmp_path / "key")


@pytest.mark.parametrize("narrow", [0o600, 0o400])
def test_narrow_mode_is_accepted(tmp_path, narrow):
    create_private(tmp_path / "key", b"")
    (tmp_path / "key").chmod(narrow)

    require_private(tmp_path / "key")


def test_replaced_file_is_private(tmp_path):
    for content in (b"old", b"new"):
        replace_private(tmp_path / "note", content)

    assert (mode(tmp_path / "note"), (tmp_path / "note").read_bytes()) == (0o600, b"new")


def test_replacing_leaves_nothing_else(tmp_path):
    (tmp_path / "note.new").write_bytes(b"left by a crash")
    (tmp_path / "note.new").chmod(0o666)
    replace_private(tmp_path / "note", b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["note"]
    assert mode(tmp_path / "note") == 0o600


def test_replacing_without_folder_fails(tmp_path):
    with pytest.raises(ExecutionError, match="cannot write"):
        replace_private(tmp_path / "missing" / "note", b"")
