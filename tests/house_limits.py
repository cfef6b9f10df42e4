"""How the house reads, in figures, and the limits that it keeps (CONTRIBUTING.md says why).

    python tests/house_limits.py    prints every figure beside its limit, and the worst offenders;
                                    exits 1 if a figure is out

`house_source` defines lines, code lines, function, branches, nesting and public. Besides these:
fan-out is how many modules of the house a module imports at its top, and a percentile is the value
at that share of the sorted list.
"""

import ast
import re
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from house_source import MARKS, Module, read

FLOORS = (
    "marketplace_api",
    "catalog",
    "clean_room",
    "policies",
    "connectors",
    "data_products",
    "entrepot",
)
MOCK = re.compile(r"\bmock\.patch|\bMagicMock\(|\bMock\(|monkeypatch\.set|mocker\.|pretend\.stub")


def words(name: str) -> int:
    """How many words a name has."""
    return len([word for word in re.split(r"_+|(?<=[a-z0-9])(?=[A-Z])", name) if word])


def percentile(values: Iterable[float], share: float = 0.95) -> float:
    """The value at that share of the sorted values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return round(statistics.median([*values] or [0]), 1)


def percent(hits: Iterable[object]) -> float:
    """How many of a hundred are true; of nothing, all are."""
    found = [bool(hit) for hit in hits]
    return round(100 * sum(found) / len(found), 1) if found else 100.0


def graph(modules: Sequence[Module]) -> dict[str, set[str]]:
    """For each module, those of the same body that it imports at its top."""
    names = {module.name for module in modules}
    edges = {
        module.name: {
            target if target in names else target.rpartition(".")[0] for target in module.imports
        }
        for module in modules
    }
    return {name: (targets & names) - {name} for name, targets in edges.items()}


def tangled(edges: dict[str, set[str]]) -> set[str]:
    """Modules on an import cycle, or between two."""
    left = set(edges)
    while True:
        imported = {target for name in left for target in edges[name]}
        ends = {name for name in left if not edges[name] & left or name not in imported}
        if not ends:
            return left
        left -= ends


def figures_of_code(modules: Sequence[Module]) -> dict[str, float]:
    """Every figure of the code, by the name of its limit."""
    full = [module for module in modules if module.substantial]
    return _sizes(modules, full) | _shapes(modules) | _prose(modules, full) | _strays(modules, full)


def _sizes(modules: Sequence[Module], full: Sequence[Module]) -> dict[str, float]:
    """How large modules and packages are."""
    packages = [module.package for module in modules]
    return {
        "modules": len(modules),
        "module lines, median": median(module.lines for module in full),
        "module lines, p95": percentile(module.lines for module in full),
        "module lines, max": max(module.lines for module in modules),
        "functions a module, median": median(
            sum(not function.stub for function in module.functions) for module in full
        ),
        "package depth, max": max(module.name.count(".") for module in full),
        "modules a package, median": median(packages.count(name) for name in set(packages)),
    }


def _shapes(modules: Sequence[Module]) -> dict[str, float]:
    """How long and tangled functions are, and what they are called."""
    functions = [f for module in modules for f in module.functions if not f.stub]
    lengths = [function.lines for function in functions]
    return {
        "function lines, median": median(lengths),
        "function lines, mean": round(statistics.fmean(lengths), 1),
        "function lines, p95": percentile(lengths),
        "functions over 50 lines, %": percent(length > 50 for length in lengths),
        "branches, p95": percentile(function.branches for function in functions),
        "functions over 10 branches, %": percent(f.branches > 10 for f in functions),
        "nesting, p95": percentile(function.nesting for function in functions),
        "arguments, p95": percentile(len(function.arguments) for function in functions),
        "typed slots, %": percent(slot for function in functions for slot in function.slots),
        "function name, words": median(words(f.node.name) for f in functions if not f.dunder),
    }


def _prose(modules: Sequence[Module], full: Sequence[Module]) -> dict[str, float]:
    """What the code says of itself."""
    public = [f for m in modules for f in m.functions if f.public and not f.dunder]
    texts = [ast.get_docstring(function.node) for function in public]
    classes = [node for module in modules for node, visible in module.classes if visible]
    code, lines = sum(m.code_lines for m in modules), sum(m.lines for m in modules)
    return {
        "modules with a docstring, %": percent(ast.get_docstring(m.tree) for m in full),
        "public classes with one, %": percent(ast.get_docstring(node) for node in classes),
        "public functions with one, %": percent(texts),
        "docstring lines, median": median(text.count("\n") + 1 for text in texts if text),
        "docstrings with an example, %": percent(">>>" in text for text in texts if text),
        "comments per 100 code lines": round(100 * sum(m.comments for m in modules) / code, 1),
        "docstring share of lines, %": round(
            100 * sum(len(m.doc_lines) for m in modules) / lines, 1
        ),
    }


def _strays(modules: Sequence[Module], full: Sequence[Module]) -> dict[str, float]:
    """Imports, and what is counted per 1,000 code lines."""
    edges = graph(modules)
    code = sum(module.code_lines for module in modules)
    nodes = [node for module in modules for node in ast.walk(module.tree)]
    counts = {
        "deferred imports": sum(module.deferred for module in modules),
        "Any": sum(isinstance(node, ast.Name) and node.id == "Any" for node in nodes),
        "broad except": sum(_broad(node) for node in nodes),
    } | {mark: sum(module.marks[mark] for module in modules) for mark in MARKS}
    return {
        "fan-out, median": median(len(edges[module.name]) for module in full),
        "fan-out, p95": percentile(len(edges[module.name]) for module in full),
        "modules in import cycles": len(tangled(edges)),
    } | {f"{name} /1000": round(1000 * count / code, 2) for name, count in counts.items()}


def _broad(node: ast.AST) -> bool:
    """Whether it is an except clause that catches everything."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    return node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}


def figures_of_tests(modules: Sequence[Module], code_lines: int) -> dict[str, float]:
    """Every figure of the tests, by the name of its limit."""
    tests = [f for m in modules for f in m.functions if f.node.name.startswith("test")]
    mocks = sum(len(MOCK.findall(module.text)) for module in modules)
    lines = sum(module.code_lines for module in modules)
    return {
        "test code per code line": round(lines / code_lines, 2),
        "test lines, median": median(test.lines for test in tests),
        "asserts a test, median": median(test.asserts for test in tests),
        "test name words, median": median(words(test.node.name) - 1 for test in tests),
        "tests parametrized, %": percent("parametrize" in str(t.decorators) for t in tests),
        "mocks per 100 tests": round(100 * mocks / max(len(tests), 1), 1),
    }


@dataclass(frozen=True)
class Limit:
    """The range within which a figure has to be."""

    low: float
    high: float

    def __contains__(self, figure: float) -> bool:
        """Whether the figure keeps to it."""
        return self.low <= figure <= self.high

    def __str__(self) -> str:
        """The limit as it is said: the range, or its one end."""
        if self.low == self.high:
            return f"{self.low:g}"
        if self.low == 0:
            return f"at most {self.high:g}"
        return f"at least {self.low:g}" if self.high == ANY else f"{self.low:g} to {self.high:g}"


ANY = float("inf")
LIMITS = {
    "modules": Limit(0, 200),
    "module lines, median": Limit(80, 140),
    "module lines, p95": Limit(0, 300),
    "module lines, max": Limit(0, 400),
    "functions a module, median": Limit(4, 8),
    "function lines, median": Limit(0, 8),
    "function lines, mean": Limit(0, 12),
    "function lines, p95": Limit(0, 35),
    "functions over 50 lines, %": Limit(0, 0),
    "branches, p95": Limit(0, 7),
    "functions over 10 branches, %": Limit(0, 0),
    "nesting, p95": Limit(0, 2),
    "arguments, p95": Limit(0, 4),
    "package depth, max": Limit(0, 2),
    "modules a package, median": Limit(0, 11),
    "modules with a docstring, %": Limit(100, 100),
    "public classes with one, %": Limit(100, 100),
    "public functions with one, %": Limit(100, 100),
    "docstring lines, median": Limit(1, 3),
    "docstrings with an example, %": Limit(10, ANY),
    "comments per 100 code lines": Limit(3, 12),
    "docstring share of lines, %": Limit(15, 25),
    "typed slots, %": Limit(100, 100),
    "fan-out, median": Limit(2, 3),
    "fan-out, p95": Limit(0, 11),
    "modules in import cycles": Limit(0, 0),
    "deferred imports /1000": Limit(0, 0.5),
    "Any /1000": Limit(0, 4),
    "type: ignore /1000": Limit(0, 1),
    "noqa /1000": Limit(0, 1),
    "broad except /1000": Limit(0, 0.5),
    "todo /1000": Limit(0, 0),
    "function name, words": Limit(1, 2),
    "test code per code line": Limit(1.2, 2.2),
    "test lines, median": Limit(0, 12),
    "asserts a test, median": Limit(1, 2),
    "test name words, median": Limit(3, 5),
    "tests parametrized, %": Limit(20, ANY),
    "mocks per 100 tests": Limit(0, 1),
}


def figures() -> dict[str, float]:
    """Every figure of the house and of its tests."""
    house = read(FLOORS)
    code = sum(module.code_lines for module in house)
    return figures_of_code(house) | figures_of_tests(read(("tests",)), code)


def worst(modules: Sequence[Module], count: int = 8) -> Iterable[str]:
    """The longest modules, and the longest, most branched and most deeply nested functions."""
    functions = [f for module in modules for f in module.functions]
    for title, key in {
        "lines": lambda f: f.lines,
        "branches": lambda f: f.branches,
        "nesting": lambda f: f.nesting,
        "arguments": lambda f: len(f.arguments),
    }.items():
        yield f"functions by {title}:"
        yield from (
            f"  {key(f):4} {f.where}" for f in sorted(functions, key=key)[: -count - 1 : -1]
        )
    yield "modules by lines:"
    longest = sorted(modules, key=lambda module: -module.lines)[:count]
    yield from (f"  {module.lines:4} {module.name}" for module in longest)


def main() -> int:
    """Prints the table; the status to leave with."""
    found = figures()
    for name, limit in LIMITS.items():
        mark = "" if found[name] in limit else "   <-- out"
        print(f"{name:32} {found[name]:>8g}   {limit}{mark}")
    kept = all(found[name] in limit for name, limit in LIMITS.items())
    if not kept:
        print(*worst(read(FLOORS)), sep="\n")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
