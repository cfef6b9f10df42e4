"""What a confined process can no longer do, and what a system without the calls admits."""

import json
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from clean_room.engines import sandbox

ALL = ["process", "resource-limits", "no-new-privileges", "no-network"]

CHILD = """
import ctypes, json, os, resource, socket, sys
from clean_room.engines import sandbox
{before}
measures = sandbox.confine({memory}, {seconds}, {files})
try:
    found = {found}
except Exception as error:
    found = type(error).__name__
print(json.dumps(found))
"""


def confined(found: str, before: str = "", seconds: int = 60, files: int = 0) -> object:
    """What an expression gives in a confined process, or the name of what it raises."""
    code = CHILD.format(found=found, before=before, memory=64, seconds=seconds, files=files)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_measures_are_named():
    assert confined("measures") == ALL


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("RLIMIT_AS", (64 + 2048) * 1024 * 1024),
        ("RLIMIT_CPU", 60),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 1024),
    ],
)
def test_limits_are_lowered(limit, most):
    assert confined(f"resource.getrlimit(resource.{limit})") == [most, most]


def test_lower_limits_stay():
    before = "resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))"
    assert confined("resource.getrlimit(resource.RLIMIT_NOFILE)", before) == [50, 50]


def test_files_of_the_job_have_room():
    assert confined("resource.getrlimit(resource.RLIMIT_NOFILE)", files=2000) == [3024, 3024]


def test_limits_cannot_be_raised():
    assert confined("resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))") == "ValueError"


def test_nothing_can_be_written(tmp_path):
    path = str(tmp_path / "a")
    assert confined(f"open({path!r}, 'wb', buffering=0).write(b'canary')") == "OSError"
    assert (tmp_path / "a").read_bytes() == b""


def test_nobody_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert confined(f"socket.create_connection({address!r}, 5)") == "OSError"


def test_memory_is_bounded():
    assert confined("len(bytearray(3 << 30))") == "MemoryError"


def test_privileges_cannot_be_gained():
    assert "NoNewPrivs:\t1" in confined("open('/proc/self/status').read()")


def test_memory_cannot_be_looked_into():
    assert confined("ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)") == 0


def test_death_comes_with_the_parent():
    before = "number = ctypes.c_int()"
    found = "[ctypes.CDLL(None).prctl(2, ctypes.byref(number), 0, 0, 0), number.value]"
    assert confined(found, before) == [0, signal.SIGKILL]


def test_endless_loop_is_ended():
    with pytest.raises(subprocess.CalledProcessError) as ended:
        confined("[None for _ in iter(int, 1)] and 0", seconds=1)
    assert ended.value.returncode in (-signal.SIGKILL, -signal.SIGXCPU)


def test_session_is_left():
    found = "[sandbox.leave_parent(), os.getsid(0) == os.getpid()][1]"
    assert confined(found) is True


@dataclass
class Library:
    """A C library that grants or denies, and notes what it was asked."""

    denied: frozenset[str] = frozenset()
    asked: list[tuple[int, ...]] = field(default_factory=list)

    def prctl(self, *arguments: int) -> int:
        """Notes the arguments."""
        self.asked.append(arguments)
        return -("prctl" in self.denied)

    def unshare(self, flags: int) -> int:
        """Notes the flags."""
        self.asked.append((flags,))
        return -("unshare" in self.denied)


@pytest.mark.parametrize(
    ("denied", "measures"),
    [
        ([], ["no-new-privileges", "no-network"]),
        (["unshare"], ["no-new-privileges"]),
        (["prctl"], ["no-network"]),
        (["prctl", "unshare"], []),
    ],
)
def test_denied_measures_are_not_claimed(denied, measures):
    assert sandbox.isolate(Library(frozenset(denied))) == measures


def test_calls_are_made_in_order():
    library = Library()
    sandbox.isolate(library)
    assert [first for first, *_ in library.asked] == [1, 4, 38, 0x50000000]


def test_other_systems_claim_nothing():
    assert sandbox.isolate(object()) == []
