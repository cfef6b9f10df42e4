"""Opens a job's files: those that were seen when the plan was made, and no others.

Whoever provides data may put a link to another's file in the place of its own after the plan was
made. So each path is walked folder by folder, no step over a link, the file at its end has to be
the one that was seen, and an engine is given the descriptor's name in place of the file's.

The walk is that of `connectors.opening`, which would bring Arrow and its threads into a worker.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from clean_room.engines.duckdb import FileJob, Job

# Not to wait for a writer, should it be a pipe.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
# A folder that may be passed but not listed cannot be opened in any other way than O_PATH.
FOLDER: int = FILE | os.O_DIRECTORY | getattr(os, "O_PATH", 0)

DESCRIPTORS = "/proc/self/fd" if Path("/proc/self/fd").is_dir() else "/dev/fd"
"""Where this process's open files have names; not every system has /proc."""


class ReplacedError(OSError):
    """A file is not the one that was seen."""


@contextmanager
def pinned(job: Job) -> Iterator[Job]:
    """The job with its files by descriptor, whatever becomes of their names in the meantime.

    Raises:
        OSError, ValueError: a file cannot be opened, or is not the one that was seen, now or when
            the job is done.
    """
    with ExitStack() as held:
        files = [(_opened(held, file["path"]), file) for file in job["files"]]
        _check(files)
        yield {
            **job,
            "files": [{**file, "path": f"{DESCRIPTORS}/{opened}"} for opened, file in files],
        }
        # Whoever wrote into the file while it was read has made an answer from no version of it.
        _check(files)


def _opened(held: ExitStack, path: str) -> int:
    """A descriptor of what the absolute path leads to without a link, as long as it is held."""
    top, *folders, name = Path(path).parts
    if top != "/" or ".." in folders:
        raise ReplacedError("no plain absolute path")
    with ExitStack() as passed:
        here = os.open(top, FOLDER)
        passed.callback(os.close, here)
        for folder in folders:
            here = os.open(folder, FOLDER, dir_fd=here)
            passed.callback(os.close, here)
        opened = os.open(name, FILE, dir_fd=here)
    held.callback(os.close, opened)
    return opened


def _check(files: list[tuple[int, FileJob]]) -> None:
    """Refuses any open file that is not, or not any more, the one that was seen."""
    for opened, file in files:
        found = os.fstat(opened)
        times = [found.st_mtime_ns, found.st_ctime_ns]
        identity = [found.st_dev, found.st_ino, found.st_size, *times]
        # One with a second name may be another's, whatever was seen.
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise ReplacedError("no regular file of one name")
        if file.get("identity", identity) != identity:
            raise ReplacedError("another file than was seen")
