import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from entrepot import demo
from entrepot.errors import ChildError, MissingExtraError

STUBBORN = """\
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("READY http://127.0.0.1:1", flush=True)
time.sleep(60)
"""
CHATTY = """\
import time
print("READY http://127.0.0.1:1", flush=True)
for _ in range(20000):
    print("x" * 100)
print("done", flush=True)
time.sleep(60)
"""


def python(code):
    """A child that runs a few lines."""
    return [sys.executable, "-c", code]


def test_ready_child_is_served():
    code = "print('building'); print('READY http://127.0.0.1:7', flush=True); input()"
    with demo.serving(
        python(f"import time; {code.replace('input()', 'time.sleep(60)')}")
    ) as server:
        assert server.url == "http://127.0.0.1:7"


def test_dead_child_tells_last_lines():
    with (
        pytest.raises(ChildError, match=r"ended with exit code 4\n  one\n  two$"),
        demo.serving(python("print('one'); print('two'); raise SystemExit(4)")),
    ):
        pass


def test_slow_child_is_given_up():
    with (
        pytest.raises(ChildError, match=r"was not ready within 0\.3 seconds"),
        demo.serving(python("import time; time.sleep(60)"), within=0.3),
    ):
        pass


def test_child_that_ends_later_is_noticed():
    with (
        demo.serving(python("print('READY http://127.0.0.1:7', flush=True)")) as server,
        pytest.raises(ChildError, match="ended with exit code 0"),
    ):
        server.wait()


def test_chatty_child_never_blocks():
    with demo.serving(python(CHATTY)) as server:
        while server.last[-1] != "done":
            time.sleep(0.01)


class Impatient(demo.Server):
    """Waits no longer than a test may."""

    patience = 0.2


def test_stubborn_child_is_killed():
    server = Impatient(python(STUBBORN))
    server.wait_ready(30.0)
    assert server.stop() == -signal.SIGKILL


def test_terminated_parent_leaves_no_child():
    code = (
        "import sys; from entrepot.demo import serving\n"
        "with serving([sys.executable, '-c', 'import os, time;"
        ' print("READY", os.getpid(), flush=True); time.sleep(60)\']) as server:\n'
        "    print(server.url, flush=True); server.wait()"
    )
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        parent.terminate()
        assert parent.wait() == demo.TERMINATED
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.parametrize("code", [0, 1, 7])
def test_exit_code_is_passed_on(code):
    assert demo.run(python(f"raise SystemExit({code})")) == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_is_left_to_child(number):
    inner = (
        "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(9));"
        " signal.signal(signal.SIGINT, lambda *_: exit(9));"
        " print('up', flush=True); time.sleep(60)"
    )
    command = f"[sys.executable, '-c', {inner!r}]"
    code = f"from entrepot.demo import run; import sys; sys.exit(run({command}))"
    with subprocess.Popen(
        python(code), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        parent.stdout.readline()
        os.killpg(parent.pid, number) if number == signal.SIGINT else parent.send_signal(number)
        assert parent.wait() == 9


def test_port_in_use_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.free_port(port) not in (0, port)


def test_usual_port_is_taken_where_free():
    free = demo.free_port(0)
    assert demo.free_port(free) == free


def test_program_is_not_taken_from_here():
    assert demo.program("serve") == [sys.executable, "-P", "-m", "marketplace_api", "serve"]


def test_missing_extra_is_named():
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from entrepot.cli import main; sys.exit(main(['serve']))"
    )
    run = subprocess.run(python(code), capture_output=True, check=False)
    assert (run.returncode, run.stderr.partition(b":")[0]) == (1, b"EXTRA_MISSING")
    assert issubclass(MissingExtraError, Exception)
