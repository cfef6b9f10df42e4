"""Where a product's data lies: a scheme, a path beneath an allowed root, and maybe a version.

A location is `scheme:path` or `scheme:path?version=N`. The rules, in the order they are checked:

1. The scheme is one of the installed connectors; none of the built-in ones reads from a network.
2. The path is plain: no `..`, no `~`, no `%`, no glob, no control character, no network form.
   Engines and file systems read each of these in ways of their own.
3. It is what a root has: a relative path beneath the first root that has it, an absolute one
   beneath any.
4. No symbolic link is on the way from the root: its target could be changed after it was looked
   at, to another provider's data.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_products import plugins
from data_products.errors import ConnectorError, RequestError

# Refused are also letters that only some tools mind: % is decoded by readers of URLs, ~ expanded
# by shells, \ a separator on Windows, and // before anything a host.
PLAIN = re.compile(r"(?!//)[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff%*?\[\\~]{1,1000}")
VERSION = re.compile(r"version=(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True)
class Location:
    """A parsed location such as `delta:moves?version=3`, its path resolved beneath a root."""

    scheme: str
    path: Path
    version: int | None = None

    @classmethod
    def parse(cls, text: str, roots: Sequence[Path]) -> "Location":
        """The location that the text says, beneath one of the directories in `roots`.

        Raises:
            RequestError: the text is not a location, or leads out of the roots.
            ConnectorError: no root has the path, or it cannot be looked at.
        """
        # 1. What cannot be read is not a location.
        scheme, colon, rest = text.partition(":")
        path, question, query = rest.partition("?")
        if not colon or scheme not in plugins.installed("connectors"):
            raise RequestError(
                f"found location scheme {scheme[:30]!r}, expected an installed connector",
                hint=f"begin with one of: {', '.join(plugins.installed('connectors'))}",
            )
        # 2. By its letters, before any file system has a say.
        if not PLAIN.fullmatch(path) or ".." in Path(path).parts:
            raise RequestError(
                "found a path with .., ~, %, a glob, a control character or a network form, "
                "expected a plain path",
                hint="write a path beneath the data directory, such as delta:moves",
            )
        version = VERSION.fullmatch(query)
        if question and not version:
            raise RequestError(
                f"found {query[:30]!r} after the path, expected version=N",
                hint="write ?version=3 to pin a Delta version, or leave it out",
            )
        # 3. and 4. By what is there.
        return cls(scheme, _beneath_roots(Path(path), roots), int(version[1]) if version else None)


def _beneath_roots(path: Path, roots: Sequence[Path]) -> Path:
    """Rules 3 and 4."""
    places = [*_places(path, roots)]
    # Decided before looking, so that nobody learns which files there are elsewhere.
    if roots and not places:
        raise _outside()
    place = next((place for place in places if real(place)), None)
    if place is None:
        raise ConnectorError(
            f"found no {path.name[:60]!r} in the data directory, expected a file or folder",
            hint="check the path; it is relative to the data directory, and case counts",
        )
    # A link that leads nowhere bad now may be turned when nobody looks.
    if real(place) != place:
        raise _outside()
    return place


def _places(path: Path, roots: Sequence[Path]) -> Iterator[Path]:
    """Where the path would lie beneath each root; nowhere beneath one that it is not of."""
    for root in roots:
        base = real(root) or root
        if not path.is_absolute():
            yield base / path
        elif path.is_relative_to(root):
            yield base / path.relative_to(root)


def _outside() -> RequestError:
    """The error for a path that is not, or may not stay, beneath its root."""
    return RequestError(
        "found a path that leads out of the data directory or over a link, "
        "expected one beneath it without links",
        hint="move the data there, or have the operator allow its directory",
    )


def real(path: Path) -> Path | None:
    """The path with every symbolic link followed; None if it is missing, circular or closed."""
    try:
        return Path(os.path.realpath(path, strict=True))
    except OSError:
        return None
