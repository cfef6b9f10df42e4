import os
import socket
from contextlib import suppress

import pytest

from connectors.opening import (
    DESCRIPTORS,
    NOTHING,
    Version,
    names,
    opened,
    regular,
    seen,
    unreadable,
)
from data_products.errors import ConnectorError
from tests.connectors.swaps import swapping, tick


@pytest.fixture
def folder(tmp_path):
    """A provider's folder, beside another's file of the same size."""
    for name, text in (("mine", "own"), ("theirs", "spy")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text(text)
    tick(tmp_path)
    return tmp_path / "mine"


@pytest.fixture
def other(folder):
    return folder.with_name("theirs") / "a.csv"


def read(file):
    with opened(file) as path:
        return path.read_text()


@pytest.mark.parametrize(
    "name", ["../a.csv", "/etc/passwd", "sub/../a.csv", "absent", "a.csv\0", "\ud800", "x" * 300]
)
def test_regular_file_is_beneath(folder, name):
    (folder / "sub").mkdir()
    with pytest.raises(ConnectorError, match="expected a regular file"):
        regular(folder, name)


@pytest.mark.parametrize("name", ["a.csv/b", "a.csv/.."])
def test_file_is_no_folder(folder, name):
    with pytest.raises(ConnectorError, match="expected a regular file"):
        regular(folder, name)


def test_link_is_refused(folder, other):
    (folder / "b.csv").symlink_to(other)
    with pytest.raises(ConnectorError, match="or a link"):
        regular(folder, "b.csv")


def test_link_on_the_way_is_refused(folder, other):
    (folder / "sub").symlink_to(other.parent)
    with pytest.raises(ConnectorError, match="or a link"):
        regular(folder, "sub/a.csv")


def test_link_above_is_refused(folder, other):
    folder.rename(folder.with_name("aside"))
    folder.symlink_to(other.parent)
    with pytest.raises(ConnectorError, match="or a link"):
        regular(folder, "a.csv")


def test_hard_link_is_refused(folder, other):
    os.link(other, folder / "b.csv")
    with pytest.raises(
        ConnectorError, match=r"'b\.csv', which has 2 names, expected one"
    ) as caught:
        regular(folder, "b.csv")
    assert "copy" in caught.value.hint


def test_pipe_is_refused(folder):
    os.mkfifo(folder / "b.csv")
    with pytest.raises(ConnectorError, match="is no regular file"):
        regular(folder, "b.csv")


def test_socket_is_refused(folder, monkeypatch):
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("b.csv")
    with pytest.raises(ConnectorError, match="expected a regular file"):
        regular(folder, "b.csv")


@pytest.mark.parametrize("name", ["", ".", "sub"])
def test_folder_is_no_file(folder, name):
    (folder / "sub").mkdir()
    with pytest.raises(ConnectorError, match="is no regular file"):
        regular(folder, name)


def test_closed_folder_can_be_passed(folder):
    folder.chmod(0o111)
    try:
        assert read(regular(folder, "a.csv")) == "own"
    finally:
        folder.chmod(0o755)


def test_file_is_read_more_than_once(folder):
    with opened(regular(folder, "a.csv")) as path:
        assert [path.read_text(), path.read_text()] == ["own", "own"]


def test_seen_file_is_read_without_its_name(folder, other):
    with opened(regular(folder, "a.csv")) as path:
        assert path.parent == DESCRIPTORS
        other.rename(folder / "b.csv")
        assert path.read_text() == "own"


def turn_into_a_link(path, other):
    path.unlink()
    path.symlink_to(other)


def turn_folder_into_a_link(path, other):
    path.parent.rename(path.parent.with_name("aside"))
    path.parent.symlink_to(other.parent)


def replace_by_another(path, other):
    times = path.stat()
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.rename(path)


def rewrite_in_place(path, other):
    path.write_text(other.read_text())


def rewrite_and_forge_the_time(path, other):
    times = path.stat()
    rewrite_in_place(path, other)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def give_it_a_second_name(path, other):
    os.link(path, other.with_name("b.csv"))


CHANGES = (
    turn_into_a_link,
    turn_folder_into_a_link,
    replace_by_another,
    rewrite_in_place,
    rewrite_and_forge_the_time,
    give_it_a_second_name,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_changed_file_is_not_read(folder, other, change):
    file = regular(folder, "a.csv")
    change(file.path, other)
    with pytest.raises(ConnectorError):
        read(file)


@pytest.mark.parametrize("change", CHANGES[3:], ids=lambda change: change.__name__)
def test_change_while_reading_is_noticed(folder, other, change):
    with pytest.raises(ConnectorError), opened(regular(folder, "a.csv")):
        change(folder / "a.csv", other)


@pytest.mark.parametrize("level", ["file", "folder"])
def test_swapped_name_never_yields_anothers(folder, other, level):
    swapped = (folder / "a.csv", other) if level == "file" else (folder, other.parent)
    found = set()
    with swapping(*swapped):
        for _ in range(500):
            with suppress(ConnectorError):
                found.add(read(regular(folder, "a.csv")))
    assert found <= {"own"}
    assert read(regular(folder, "a.csv")) == "own"


def test_broken_disk_is_unreadable(folder):
    with pytest.raises(ConnectorError, match="cannot be read"), opened(regular(folder, "a.csv")):
        raise OSError


def test_failure_within_is_the_readers(folder):
    with pytest.raises(KeyError), opened(regular(folder, "a.csv")):
        raise KeyError


def test_descriptors_are_given_back(folder):
    before = len([*DESCRIPTORS.iterdir()])
    for name in ("a.csv", "b.csv"):
        with suppress(ConnectorError):
            read(regular(folder, name))
    names(folder)
    assert len([*DESCRIPTORS.iterdir()]) == before


def test_identity_of_nothing_reads_nothing(folder):
    assert seen(folder / "b.csv") == NOTHING
    with pytest.raises(ConnectorError, match="does not change"):
        read(Version(folder / "a.csv", NOTHING))


def test_names_of_a_folder_are_sorted(folder):
    (folder / "A.csv").touch()
    assert names(folder) == ["A.csv", "a.csv"]


@pytest.mark.parametrize("place", ["link", "mine/a.csv", "link/sub"])
def test_names_are_a_true_folders(folder, other, place):
    (other.parent / "sub").mkdir()
    folder.with_name("link").symlink_to(other.parent)
    with pytest.raises(NotADirectoryError):
        names(folder.parent / place)


def test_error_names_the_file_only(folder):
    error = unreadable(folder / "a.csv")
    assert "a.csv" in str(error)
    assert "mine" not in f"{error}{error.hint}"
