"""Which files of the repository code needs, read from its imports without running it.

The standard library's `modulefinder` reads bytecode: it would follow torch and all below it,
and takes what stands under `if TYPE_CHECKING` for an import. What cannot be told from the
source is answered with more files rather than fewer.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
WORD = re.compile(r"[A-Za-z_]\w*")
# Ends a name that means a package with all that lies in it.
ALL = ".*"
NO_DATA = {".py", ".pyc", ".md"}


def files_needed(root: Path, cells: Iterable[str]) -> set[Path]:
    """Files below `root` that the imports of a notebook's cells reach.

    These are modules, the packages they lie in, and the files beside the modules of these
    packages, which are their data.

    Args:
        root: the folder from which packages are imported.
        cells: sources of code cells; lines for IPython, such as `%time`, may be among them.
    """
    found: set[Path] = set()
    waiting = [name for cell in cells for name in _imported(_python(cell), "")]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for path in set(_files_of(root, name)) - found:
            found.add(path)
            if path.suffix == ".py":
                source = path.read_text(encoding="utf-8")
                waiting += _imported(source, _package(path.relative_to(root)))
    return found


def _python(cell: str) -> str:
    return TransformerManager().transform_cell(cell)


def _package(module: Path) -> str:
    return ".".join(module.parent.parts)


@functools.lru_cache(maxsize=1024)
def _imported(source: str, package: str) -> tuple[str, ...]:
    """Names that source within a package may import; each `from a import b` gives two."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()  # it fails when it runs, and failed runs are not kept
    visitor = _Imports(package)
    visitor.visit(tree)
    return tuple(dict.fromkeys(visitor.names))


class _Imports(ast.NodeVisitor):
    def __init__(self, package: str) -> None:
        self.package = package
        self.names: list[str] = []

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [alias.name for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        start = self.package.split(".")[: -(node.level - 1) or None] if node.level else []
        module = ".".join([*start, *(node.module or "").split(".")]).strip(".")
        self.names += [module, *(f"{module}.{alias.name}" for alias in node.names)]

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) not in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            self.generic_visit(node)
        else:
            for statement in node.orelse:
                self.visit(statement)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take "package.module" for a name that something imports or reads data from."""
        if isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            self.names.append(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func)
        if called.startswith("get_ipython()"):
            strings = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            self.names += [word + ALL for text in strings for word in WORD.findall(str(text))]
        elif called.split(".")[-1] in ("import_module", "__import__"):
            given = node.args[0] if node.args else None
            if isinstance(given, ast.Constant) and not str(given.value).startswith("."):
                self.names.append(str(given.value))
            elif self.package:
                self.names.append(self.package.split(".")[0] + ALL)
        self.generic_visit(node)


def _files_of(root: Path, name: str) -> Iterator[Path]:
    """Files of a module and of the packages around it; none if it lies elsewhere."""
    everything = name.endswith(ALL)
    folder = root
    for part in name.removesuffix(ALL).split("."):
        if (folder / part / "__init__.py").is_file():
            folder = folder / part
            yield folder / "__init__.py"
            yield from _data(folder)
        else:
            if (folder / f"{part}.py").is_file():
                yield folder / f"{part}.py"
            return
    if everything:
        yield from sorted(folder.rglob("*.py"))
        for inner in folder.rglob("__init__.py"):
            yield from _data(inner.parent)


def _data(package: Path) -> Iterator[Path]:
    for path in package.iterdir():
        if path.is_dir() and path.name[0] not in "._" and not (path / "__init__.py").exists():
            yield from _data(path)
        elif path.is_file() and path.suffix not in NO_DATA:
            yield path
