"""One warm parent, a fresh child for each job, and nobody left behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from yard import children, gone

from clean_room.engines import wire
from clean_room.engines.workshop import Workshop, _start
from data_products.errors import ExecutionError

ENDLESS = "SELECT count(*) FROM range(10000000000000) WHERE range % 7 = 3"

OURS = """
import threading, time
from clean_room.engines.workshop import Workshop

workshop = Workshop(memory=256, seconds=60)
workshop.run("probe")
threading.Thread(target=workshop.run, args=({job!r},), daemon=True).start()
print(workshop._warm[0].pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    """A workshop of its own, since it is harmed."""
    workshop = Workshop(memory=256, seconds=60)
    yield workshop
    workshop.close()


def selecting(query: str) -> dict[str, object]:
    """A job that reads no file."""
    return {
        "product": "a.b",
        "format": "parquet",
        "files": [],
        "columns": [{"name": "x", "source": "x", "types": ["BIGINT"]}],
        "query": query,
        "memory": 256,
        "threads": 2,
    }


def parent(workshop: Workshop) -> int:
    """The number of the warm parent."""
    assert workshop._warm is not None
    return workshop._warm[0].pid


def test_probe_tells_the_measures(workshop):
    assert set(workshop.run(wire.PROBE)) == {"version", "measures"}


def test_each_job_has_a_process(workshop):
    probes = [workshop.run(selecting("SELECT 1 AS a")) for _ in range(3)]
    assert probes == [{"names": ["a"], "rows": [[1]]}] * 3
    assert all(map(gone, children(parent(workshop))))


def test_warm_parent_has_one_thread(workshop):
    workshop.run(wire.PROBE)
    assert len(list(Path(f"/proc/{parent(workshop)}/task").iterdir())) == 1


def test_warm_parent_has_no_secrets(workshop):
    workshop.run(wire.PROBE)
    environment = Path(f"/proc/{parent(workshop)}/environ").read_bytes().split(b"\0")
    assert sorted(environment) == [b"", b"LC_ALL=C.UTF-8", b"TZ=UTC"]


def test_warm_parent_has_few_files(workshop):
    with Path(__file__).open() as _, socket.socket() as _:
        workshop.run(wire.PROBE)
        links = [path.readlink() for path in Path(f"/proc/{parent(workshop)}/fd").iterdir()]
    assert sorted(str(link)[:6] for link in links) == ["/dev/n"] * 3 + ["socket"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_death_of_the_parent_is_survived(workshop, number):
    workshop.run(wire.PROBE)
    first, control = workshop._warm
    os.kill(first.pid, number)
    os.waitid(os.P_PID, first.pid, os.WEXITED | os.WNOWAIT)
    assert workshop.run(wire.PROBE)
    assert parent(workshop) != first.pid
    assert control.fileno() == -1


def test_broken_control_is_replaced(workshop):
    workshop.run(wire.PROBE)
    workshop._warm[1].shutdown(socket.SHUT_RDWR)
    with pytest.raises(ExecutionError):
        workshop.run(wire.PROBE)
    assert workshop.run(wire.PROBE)


def test_interpreter_that_is_gone_is_a_failure(workshop):
    missing, sys.executable = sys.executable, "/nowhere/python"
    try:
        with pytest.raises(ExecutionError):
            workshop.run(wire.PROBE)
    finally:
        sys.executable = missing


def test_closing_twice_is_nothing(workshop):
    workshop.run(wire.PROBE)
    workshop.close()
    workshop.close()


def test_stopped_parent_is_ended():
    workshop = Workshop(memory=256, seconds=60, grace=0.2)
    stopped, _ = workshop._warm = _start()
    os.kill(stopped.pid, signal.SIGSTOP)
    with pytest.raises(ExecutionError):
        workshop.run(wire.PROBE)
    workshop.close()
    assert stopped.returncode == -signal.SIGKILL


def test_closing_ends_a_running_job(workshop):
    with ThreadPoolExecutor(1) as threads:
        endless = threads.submit(workshop.run, selecting(ENDLESS))
        while workshop._warm is None or not children(parent(workshop)):
            assert not endless.done()
        (child,) = children(parent(workshop))
        workshop.close()
        assert isinstance(endless.exception(), ExecutionError)
    assert gone(child)


def test_sixteen_jobs_at_once(workshop):
    with ThreadPoolExecutor(16) as threads:
        queries = [selecting(f"SELECT sum(range) + {n} FROM range(1000)") for n in range(32)]
        answers = list(threads.map(workshop.run, queries))
    assert [answer["rows"] for answer in answers] == [[[499_500 + n]] for n in range(32)]
    assert all(map(gone, children(parent(workshop))))


def test_jobs_beside_failures(workshop):
    def attempt(number: int) -> object:
        """An answer or, every other time, the name of the error."""
        query = f"SELECT {number}" if number % 2 else "SELECT error('canary')"
        try:
            return workshop.run(selecting(query))["rows"]
        except ExecutionError as error:
            return error.code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(24)))
    assert answers == [[[n]] if n % 2 else "EXECUTION_FAILED" for n in range(24)]


def test_death_of_ours_ends_everybody():
    command = [sys.executable, "-c", OURS.format(job=selecting(ENDLESS))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as ours:
        warm = int(ours.stdout.readline())
        while not children(warm):
            assert ours.poll() is None
        left = [warm, *children(warm)]
        ours.kill()
    assert all(map(gone, left))


@dataclass
class Taken(Workshop):
    """A workshop whose one worker has been taken over, and answers with something else."""

    answer: object

    def __post_init__(self) -> None:
        """Sets the workshop up."""
        super().__init__(memory=256, seconds=60)
        self.worker = subprocess.Popen(["/bin/sleep", "60"])

    def _child(self) -> socket.socket:
        """A channel on which everything has been said already."""
        ours, theirs = socket.socketpair()
        with theirs:
            wire.send(theirs, self.worker.pid)
            wire.send(theirs, self.answer)
            theirs.shutdown(socket.SHUT_WR)
            threading.Thread(target=drain, args=(theirs.dup(),)).start()
        return ours


def drain(channel: socket.socket) -> None:
    """Hears what is said on a channel to the end."""
    with channel:
        while channel.recv(4096):
            pass


@pytest.mark.parametrize("answer", [None, 1, "rows", [], [{"rows": []}]])
def test_other_answers_are_failures(answer):
    taken = Taken(answer)
    with pytest.raises(ExecutionError):
        taken.run(wire.PROBE)
    assert taken.worker.wait(30) == -signal.SIGKILL
