"""The service on this machine, as a child process: for `demo`, `serve` and `product check`.

The SDK starts the service's own program and imports none of it. A child says `READY <url>` when it
can be asked; until then what it prints is kept, to be shown if it never gets there.
"""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from threading import Thread
from types import FrameType
from typing import Self

from entrepot.errors import ChildError, MissingExtraError

MODULE = "marketplace_api"
PORT = 8600
"""The port that is used where it is free and none is asked for."""
READY = "READY "
READY_WITHIN = 600.0
"""Seconds; the largest demo world takes minutes to build."""
LAST_LINES = 12
"""Lines of a dead child that an error shows."""
TERMINATED = 143
"""The exit code of a program that SIGTERM ended, as shells count."""


def program(*arguments: str) -> list[str]:
    """The command line of the service's own program.

    Raises:
        MissingExtraError: the service, or what it needs, is not installed.
    """
    # The plain installation has the service's modules too, but not what they stand on.
    for needed in (MODULE, "fastapi", "deltalake", "numpy"):
        if importlib.util.find_spec(needed) is None:
            raise MissingExtraError(
                f"the service needs {needed}, which is not installed",
                hint='pip install "entrepot[demo]"',
            )
    # With -P, a folder of that name where we happen to be is not run in its place.
    return [sys.executable, "-P", "-m", MODULE, *arguments]


def run(arguments: Sequence[str]) -> int:
    """Runs a program in this terminal until it ends, and gives its exit code."""
    with subprocess.Popen(arguments) as child, _forwarding(child):
        return child.wait()


@contextmanager
def _forwarding(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leaves Ctrl-C to the child, which the terminal tells too, and passes SIGTERM on to it."""

    def terminate(number: int, frame: FrameType | None) -> None:
        """Passes the signal on."""
        del number, frame
        child.terminate()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN), signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def free_port(usual: int = PORT) -> int:
    """The usual port if nobody listens on it, else one that is free."""
    # Another demo may still run; port 0 lets the system choose.
    for port in (usual, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found: int = probe.getsockname()[1]
            return found
    raise ChildError("this machine has no free port on 127.0.0.1")


@contextmanager
def serving(arguments: Sequence[str], *, within: float = READY_WITHIN) -> Iterator["Server"]:
    """A service in a child process, from when it can be asked to its end.

    Raises:
        ChildError: it ended, or was not ready in time; with its exit code and last lines.
    """
    # SIGTERM would end us without a word, and leave the child behind.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        with Server(arguments) as server:
            server.wait_ready(within)
            yield server
    finally:
        signal.signal(signal.SIGTERM, before)


class Server:
    """A child process that serves, and its last lines."""

    patience: float = 30.0
    """Seconds that it has to stop by itself."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.url = ""
        self.last: deque[str] = deque(maxlen=LAST_LINES)
        self._lines: Queue[str | None] = Queue()
        # In a session of its own, Ctrl-C reaches only us, and we stop it when we are done.
        self._child = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # One stream keeps warnings and the reason of a failure in their order.
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._ear = Thread(target=self._listen, daemon=True)
        self._ear.start()

    def __enter__(self) -> Self:
        """The server itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Stops it."""
        self.stop()

    def _listen(self) -> None:
        """Keeps reading, so that the child never waits for a full pipe."""
        for line in self._child.stdout or ():
            self.last.append(line.rstrip())
            # Once it is ready nobody takes lines any more, and they would pile up.
            if not self.url:
                self._lines.put(line)
        self._lines.put(None)

    def wait_ready(self, within: float) -> None:
        """Waits until the child says where it serves, at most so many seconds."""
        # The whole wait is bounded, however often the child says something.
        ends = time.monotonic() + within
        while not self.url:
            try:
                line = self._lines.get(timeout=max(0.0, ends - time.monotonic()))
            except Empty:
                raise self._failed(f"was not ready within {within:g} seconds") from None
            if line is None:
                raise self._failed(f"ended with exit code {self.stop()}")
            if line.startswith(READY):
                self.url = line.removeprefix(READY).strip()

    def wait(self) -> None:
        """Waits until the child ends; raises ChildError, for it should not."""
        raise self._failed(f"ended with exit code {self._child.wait()}")

    def _failed(self, what: str) -> ChildError:
        """The error with the child's last lines."""
        said = "".join(f"\n  {line}" for line in self.last)
        return ChildError(f"the service {what}{said}", hint="its last lines say why")

    def stop(self) -> int:
        """Ends the child and whatever it started, waits until it has ended; its exit code."""
        self._child.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(self.patience)
        # A worker that outlives its parent would hold the pipe open, and the port.
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._ear.join()
        with self._child:
            return self._child.wait()
