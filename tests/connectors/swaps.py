"""A provider who turns its own file or folder into a link to another's, and back, all the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

MOMENT = 0.0002
"""Seconds that either is left alone, so that whoever looks may meet it."""


def tick(folder: Path) -> None:
    """Lets the file system's clock go on: many do not tell two writes of one moment apart."""
    mark = folder / "tick"
    mark.touch()
    first = mark.stat().st_ctime_ns
    while mark.stat().st_ctime_ns == first:
        mark.touch()
    mark.unlink()


@contextmanager
def swapping(path: Path, other: Path) -> Iterator[None]:
    """Swaps them from a thread until the end, when the path is as it was."""
    ended = Event()
    swapper = Thread(target=_swap, args=(path, other, ended))
    swapper.start()
    try:
        yield
    finally:
        ended.set()
        swapper.join()


def _swap(path: Path, other: Path, ended: Event) -> None:
    """The path is by turns itself, a link to the other, and for a moment nothing."""
    aside = path.with_name(f"{path.name}.aside")
    while not ended.wait(MOMENT):
        path.rename(aside)
        path.symlink_to(other)
        ended.wait(MOMENT)
        path.unlink()
        aside.rename(path)
