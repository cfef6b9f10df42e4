"""One source file, as it reads: its lines, functions, classes, imports and comments.

Source is parsed, never imported. What the words mean, so that figures of different days compare:

lines           physical lines of a file
code lines      lines that hold a token which is neither a comment nor part of a docstring
function        def or async def at any level; its length counts neither decorators nor docstring
branches        1 + if, loop, except, and/or, ternary, comprehension and its ifs, case, assert
nesting         the deepest block; an elif does not deepen
public          no leading underscore in the name or an enclosing class's, and not inside a function
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
FORKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.Assert)
SILENT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
MARKS = {
    "todo": re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"),
    "type: ignore": re.compile(r"type:\s*ignore"),
    "noqa": re.compile(r"\bnoqa\b"),
}


@dataclass(frozen=True)
class Function:
    """One def, as it was written."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    where: str
    public: bool

    @cached_property
    def decorators(self) -> list[str]:
        """The decorators as text."""
        return [ast.unparse(decorator) for decorator in self.node.decorator_list]

    @cached_property
    def stub(self) -> bool:
        """Whether the body is only `...`, as in a Protocol."""
        body = self.node.body[1:] if ast.get_docstring(self.node) else self.node.body
        return len(body) == 1 and ast.unparse(body[0]) == "..."

    @property
    def dunder(self) -> bool:
        """Whether Python calls it by a name of its own."""
        return self.node.name.startswith("__") and self.node.name.endswith("__")

    @cached_property
    def lines(self) -> int:
        """Its length in lines; decorators and docstring do not count."""
        doc = self.node.body[0] if ast.get_docstring(self.node, clean=False) is not None else None
        docstring = _end(doc) - doc.lineno + 1 if doc else 0
        return _end(self.node) - self.node.lineno + 1 - docstring

    @cached_property
    def branches(self) -> int:
        """Ways through it, McCabe's fashion, functions inside it left out."""
        return 1 + sum(_forks(node) for node in _own(self.node.body))

    @cached_property
    def nesting(self) -> int:
        """Its deepest block."""
        return _depth(self.node.body)

    @cached_property
    def arguments(self) -> list[ast.arg]:
        """Its arguments, self and cls left out."""
        every = [*self.node.args.posonlyargs, *self.node.args.args, *self.node.args.kwonlyargs]
        return every[1:] if every and every[0].arg in {"self", "cls"} else every

    @cached_property
    def slots(self) -> list[bool]:
        """For each argument, and the result: has it a type?"""
        result = [] if self.node.name == "__init__" else [self.node.returns is not None]
        return [argument.annotation is not None for argument in self.arguments] + result

    @cached_property
    def asserts(self) -> int:
        """How often it asserts, `pytest.raises` included."""
        return sum(_asserts(node) for node in ast.walk(self.node))


class Module:
    """One source file and what is counted in it."""

    def __init__(self, path: Path, root: Path) -> None:
        """Parses the file."""
        parts = list(path.relative_to(root).with_suffix("").parts)
        self.is_package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.is_package else parts)
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self.lines = self.text.count("\n")
        self.functions: list[Function] = []
        self.classes: list[tuple[ast.ClassDef, bool]] = []
        self.imports: set[str] = set()
        self.deferred = 0
        self._visit(self.tree, public=True, inside=False)
        self._count_tokens()

    def _visit(self, parent: ast.AST, *, public: bool, inside: bool) -> None:
        """Collects functions, classes and imports beneath the node."""
        for node in ast.iter_child_nodes(parent):
            seen, deeper = public, inside
            if isinstance(node, FUNCTION):
                seen, deeper = False, True
                visible = public and not inside and not node.name.startswith("_")
                where = f"{self.name}:{node.lineno} {node.name}"
                self.functions.append(Function(node, where, visible))
            elif isinstance(node, ast.ClassDef):
                seen = public and not inside and not node.name.startswith("_")
                self.classes.append((node, seen))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self._note_import(node, inside=inside)
            self._visit(node, public=seen, inside=deeper)

    def _note_import(self, node: ast.Import | ast.ImportFrom, *, inside: bool) -> None:
        """Remembers the dotted names; `from a import b` may mean the module a.b."""
        self.deferred += inside
        if inside:
            return
        base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        self.imports.update(base + alias.name for alias in node.names)

    def _count_tokens(self) -> None:
        """Counts lines of code, of docstrings and of comments, and marks within comments."""
        self.doc_lines = {line for node in ast.walk(self.tree) for line in _doc_lines(node)}
        code: set[int] = set()
        comments = []
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                comments.append(token.string)
            elif token.type not in SILENT:
                code.update(range(token.start[0], token.end[0] + 1))
        self.code_lines = len(code - self.doc_lines)
        self.comments = len(comments)
        self.marks = {
            mark: sum(bool(pattern.search(comment)) for comment in comments)
            for mark, pattern in MARKS.items()
        }

    @property
    def substantial(self) -> bool:
        """Whether it holds more than a package's paragraph of orientation."""
        return self.code_lines >= (5 if self.is_package else 1)

    @property
    def package(self) -> str:
        """The package it lies in."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


def _end(node: ast.stmt) -> int:
    """The node's last line."""
    return node.end_lineno or node.lineno


def _own(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes and those beneath them; inside functions, classes and lambdas nothing."""
    for node in nodes:
        yield node
        if not isinstance(node, (*FUNCTION, ast.ClassDef, ast.Lambda)):
            yield from _own(ast.iter_child_nodes(node))


def _forks(node: ast.AST) -> int:
    """How many ways the node adds."""
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    return int(isinstance(node, (*FORKS, ast.match_case)))


def _blocks(node: ast.AST) -> Iterator[tuple[Sequence[ast.stmt], int]]:
    """The blocks of a statement, and by how much each is deeper than the statement."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, [])
        elif_ = field == "orelse" and len(block) == 1 and isinstance(block[0], ast.If)
        yield block, 0 if elif_ and isinstance(node, ast.If) else 1
    for arm in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield arm.body, 1


def _depth(body: Sequence[ast.stmt], depth: int = 0) -> int:
    """The deepest nesting of blocks."""
    inner = [
        _depth(block, depth + more)
        for node in body
        if not isinstance(node, (*FUNCTION, ast.ClassDef))
        for block, more in _blocks(node)
        if block
    ]
    return max(inner, default=depth)


def _doc_lines(node: ast.AST) -> range:
    """The lines of the node's own docstring."""
    owner = isinstance(node, (*FUNCTION, ast.ClassDef, ast.Module))
    if owner and ast.get_docstring(node, clean=False) is not None:
        return range(node.body[0].lineno, _end(node.body[0]) + 1)
    return range(0)


def _asserts(node: ast.AST) -> bool:
    """Whether the node is an assert or a `with pytest.raises(...)`."""
    if isinstance(node, ast.withitem):
        return "raises" in ast.unparse(node.context_expr)
    return isinstance(node, ast.Assert)


@cache
def read(folders: tuple[str, ...], root: Path = ROOT) -> tuple[Module, ...]:
    """Every module beneath the folders."""
    found = [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
    return tuple(Module(path, root) for path in found)
