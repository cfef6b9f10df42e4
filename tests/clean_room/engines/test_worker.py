"""The worker's side of a job, in this process and in one of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clean_room.engines import wire, worker


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The clean room's and the worker's end of a channel."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def work(ends: tuple[socket.socket, socket.socket], job: object) -> object:
    """The answer to a job, from this process, which is not confined for it."""
    ours, theirs = ends
    wire.send(ours, {"job": job, "memory": 128, "seconds": 9})
    worker.answer(theirs, lambda *limits: [str(limits)])
    assert wire.receive(ours, 10) == os.getpid()
    return wire.receive(ours, 10)


def counting(path: str, query: str) -> dict[str, object]:
    """A job over one file."""
    return {
        "product": "a.b",
        "format": "parquet",
        "files": [{"path": path, "constants": {}, "deleted": []}],
        "columns": [{"name": "x", "source": "x", "types": ["BIGINT"]}],
        "query": query,
        "memory": 128,
        "threads": 1,
    }


def test_probe_is_confined_too(ends):
    assert work(ends, wire.PROBE) == {"version": duckdb.__version__, "measures": ["(128, 9, 0)"]}


def test_job_is_done(ends, tmp_path):
    pq.write_table(pa.table({"x": [1, 2]}), tmp_path / "a.parquet")
    job = counting(str(tmp_path / "a.parquet"), 'SELECT sum(x) AS s, max(x, 2) FROM "a.b"')
    assert work(ends, job) == {"names": ["s", "max(x, 2)"], "rows": [[3, [2, 1]]]}


@pytest.mark.parametrize("query", ["SELECT 1.5::DOUBLE", "SELECT 'x'::BLOB", "SELECT {'a': 1}"])
def test_foreign_types_are_not_answered(ends, tmp_path, query):
    pq.write_table(pa.table({"x": [1]}), tmp_path / "a.parquet")
    with pytest.raises(wire.WireError):
        work(ends, counting(str(tmp_path / "a.parquet"), query))


def test_clean_room_that_left_is_noticed(ends):
    ends[0].close()
    with pytest.raises((wire.WireError, OSError)):
        worker.answer(ends[1], lambda *_: [])


def test_worker_ends_with_its_socket():
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-I", "-m", "clean_room.engines.worker", str(theirs.fileno())]
    with ours, theirs, subprocess.Popen(command, pass_fds=[theirs.fileno()]) as started:
        theirs.close()
        ours.close()
        assert started.wait(60) == 0


@pytest.fixture
def _reaping() -> Iterator[None]:
    """Puts back what a warm parent does with the ends of its children."""
    before = signal.getsignal(signal.SIGCHLD)
    yield
    signal.signal(signal.SIGCHLD, before)


@pytest.mark.usefixtures("_reaping")
def test_serving_ends_with_the_socket(ends):
    ends[0].close()
    descriptor = os.dup(ends[1].fileno())
    worker.main(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
