"""Writes the parts of the reference pages that the code knows best.

    python docs/generate.py            writes them
    python docs/generate.py --check    says which are out of date, and exits 1 if any is

Each part stands between two comments in its page; everything around it is written by hand.
"""

import difflib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from data_products.purpose import PARENT
from entrepot.errors import BY_CODE
from marketplace_api.settings import PREFIX, Settings

REFERENCE = Path(__file__).parent / "reference"
PART = re.compile(r"(<!-- made by docs/generate\.py -->\n).*?(<!-- end -->)", re.DOTALL)


def error_codes() -> Iterator[str]:
    """Each code with its meaning and the next step, as the SDK's `explain` tells them."""
    for code, error in BY_CODE.items():
        if code != "ERROR":
            yield f"### {code}\n\n{error.explanation()}\n"


def purposes() -> Iterator[str]:
    """The tree of purposes, each beneath its parent."""
    for term in PARENT:
        depth, parent = 0, PARENT[term]
        while parent:
            depth, parent = depth + 1, PARENT[parent]
        yield f"{'  ' * depth}* `{term}`"


def settings() -> Iterator[str]:
    """Every setting with its variable, default and meaning."""
    yield "| Variable | Default | Meaning |\n|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "" if default in (None, "", ()) else f"`{default}`"
        yield f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "errors.md": error_codes,
    "purposes.md": purposes,
    "settings.md": settings,
}


def fresh(page: Path) -> tuple[str, str]:
    """The page as it is, and as it should be."""
    found = page.read_text(encoding="utf-8")
    made = "\n".join(PAGES[page.name]()).rstrip()
    return found, PART.sub(lambda part: f"{part[1]}{made}\n{part[2]}", found)


def main() -> int:
    """Writes or checks every page; the status to leave with."""
    stale = 0
    for name in PAGES:
        page = REFERENCE / name
        found, expected = fresh(page)
        if "--check" in sys.argv:
            stale += found != expected
            lines = difflib.unified_diff(found.splitlines(), expected.splitlines(), lineterm="")
            print(*(f"{name}: {line}" for line in lines), sep="\n", end="")
        else:
            page.write_text(expected, encoding="utf-8")
    return min(stale, 1)


if __name__ == "__main__":
    sys.exit(main())
