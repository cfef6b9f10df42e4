"""Where a product's data lies: a scheme, a path beneath an allowed root, and maybe a version.

A location is `scheme:path` or `scheme:path?version=N`. The rules, in the order they are checked:

1. The scheme is one of the installed connectors; none of the built-in ones reads from a network.
2. The path is plain: no `..`, no `~`, no `%`, no glob, no control character, no network form.
   Engines and file systems read each of these in ways of their own.
3. It is what a root has: a relative path beneath the first root that has it, an absolute one
   beneath any.
4. With every symbolic link followed, it is still beneath that root.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_products import plugins
from data_products.errors import ConnectorError, RequestError

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
        scheme, colon, rest = text.partition(":")
        path, question, query = rest.partition("?")
        if not colon or scheme not in plugins.installed("connectors"):
            raise RequestError(
                f"found location scheme {scheme[:30]!r}, expected an installed connector",
                hint=f"begin with one of: {', '.join(plugins.installed('connectors'))}",
            )
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
        return cls(scheme, _beneath_roots(path, roots), int(version[1]) if version else None)


def _beneath_roots(path: str, roots: Sequence[Path]) -> Path:
    """Rules 3 and 4."""
    out = RequestError(
        "found a path that leads out of the data directory, expected one beneath it",
        hint="move the data, or have the operator allow its directory",
    )
    # Decided before looking, so that nobody learns which files there are elsewhere.
    if Path(path).is_absolute():
        roots = [root for root in roots if Path(path).is_relative_to(root)]
        if not roots:
            raise out
    for root in roots:
        found = real(root / path)
        if found is None:
            continue
        if not found.is_relative_to(real(root) or root):
            raise out
        return found
    raise ConnectorError(
        f"found no {Path(path).name[:60]!r} in the data directory, expected a file or folder",
        hint="check the path; it is relative to the data directory, and case counts",
    )


def real(path: Path) -> Path | None:
    """The path with every symbolic link followed; None if it is missing, circular or closed."""
    try:
        return Path(os.path.realpath(path, strict=True))
    except OSError:
        return None
