import hashlib
import os

import pytest

from connectors.files import MOST_FILES, DataFile, _entries, content_digest, listing, sha256
from connectors.location import Location
from connectors.opening import NOTHING, regular
from data_products.errors import ConnectorError, RequestError
from tests.connectors.swaps import tick


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.csv", "_SUCCESS", ".a.csv.crc"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("path", ["/data/a*.parquet", "/data/a?.parquet", "/d[0]/a.parquet", "a"])
def test_pattern_is_no_data_file(path):
    with pytest.raises(ConnectorError, match="expected a plain absolute path"):
        DataFile(path)


def test_folder_is_listed_by_name(folder):
    files = listing(Location("csv", folder), ".csv")
    assert [file.path.name for file in files] == ["a.csv", "b.csv"]


def test_folder_of_too_many_files_is_refused():
    with pytest.raises(ConnectorError, match="found 100001 files, expected at most 100000"):
        [*_entries(["a.csv"] * (MOST_FILES + 1), ".csv")]


def test_file_is_listed_alone(folder):
    (found,) = listing(Location("csv", folder / "b.csv"), ".csv")
    assert (found.path, found.size) == (folder / "b.csv", 5)


@pytest.mark.parametrize("target", ["b.csv", "."])
def test_link_since_it_was_located_is_refused(folder, tmp_path_factory, target):
    alias = tmp_path_factory.mktemp("alias") / "linked.csv"
    alias.symlink_to(folder / target)
    with pytest.raises(ConnectorError, match="or a link"):
        listing(Location("csv", alias), ".csv")


def test_data_file_knows_its_identity(folder):
    file = DataFile(str(folder / "a.csv"))
    assert file.version == regular(folder, "a.csv")


def test_data_file_that_is_absent_is_nothing(folder):
    assert DataFile(str(folder / "absent.csv")).identity == NOTHING


@pytest.mark.parametrize("name", ["a.txt", "a.csv.tmp", "a.parquet", "origin=BE"])
def test_stranger_in_the_folder_is_refused(folder, name):
    (folder / name).mkdir()
    with pytest.raises(ConnectorError, match=r"expected a file named \*\.csv"):
        listing(Location("csv", folder), ".csv")


def test_link_in_the_folder_is_refused(folder):
    (folder / "c.csv").symlink_to(folder / "a.csv")
    with pytest.raises(ConnectorError, match=r"'c\.csv' there, or a link"):
        listing(Location("csv", folder), ".csv")


def test_pipe_in_the_folder_is_refused(folder):
    os.mkfifo(folder / "c.csv")
    with pytest.raises(ConnectorError, match="is no regular file"):
        listing(Location("csv", folder), ".csv")


def test_empty_folder_is_refused(tmp_path):
    with pytest.raises(ConnectorError, match="found an empty folder") as caught:
        listing(Location("csv", tmp_path), ".csv")
    assert caught.value.hint


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ConnectorError, match=r"'a\.csv', which cannot be read"):
        listing(Location("csv", tmp_path / "a.csv"), ".csv")


def test_version_of_plain_files_is_refused(folder):
    with pytest.raises(RequestError, match="found version 3, expected none"):
        listing(Location("csv", folder, 3), ".csv")


def test_digest_is_of_names_and_content(folder):
    before = content_digest("csv", listing(Location("csv", folder), ".csv"))
    (folder / "a.csv").rename(folder / "c.csv")
    assert content_digest("csv", listing(Location("csv", folder), ".csv")) != before


def test_digest_tells_formats_apart(folder):
    files = listing(Location("csv", folder), ".csv")
    assert content_digest("csv", files) != content_digest("parquet", files)


def test_content_is_hashed_once(folder):
    hits = sha256.cache_info().hits
    for _ in range(2):
        content_digest("csv", listing(Location("csv", folder), ".csv"))
    assert sha256.cache_info().hits == hits + 2


def test_digest_is_of_what_is_read(folder, tmp_path_factory):
    """The name leads to other content for a moment, and back; the file is as it was."""
    file, aside = regular(folder, "a.csv"), tmp_path_factory.mktemp("aside") / "mine"
    spy = tmp_path_factory.mktemp("spy")
    (spy / "a.csv").write_text("a.spy")
    folder.rename(aside)
    folder.symlink_to(spy)
    with pytest.raises(ConnectorError):
        sha256(file)
    folder.unlink()
    aside.rename(folder)
    assert sha256(file) == hashlib.sha256(b"a.csv").hexdigest()


def test_forged_time_does_not_hide_a_change(folder):
    path = folder / "a.csv"
    tick(folder)
    before, status = sha256(regular(folder, "a.csv")), path.stat()
    path.write_text("A.CSV")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert sha256(regular(folder, "a.csv")) != before


def test_file_changed_meanwhile_is_refused(folder):
    stale = regular(folder, "a.csv")
    (folder / "a.csv").write_text("longer than before")
    with pytest.raises(ConnectorError, match="does not change while it is read"):
        sha256(stale)


def test_file_gone_meanwhile_is_refused(folder):
    stale = regular(folder, "a.csv")
    (folder / "a.csv").unlink()
    with pytest.raises(ConnectorError, match="cannot be read"):
        sha256(stale)
