"""Where a product's data lies: a scheme, a path beneath an allowed root, and maybe a version."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Location:
    """A parsed location such as `delta:moves?version=3`, its path resolved beneath one of the roots."""

    scheme: str
    path: Path
    version: int | None = None
