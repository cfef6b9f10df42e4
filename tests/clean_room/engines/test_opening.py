"""A job reads the files that were seen when its plan was made, or it fails."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import astuple
from pathlib import Path

import duckdb as foreign
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from harbour import plan, select
from yard import ask, named, room, store

from clean_room.engines import duckdb
from clean_room.engines.duckdb import FileJob, Job
from clean_room.engines.opening import DESCRIPTORS, pinned
from clean_room.engines.workshop import Workshop
from connectors.opening import NOTHING, seen
from data_products.errors import ExecutionError
from tests.connectors.swaps import swapping, tick

MANY = 1500
TWELVE = {"importer_id": [f"i{n}" for n in range(12)], "correction": [1] * 12}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A provider's file, beside another's of the same size."""
    for name, value in (("mine", 1), ("theirs", 7)):
        (tmp_path / name).mkdir()
        pq.write_table(pa.table({"x": [value]}), tmp_path / name / "a.parquet")
    tick(tmp_path)
    return tmp_path / "mine" / "a.parquet"


@pytest.fixture
def other(own: Path) -> Path:
    """The other's file."""
    return own.parent.with_name("theirs") / "a.parquet"


def file(path: Path, *deleted: int) -> FileJob:
    """A file of a job, as it is now."""
    identity = list(astuple(seen(path)))
    return {"path": str(path), "identity": identity, "constants": {}, "deleted": list(deleted)}


def job(*files: FileJob, form: str = "parquet", threads: int = 1) -> Job:
    """A job that adds up what the files hold."""
    return {
        "product": "a.b",
        "format": form,
        "files": list(files),
        "columns": [{"name": "x", "source": "x", "types": ["BIGINT"]}],
        "query": 'SELECT sum(x) AS s FROM "a.b"',
        "memory": 256,
        "threads": threads,
    }


def open_files() -> int:
    """How many this process has."""
    return len([*Path(DESCRIPTORS).iterdir()])


def total(asked: Job) -> object:
    """What a job finds, in this process."""
    with pinned(asked) as held:
        return duckdb.execute(held)[1][0][0]


def test_seen_file_is_read(own):
    assert total(job(file(own))) == 1


def test_file_is_read_without_its_name(own, other):
    with pinned(job(file(own))) as held:
        own.parent.rename(own.parent.with_name("aside"))
        own.parent.symlink_to(other.parent)
        assert str(own) not in str(held)
        assert duckdb.execute(held)[1] == [(1,)]


def turn_into_a_link(own: Path, other: Path) -> None:
    """A symbolic link in the place of the file."""
    own.unlink()
    own.symlink_to(other)


def turn_folder_into_a_link(own: Path, other: Path) -> None:
    """A symbolic link in the place of the folder."""
    own.parent.rename(own.parent.with_name("aside"))
    own.parent.symlink_to(other.parent)


def turn_into_a_hard_link(own: Path, other: Path) -> None:
    """A second name for another's file."""
    own.unlink()
    os.link(other, own)


def replace_by_another(own: Path, other: Path) -> None:
    """A file of the same name, size and time, but another."""
    times = own.stat()
    assert other.stat().st_size == times.st_size
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.rename(own)


def rewrite_in_place(own: Path, other: Path) -> None:
    """The same file with other content."""
    own.write_bytes(other.read_bytes())


def rewrite_and_forge_the_time(own: Path, other: Path) -> None:
    """The same file with other content, which says that it is old."""
    times = own.stat()
    rewrite_in_place(own, other)
    os.utime(own, ns=(times.st_atime_ns, times.st_mtime_ns))


def turn_into_a_pipe(own: Path, _: Path) -> None:
    """What nobody writes to."""
    own.unlink()
    os.mkfifo(own)


def turn_into_a_folder(own: Path, _: Path) -> None:
    """A folder of the file's name."""
    own.unlink()
    own.mkdir()


def take_it_away(own: Path, _: Path) -> None:
    """Nothing is left."""
    own.unlink()


CHANGES = (
    turn_into_a_link,
    turn_folder_into_a_link,
    turn_into_a_hard_link,
    replace_by_another,
    rewrite_in_place,
    rewrite_and_forge_the_time,
    turn_into_a_pipe,
    turn_into_a_folder,
    take_it_away,
)
SAID = "one name|another file|No such file|Not a directory|symbolic links"
Change = Callable[[Path, Path], None]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_changed_file_is_not_read(own, other, change: Change):
    asked = job(file(own))
    change(own, other)
    with pytest.raises(OSError, match=SAID):
        total(asked)


def test_link_to_the_same_file_is_not_followed(own):
    asked = job(file(own))
    own.parent.rename(own.parent.with_name("aside"))
    own.parent.symlink_to(own.parent.with_name("aside"))
    with pytest.raises(OSError, match="Not a directory"):
        total(asked)


@pytest.mark.parametrize("change", CHANGES[4:6], ids=lambda change: change.__name__)
def test_change_while_reading_is_noticed(own, other, change: Change):
    with pytest.raises(OSError, match="another file than was seen"), pinned(job(file(own))):
        change(own, other)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_workers_failure_is_always_the_same(engine, tmp_path, change: Change):
    mine, theirs = (tmp_path / name for name in ("mine", "theirs"))
    mine.mkdir()
    theirs.mkdir()
    snapshot, spy = store(mine, TWELVE), store(theirs, TWELVE | {"correction": [7] * 12})
    tick(tmp_path)
    asked = plan(select("SUM(correction) AS s"), snapshot=snapshot)
    change(Path(snapshot.files[0].path), Path(spy.files[0].path))
    with pytest.raises(ExecutionError, match=r"^the clean room could not finish the plan$"):
        engine.run(asked)


def test_worker_reads_what_was_planned(engine, tmp_path):
    sql = select("SUM(correction) AS s")
    assert named(ask(room(engine), sql, store(tmp_path, TWELVE))) == [{"s": 12}]


@pytest.mark.parametrize("identity", [[], list(astuple(NOTHING))])
def test_file_that_nobody_saw_is_not_read(own, identity):
    with pytest.raises(OSError, match="another file than was seen"):
        total(job(file(own) | {"identity": identity}))


@pytest.mark.parametrize("path", ["mine/a.parquet", "/", "/mine/../a.parquet", "", "/a\0"])
def test_only_plain_absolute_paths_are_opened(own, path):
    with pytest.raises((OSError, ValueError)):
        total(job(file(own) | {"path": path}))


@pytest.mark.parametrize("level", ["file", "folder"])
def test_swapped_name_never_yields_anothers(own, other, level):
    """A connector's look and a worker's reading, over and over, while the name is swapped."""
    found = set()
    swapped = (own, other) if level == "file" else (own.parent, other.parent)
    with swapping(*swapped):
        for _ in range(150):
            with suppress(OSError, foreign.Error):
                found.add(total(job(file(own))))
    assert found <= {1}
    assert total(job(file(own))) == 1


@pytest.mark.parametrize(
    "name", ["a*.parquet", "[a].parquet", "it's.parquet", "h=1.parquet", "new\nline", "船.csv?x=1"]
)
def test_odd_names_are_no_matter(own, name):
    odd = own.rename(own.with_name(name))
    pq.write_table(pa.table({"x": [7]}), own)
    assert total(job(file(odd))) == 1
    assert total(job(file(odd, 0))) is None


def test_csv_is_read_by_descriptor(tmp_path):
    for name in "ab":
        pc.write_csv(pa.table({"x": range(200_000)}), tmp_path / f"{name}.csv")
    files = [file(tmp_path / f"{name}.csv") for name in "ab"]
    assert total(job(*files, form="csv", threads=2)) == 199_999 * 200_000


def test_many_files_are_open_at_once(tmp_path):
    """More than a worker's other limit, each with a row that is deleted."""
    files = []
    for number in range(MANY):
        pq.write_table(pa.table({"x": [number, -1]}), tmp_path / f"{number}.parquet")
        files.append(file(tmp_path / f"{number}.parquet", 1))
    with closing(Workshop(memory=512, seconds=60)) as workshop:
        assert workshop.run(job(*files, threads=2))["rows"] == [[sum(range(MANY))]]


@pytest.mark.parametrize("lost", [False, True])
def test_descriptors_are_given_back(own, lost):
    before = open_files()
    files = [file(own), file(own)]
    if lost:
        own.unlink()
    with suppress(OSError):
        total(job(*files))
    assert open_files() == before
