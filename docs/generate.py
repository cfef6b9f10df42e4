"""Writes the parts of the reference pages that the code knows best.

    python docs/generate.py            writes them
    python docs/generate.py --check    says which are out of date, and exits 1 if any is

Each part stands between two comments in its page; everything around it is written by hand.
"""

import difflib
import inspect
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

import entrepot
from data_products.purpose import PARENT
from entrepot.cli import app
from entrepot.errors import BY_CODE
from marketplace_api.app import create_app
from marketplace_api.bootstrap import assemble
from marketplace_api.console import pages
from marketplace_api.settings import PREFIX, Settings

WIRE = frozenset({"read", "wire"})
"""Methods that are between the SDK and the service."""
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
        with closing(assemble(settings)) as marketplace:
            return create_app(marketplace, settings).openapi()


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
        names = [f"`{n}`{'' if n in needed else ' (optional)'}" for n in schema["properties"]]
        kind = "" if form == "application/json" else f" ({form})"
        yield f"Body{kind}: {', '.join(names)}"


def _answers(operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    """What an operation answers: the fields of its success, and the statuses of its problems."""
    (success, *problems) = operation["responses"].items()
    status, response = success
    forms: dict[str, dict[str, Any]] = response.get("content", {})
    schemas_of = [content.get("schema", {}) for content in forms.values()]
    schema = _resolved(schemas_of[0], schemas) if schemas_of else {}
    names = ", ".join(f"`{name}`" for name in schema.get("properties", {}))
    shown = names or " or ".join(f"`{form}`" for form in forms)
    return f"{status} with {shown}; problems {', '.join(code for code, _ in problems)}"


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema, looked up if it is a reference."""
    found: dict[str, Any] = (
        schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    )
    return found


def commands() -> Iterator[str]:
    """Every command with its options, as its own help tells them."""
    text = app.generate_docs()
    yield text[text.index("## entrepot demo") :]


def exports() -> Iterator[str]:
    """What the SDK exports, what is used most first: docstrings, fields and public methods."""
    first = ["connect", "Client", "Answer", "Receipt"]
    for name in first + [name for name in entrepot.__all__ if name not in first]:
        found = getattr(entrepot, name)
        shown = _signature(found) if inspect.isfunction(found) else ""
        yield f"### {name}{shown}\n"
        yield f"{inspect.getdoc(found if callable(found) else type(found))}\n"
        yield "\n".join(_members(found)) + "\n"


def _members(found: object) -> Iterator[str]:
    """The fields, methods and properties of a class, a line to each."""
    if not inspect.isclass(found):
        return
    if is_dataclass(found):
        yield f"* Fields: {', '.join(f'`{field.name}`' for field in fields(found))}"
    for name, member in vars(found).items():
        summary = (inspect.getdoc(member) or "").partition("\n")[0]
        if name.startswith("_") or name in WIRE or not summary:
            continue
        if inspect.isfunction(member):
            yield f"* `.{name}{_signature(member)}`: {summary}"
        elif isinstance(member, property):
            yield f"* `.{name}`: {summary}"


def _signature(function: Callable[..., object]) -> str:
    """The arguments by name, with those that must be named after a star."""
    parameters = inspect.signature(function).parameters.values()
    names = []
    for parameter in parameters:
        if parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in names:
            names.append("*")
        optional = parameter.default is not parameter.empty
        names.append(f"{parameter.name}=…" if optional else parameter.name)
    return f"({', '.join(names)})"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "cli.md": commands,
    "errors.md": error_codes,
    "purposes.md": purposes,
    "rest.md": routes,
    "sdk.md": exports,
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
