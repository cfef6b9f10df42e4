"""The clean room's side of its workers: one warm parent process, a fresh child for each job.

A child that does not answer in time is killed from here: an engine's own limits come late.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress

from clean_room.engines import wire
from data_products.errors import ExecutionError

GRACE = 30.0
"""Seconds that a child has to say that it is there, and the warm parent to leave."""


class Workshop:
    """Starts the warm parent when it is first needed, and again if it has died."""

    def __init__(self, *, memory: int, seconds: int, grace: float = GRACE) -> None:
        """Memory in mebibytes and seconds on the clock, for each job."""
        self.memory = memory
        self.seconds = seconds
        self._grace = grace
        self._lock = threading.Lock()
        self._warm: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def run(self, job: object) -> dict[str, object]:
        """A fresh child's answer to a job.

        Raises:
            ExecutionError: there is none, whatever the reason: reasons can depend on the data.
        """
        with self._child() as channel:
            try:
                child = os.pidfd_open(int(str(wire.receive(channel, self._grace))))
            except (OSError, ValueError, wire.WireError):
                raise failure() from None
            try:
                channel.settimeout(self.seconds)
                wire.send(channel, {"job": job, "memory": self.memory, "seconds": 2 * self.seconds})
                answer = wire.receive(channel, self.seconds)
            except (OSError, wire.WireError):
                raise failure() from None
            finally:
                _end(child)
        if not isinstance(answer, dict):
            raise failure()
        return answer

    def close(self) -> None:
        """Ends the warm parent; children end with their jobs."""
        with self._lock:
            self._dismiss()

    def _child(self) -> socket.socket:
        """A channel to a child of its own."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                socket.send_fds(self._ready(), [b"j"], [theirs.fileno()])
            except OSError:
                self._dismiss()
                ours.close()
                raise failure() from None
        return ours

    def _ready(self) -> socket.socket:
        """The control socket of a warm parent that is alive."""
        if self._warm is not None and self._warm[0].poll() is not None:
            self._dismiss()
        if self._warm is None:
            self._warm = _start()
        return self._warm[1]

    def _dismiss(self) -> None:
        """Lets the warm parent go, which it does when its socket closes, and forgets it."""
        if self._warm is None:
            return
        parent, control = self._warm
        self._warm = None
        control.close()
        try:
            parent.wait(self._grace)
        except subprocess.TimeoutExpired:
            parent.kill()
            parent.wait()


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A warm parent, and the control socket that it serves."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            # Not a byte of our own environment: it may hold secrets.
            parent = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-I", "-m", "clean_room.engines.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
    return parent, ours


def _end(child: int) -> None:
    """Kills a child by its file descriptor, which is no other process's as its number may be."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(child, signal.SIGKILL)
    os.close(child)


def failure() -> ExecutionError:
    """The one error of every failure, the same whatever happened."""
    return ExecutionError(
        "the clean room could not finish the plan",
        hint="ask for coarser groups or less data; the provider's operator can look for the cause",
    )
