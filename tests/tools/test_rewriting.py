"""Rewritten code does what it did, under names that only it can see."""

from __future__ import annotations

import ast

import pytest

from .rewriting import with_named_results, with_other_names

CODE = '''
import math

limit = 3


def area(radius, *, unit=1):
    """The area."""
    # A comment.
    squared = radius**2
    parts = [math.pi * part for part in (squared, 0)]

    def total(parts):
        return sum(parts)

    return f"{total(parts=parts):.3f}" if radius < limit else None


class Box:
    side = 2

    def size(self):
        third = self.side
        third *= self.side
        return third * self.side
'''


@pytest.mark.parametrize("rewrite", [with_other_names, with_named_results])
def test_rewritten_code_does_the_same(rewrite) -> None:
    new = rewrite(CODE)
    assert new != ast.unparse(ast.parse(CODE))
    for radius in (1, 2, 5):
        got = []
        for source in (CODE, new):
            names: dict = {}
            exec(source, names)
            got.append((names["area"](radius, unit=2), names["Box"]().size()))
        assert got[0] == got[1]


def test_other_names_are_only_those_nobody_else_sees() -> None:
    new = with_other_names(CODE)
    assert "my_squared" in new and "my_part" in new and "my_third" in new
    for kept in ("radius", "parts", "total", "limit", "side", "math"):
        assert f"my_{kept}" not in new
    assert "A comment" not in new
