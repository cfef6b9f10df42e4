"""Messages between the clean room and a worker, honest and not."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clean_room.engines import wire

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**127), 2**127),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.decimals(-(10**20), 10**20, places=9),
    st.dates(),
    st.datetimes(),
)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a channel."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@given(st.one_of(SCALARS, st.lists(SCALARS).map(tuple)))
def test_values_survive(value):
    assert wire.decode(json.loads(json.dumps(wire.encode(value)))) == value


@pytest.mark.parametrize("value", [True, 1, Decimal("1.00"), date(2026, 1, 31)])
def test_types_survive(value):
    assert type(wire.decode(wire.encode(value))) is type(value)


@pytest.mark.parametrize("value", [1.5, b"row", {"a": 1}, {1, 2}, object(), float("nan")])
def test_foreign_types_are_not_sent(value):
    with pytest.raises(wire.WireError, match="a result has a"):
        wire.encode(value)


@pytest.mark.parametrize(
    "message",
    [
        1.5,
        {"decimal": "1", "date": "2026-01-31"},
        {},
        {"pickle": "gASVAAAA"},
        {"decimal": "NaN"},
        {"decimal": "Infinity"},
        {"decimal": "1e999999999"},
        {"decimal": "1" * 40},
        {"decimal": ["1"]},
        {"decimal": None},
        {"decimal": "१"},
        {"date": "2026-13-01"},
        {"date": 20260131},
        {"datetime": {"date": "2026-01-31"}},
        [[1]],
        [{"decimal": "x"}],
    ],
    ids=repr,
)
def test_foreign_values_are_not_read(message):
    with pytest.raises(wire.WireError):
        wire.decode(message)


def test_message_arrives(ends):
    wire.send(ends[0], {"rows": [[1, "é", None]]})
    assert wire.receive(ends[1], 10) == {"rows": [[1, "é", None]]}


def test_large_message_arrives(ends):
    text = "x" * 3_000_000
    sender = threading.Thread(target=wire.send, args=(ends[0], text))
    sender.start()
    assert wire.receive(ends[1]) == text
    sender.join()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000, b'"\n"', b"{'a': 1}", b"[1] [2]"],
    ids=lambda body: repr(body[:8]),
)
def test_what_is_not_json_is_refused(ends, body):
    ends[0].sendall(wire.HEADER.pack(len(body)) + body)
    with pytest.raises(wire.WireError, match="not JSON"):
        wire.receive(ends[1], 10)


@pytest.mark.parametrize("sent", [b"", b"\x00\x00", wire.HEADER.pack(10) + b"[1, 2"])
def test_truncated_message_is_refused(ends, sent):
    ends[0].sendall(sent)
    ends[0].close()
    with pytest.raises(wire.WireError, match="went away"):
        wire.receive(ends[1], 10)


@pytest.mark.parametrize("size", [wire.LARGEST + 1, 2**32 - 1])
def test_oversized_message_is_refused(ends, size):
    ends[0].sendall(wire.HEADER.pack(size))
    with pytest.raises(wire.WireError, match=f"a message of {size} bytes"):
        wire.receive(ends[1], 10)


def test_silence_ends_in_time(ends):
    with pytest.raises(TimeoutError):
        wire.receive(ends[1], 0.01)


def test_trickle_ends_in_time(ends):
    ours, theirs = ends
    stop = threading.Event()

    def trickle() -> None:
        """A byte now and then, so that no single wait is long."""
        ours.sendall(wire.HEADER.pack(wire.LARGEST))
        while not stop.wait(0.002):
            ours.sendall(b" ")

    sender = threading.Thread(target=trickle, daemon=True)
    sender.start()
    with pytest.raises(TimeoutError):
        wire.receive(theirs, 0.1)
    stop.set()
    sender.join()


def test_what_has_come_is_read_late(ends):
    wire.send(ends[0], [1])
    assert wire.receive(ends[1], 0) == [1]
