"""The architecture and the house limits hold; a machine says so, not a reviewer."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from house_limits import (
    FLOORS,
    LIMITS,
    figures,
    figures_of_code,
    figures_of_tests,
    graph,
    tangled,
    worst,
)
from house_source import ROOT, Module, read

LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def found():
    return figures()


@pytest.fixture(scope="module")
def offenders():
    return "\n".join(worst(read(FLOORS)))


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lint(folder):
    """What import-linter says of the house as it stands in the folder."""
    return subprocess.run(
        [LINT, "--no-cache"], cwd=folder, check=False, capture_output=True, text=True
    )


def written(tmp_path, text):
    """A module made of the text."""
    (tmp_path / "sample.py").write_text(text, encoding="utf-8")
    return Module(tmp_path / "sample.py", tmp_path)


@pytest.mark.parametrize("name", LIMITS)
def test_house_limit_is_kept(name, found, offenders):
    message = f"{name}: found {found[name]:g}, expected {LIMITS[name]}\n{offenders}"

    assert found[name] in LIMITS[name], message


def test_every_figure_has_limit(found):
    assert LIMITS.keys() == found.keys()


def test_import_contracts_are_kept():
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


PLANTED = [
    ("policies/decision.py", "import catalog", "Floors"),
    ("connectors/location.py", "import policies", "Floors"),
    ("entrepot/files.py", "import data_products", "The SDK imports no server package"),
    ("catalog/merkle.py", "import entrepot", "No server package imports the SDK"),
    ("clean_room/parsing.py", "import clean_room.room", "The clean room reads one way"),
    ("marketplace_api/settings.py", "import marketplace_api.app", "The API reads one way"),
    ("entrepot/files.py", "import entrepot.client", "The SDK reads one way"),
    ("clean_room/plan.py", "import duckdb", "One door for DuckDB"),
    ("clean_room/room.py", "import casbin", "One door for Casbin"),
    ("clean_room/disclosure.py", "import opendp", "One door for OpenDP"),
    ("policies/access.py", "import sqlglot", "One door for sqlglot"),
    ("connectors/parquet.py", "import deltalake", "One door for Delta Lake"),
    ("marketplace_api/marketplace.py", "import sqlalchemy", "One door for SQLAlchemy"),
    ("catalog/log.py", "import fastapi", "FastAPI and Authlib only upstairs"),
    ("clean_room/results.py", "import pickle", "Nothing pickles"),
    ("catalog/brand_new.py", "", "The catalog reads one way"),
]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """What import-linter says of a copy of the house in which every rule is broken once."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name in FLOORS:
        shutil.copytree(ROOT / name, copy / name)
    for module, statement, _ in PLANTED:
        with (copy / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{statement}\n")
    return lint(copy).stdout


@pytest.mark.parametrize(("module", "statement", "contract"), PLANTED)
def test_planted_import_breaks_contract(planted, module, statement, contract):
    broken = [line for line in planted.splitlines() if line.endswith("BROKEN")]

    assert any(line.startswith(contract) for line in broken), f"{module}: {statement}"


def test_packages_and_floors_agree(project):
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert sorted(wheel) == sorted(FLOORS)


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_is_linted(project, floor):
    assert floor in project["tool"]["importlinter"]["root_packages"]
    assert floor in project["tool"]["mypy"]["packages"]


TAIL = "\ndef f():\n    '''Doc.'''\n    return 1\n"


@pytest.mark.parametrize(
    ("text", "name", "figure"),
    [
        ("def f(x):\n    '''Doc.'''\n    return x\n", "function lines, median", 2),
        ("def f(x):\n    return x and 1 or 2\n", "branches, p95", 3),
        ("def f(x: int) -> int:\n    return x\n", "typed slots, %", 100),
        ("def f(x: int):\n    return x\n", "typed slots, %", 50),
        ("def f(x):\n    if x:\n        for y in x:\n            y()\n", "nesting, p95", 2),
        ("def f(x):\n    if x:\n        x()\n    elif 1:\n        x()\n", "nesting, p95", 1),
        ("def f(self, a, *, b):\n    return a\n", "arguments, p95", 2),
        ("def f():\n    import os\n", "deferred imports /1000", 500),
        ("try:\n    x = 1\nexcept Exception:\n    x = 2\n" + TAIL, "broad except /1000", 166.67),
        ("x = 1  # TODO later\n" + TAIL, "todo /1000", 333.33),
        ("class C:\n    pass\n" + TAIL, "public classes with one, %", 0),
        ("def _f():\n    pass\n" + TAIL, "public functions with one, %", 100),
        ("# why\nx = 1\n" + TAIL, "comments per 100 code lines", 33.3),
    ],
)
def test_figure_measures_known_source(tmp_path, text, name, figure):
    assert figures_of_code([written(tmp_path, text)])[name] == figure


def test_import_cycle_is_found(tmp_path):
    for name, other in (("a", "b"), ("b", "c"), ("c", "b")):
        (tmp_path / f"{name}.py").write_text(f"import {other}\n" + TAIL, encoding="utf-8")
    modules = [Module(tmp_path / f"{name}.py", tmp_path) for name in "abc"]

    assert tangled(graph(modules)) == {"b", "c"}


@pytest.mark.parametrize(
    ("text", "name", "figure"),
    [
        (
            "def test_it_has_two_asserts():\n    assert 1\n    assert 2\n",
            "asserts a test, median",
            2,
        ),
        ("def test_four_words_of_claim():\n    assert 1\n", "test name words, median", 4),
        ("def test_mocks():\n    x = mocker.Mock()\n", "mocks per 100 tests", 200),
        (
            "@pytest.mark.parametrize('x', [1])\ndef test_x(x):\n    assert x\n",
            "tests parametrized, %",
            100,
        ),
        ("def test_x():\n    assert 1\n", "test code per code line", 0.2),
    ],
)
def test_figure_measures_known_tests(tmp_path, text, name, figure):
    assert figures_of_tests([written(tmp_path, text)], code_lines=10)[name] == figure
