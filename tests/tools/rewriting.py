"""Say the same in other words: Python code with other names, as a copy or a habit has it."""

from __future__ import annotations

import ast

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def with_other_names(source: str) -> str:
    """The same code without comments and with other names for local variables.

    Names that can be seen from outside stay: functions, arguments, attributes, what is bound
    at top level or in a class.
    """
    tree = ast.parse(source)
    for function in _outermost_functions(tree):
        names = sorted(_local_names(function))
        new = {name: f"my_{name}" for name in names}
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                node.id = new.get(node.id, node.id)
    return ast.unparse(tree)


def with_named_results(source: str) -> str:
    """The same code where functions name what they compute before they return it."""
    tree = ast.parse(source)
    taken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    taken |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    name = next(
        name for name in ("result", "answer", "out", "found_value") if name not in taken
    )
    return ast.unparse(_NameResults(name).visit(tree))


class _NameResults(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        if node.value is None or isinstance(node.value, ast.Name | ast.Constant):
            return node
        named = ast.Assign([ast.Name(self.name, ast.Store())], node.value, lineno=node.lineno)
        return [named, ast.Return(ast.Name(self.name, ast.Load()))]


def _outermost_functions(tree: ast.Module) -> list[ast.AST]:
    """Functions at top level and methods of the classes there."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return [node for body in bodies for node in body if isinstance(node, FUNCTIONS)]


def _local_names(function: ast.AST) -> set[str]:
    """Names that only the function itself can see, whatever is inside it."""
    stored: set[str] = set()
    kept: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.add(node.id)
        elif isinstance(node, ast.arg):
            kept.add(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            kept.update(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            kept.add(node.name)
        elif isinstance(node, ast.alias):
            kept.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            kept.add(node.name)
        elif isinstance(node, ast.ClassDef):
            kept |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if isinstance(node, FUNCTIONS | ast.ClassDef):
            kept.add(node.name)
    return stored - kept
