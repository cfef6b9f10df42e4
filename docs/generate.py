"""Writes the parts of the reference pages that the code knows best.

    python docs/generate.py            writes them
    python docs/generate.py --check    says which are out of date, and exits 1 if any is

Each part stands between two comments in its page; everything around it is written by hand.
"""

import difflib
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from data_products.purpose import PARENT
from entrepot.errors import BY_CODE
from marketplace_api.app import create_app
from marketplace_api.bootstrap import assemble
from marketplace_api.console import pages
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


def openapi() -> dict[str, Any]:
    """The OpenAPI document of an application that is assembled for this alone."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_directory=Path(folder) / "data")
        return create_app(assemble(settings), settings).openapi()


def routes() -> Iterator[str]:
    """Every operation, and every page."""
    document = openapi()
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"### {method.upper()} {path}\n"
            yield f"{operation['description']}\n"
            yield from (f"* {line}" for line in _takes(operation, schemas))
            yield f"* Answers: {_answers(operation, schemas)}\n"
    yield "### Pages\n"
    for page in pages.router.routes:
        if isinstance(page, APIRoute):
            yield f"* `GET {page.path}`: {page.description.splitlines()[0]}"


def _takes(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """What an operation takes: parameters, and the fields of its body."""
    for parameter in operation.get("parameters", []):
        optional = "" if parameter["required"] else ", optional"
        yield f"{parameter['in'].capitalize()} `{parameter['name']}`{optional}"
    for form, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(content["schema"], schemas)
        needed = schema.get("required", [])
        fields = [f"`{n}`{'' if n in needed else ' (optional)'}" for n in schema["properties"]]
        kind = "" if form == "application/json" else f" ({form})"
        yield f"Body{kind}: {', '.join(fields)}"


def _answers(operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    """What an operation answers: the fields of its success, and the statuses of its problems."""
    (success, *problems) = operation["responses"].items()
    status, response = success
    forms: dict[str, dict[str, Any]] = response.get("content", {})
    schemas_of = [content.get("schema", {}) for content in forms.values()]
    schema = _resolved(schemas_of[0], schemas) if schemas_of else {}
    fields = ", ".join(f"`{name}`" for name in schema.get("properties", {}))
    shown = fields or " or ".join(f"`{form}`" for form in forms)
    return f"{status} with {shown}; problems {', '.join(code for code, _ in problems)}"


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema, looked up if it is a reference."""
    found: dict[str, Any] = (
        schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    )
    return found


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "errors.md": error_codes,
    "purposes.md": purposes,
    "rest.md": routes,
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
