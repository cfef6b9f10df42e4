"""The documentation is true: links resolve, what is listed exists and is listed, code runs."""

import ast
import doctest
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from house_limits import FLOORS
from house_source import ROOT

from data_products import errors
from data_products.purpose import PARENT

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
RECORDS = sorted((DOCS / "decisions").glob("*.md"))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]*)(#[^)\s]*)?\)")
FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADINGS = (
    "## Context and problem",
    "## Decision drivers",
    "## Considered options",
    "## Decision outcome",
    "### Negative consequences",
)
SYMBOL = re.compile(r"^\| `([\w.]+)` \| \[`([\w/.]+)`\]", re.MULTILINE)


RUN = re.compile(r"^```(python|sh) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUNNABLE = [page for page in PAGES if RUN.search(page.read_text(encoding="utf-8"))]
SHELLS = {"python": [sys.executable, "-c"], "sh": ["bash", "-euo", "pipefail", "-c"]}


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    """A folder in which `make demo SIZE=tiny` runs."""
    folder = tmp_path_factory.mktemp("reader")
    command = [
        sys.executable,
        "-P",
        "-m",
        "marketplace_api",
        "demo",
        "--size",
        "tiny",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        ready = server.stdout.readline()
        yield folder, ready
        server.terminate()


def named(page):
    """A page's name from the root, for the test's own."""
    return str(page.relative_to(ROOT))


def read(*parts):
    """A page's text."""
    return DOCS.joinpath(*parts).read_text(encoding="utf-8")


def anchors(text):
    """The anchors that a page's headings make, as GitHub makes them."""
    prose = FENCE.sub("", text)
    heads = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def defined(path):
    """Every name that a module defines at its top, and `Class.member` for those in classes."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = _names(node)
        found |= names
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _names(inner)}
    return found


def _names(node):
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign):
        return {node.target.id} if isinstance(node.target, ast.Name) else set()
    return {node.name} if hasattr(node, "name") else set()


def codes():
    """The code of every error in the tree, by class."""
    tree = ast.parse((ROOT / "data_products/errors.py").read_text(encoding="utf-8"))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return {getattr(errors, name).code for name in classes if name != "EntrepotError"}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_relative_links_resolve(page):
    text = page.read_text(encoding="utf-8")
    found = [(link, anchor[1:]) for link, anchor in LINK.findall(FENCE.sub("", text))]
    inside = [
        (page.parent / link if link else page, anchor)
        for link, anchor in found
        if "://" not in link
    ]

    missing = [str(target) for target, _ in inside if not target.exists()]
    astray = [
        f"{target}#{anchor}"
        for target, anchor in inside
        if anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8"))
    ]
    assert missing + astray == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_page_starts_with_title(page):
    assert re.match(r"# \S", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [p for p in PAGES if DOCS in p.parents], ids=named)
def test_index_links_every_page(page):
    if page.name != "README.md":
        assert f"({page.relative_to(DOCS)})" in read("README.md")


@pytest.mark.parametrize("record", RECORDS, ids=named)
def test_record_has_madr_headings(record):
    text = record.read_text(encoding="utf-8")

    assert [heading for heading in HEADINGS if f"\n{heading}\n" not in text] == []
    assert text.startswith(f"# {int(record.name[:4])}. ")


def test_records_are_numbered_through():
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("code", sorted(codes()))
def test_error_code_is_explained(code):
    _, _, after = read("reference", "errors.md").partition(f"### {code}\n")
    meaning, _, step = after.partition("\n### ")[0].strip().partition("\n\n")

    assert meaning
    assert step


@pytest.mark.parametrize("term", PARENT)
def test_purpose_is_listed(term):
    assert f"`{term}`" in read("reference", "purposes.md")


@pytest.mark.parametrize(("symbol", "path"), SYMBOL.findall(read("explanation", "a-querys-way.md")))
def test_named_symbol_exists(symbol, path):
    assert symbol in defined(ROOT / path)


def test_generated_parts_are_fresh():
    result = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("page", RUNNABLE, ids=named)
def test_examples_run_as_written(page, space):
    folder, ready = space
    tools = {"PATH": f"{Path(sys.executable).parent}:{os.defpath}", "LANG": "C.UTF-8"}

    assert ready.startswith("READY ")
    for language, text in RUN.findall(page.read_text(encoding="utf-8")):
        command = [*SHELLS[language], text]
        result = subprocess.run(
            command, cwd=folder, env=tools, check=False, capture_output=True, text=True
        )
        assert result.returncode == 0, f"{text}\n{result.stdout}\n{result.stderr}"


@pytest.mark.parametrize(
    "path",
    [p for f in FLOORS for p in sorted((ROOT / f).rglob("*.py")) if ">>>" in p.read_text("utf-8")],
    ids=named,
)
def test_docstring_examples_run(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    result = doctest.testmod(importlib.import_module(name))

    assert result.attempted > 0
    assert result.failed == 0
