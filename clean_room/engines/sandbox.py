"""Takes from a process what a query does not need. It cannot be given back.

Standard library and the C library only: this runs in a worker that has just been forked, before an
engine starts its threads, since most of these bind only the thread that asks.
"""

import ctypes
import os
import resource
import signal
from typing import Protocol

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

MEBIBYTE = 1024 * 1024

# What Python, the engine's code and its threads' stacks map beside the memory that it works in.
OVERHEAD = 2048 * MEBIBYTE

OPEN_FILES = 1024
"""How many files may be open beside those of the job."""


class Calls(Protocol):
    """The calls of Linux's C library that are used here; each gives 0, or -1 where it is denied."""

    def prctl(self, *arguments: int) -> int:
        """Does something to the process, for good."""
        ...

    def unshare(self, flags: int) -> int:
        """Leaves the namespaces of the parent."""
        ...


def confine(memory: int, seconds: int, files: int) -> list[str]:
    """Confines this process for good; the measures that are in force, by name.

    `memory` is in mebibytes of address space beside the process's own, `seconds` of processor time,
    and `files` are those of the job, all of which are open at once.
    """
    _limit(resource.RLIMIT_AS, memory * MEBIBYTE + OVERHEAD)
    _limit(resource.RLIMIT_CPU, seconds)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES + files)
    return ["process", "resource-limits", *isolate(ctypes.CDLL(None))]


def isolate(libc: Calls) -> list[str]:
    """Cuts this process off; the measures that are in force, which on other systems are none."""
    if not (hasattr(libc, "prctl") and hasattr(libc, "unshare")):
        return []
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    measures = {
        "no-new-privileges": libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        "no-network": libc.unshare(CLONE_NEWUSER | CLONE_NEWNET),
    }
    return [name for name, denied in measures.items() if not denied]


def _limit(kind: int, most: int) -> None:
    """Sets a limit of this process, for good; a lower one that nobody may raise stays."""
    _, hard = resource.getrlimit(kind)
    lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (lowest, lowest))


def leave_parent() -> None:
    """Starts a session of its own, so that a signal to the parent's group is not one to this."""
    os.setsid()
