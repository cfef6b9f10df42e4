"""The worker's side: a warm parent that forks a process for each job, and the job in it.

The parent imports the engine once and starts none of its threads; a child is confined before the
engine connects, answers one job and ends. A child that fails says so and nothing more: an engine's
message may hold a row.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypedDict, cast

from clean_room.engines import duckdb, opening, sandbox, wire


class Message(TypedDict):
    """A job, or the probe; memory in mebibytes and seconds of processor time."""

    job: duckdb.Job | str
    memory: int
    seconds: int


def serve(control: socket.socket) -> None:
    """Forks a child for each channel that comes over the control socket, until it closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        with socket.socket(fileno=descriptors[0]) as channel:
            if os.fork() == 0:
                control.close()
                _live(channel)


def _live(channel: socket.socket) -> None:
    """Does one job in this child, and ends it."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sandbox.leave_parent()
        answer(channel, sandbox.confine)
        status = 0
    finally:
        # The parent's exit handlers and buffers are not this child's to run.
        os._exit(status)


def answer(channel: socket.socket, confine: Callable[[int, int, int], list[str]]) -> None:
    """Says who does the job that comes over the channel, confines itself, and does it.

    Raises:
        duckdb.Error, OSError, ValueError, WireError: it cannot be done.
    """
    wire.send(channel, os.getpid())
    message = cast("Message", wire.receive(channel))
    job = message["job"]
    files = 0 if isinstance(job, str) else len(job["files"])
    measures = confine(message["memory"], message["seconds"], files)
    probed = {"version": duckdb.VERSION, "measures": measures}
    wire.send(channel, probed if isinstance(job, str) else _result(job))


def _result(job: duckdb.Job) -> object:
    """A job's names and rows, from the files that were seen when its plan was made."""
    with opening.pinned(job) as asked:
        names, rows = duckdb.execute(asked)
    return {"names": names, "rows": [[wire.encode(value) for value in row] for row in rows]}


def main(descriptor: int) -> None:
    """Serves the control socket of that descriptor."""
    with suppress(KeyboardInterrupt), socket.socket(fileno=descriptor) as control:
        serve(control)


if __name__ == "__main__":
    main(int(sys.argv[1]))
