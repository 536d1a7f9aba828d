"""Code cells of a MyST source with the lines on which they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

FENCE = re.compile(r"^(?P<ticks>`{3,})\s*(?P<info>.*)$")
OPTION = re.compile(r"^:[\w-]+:.*$")


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Attributes:
        line: of its fence, counted from 1.
        first_line: of its code.
        source: its code.
    """

    line: int
    first_line: int
    source: str


def cells(text: str) -> list[Cell]:
    """The code cells of a source, in order.

    Args:
        text: the source. A code cell begins with three backticks and ``{code-cell}``; what
            stands inside other fences, as an example, is none.
    """
    found: list[Cell] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        opened = FENCE.match(lines[index])
        index += 1
        if not opened:
            continue
        start = index
        while index < len(lines) and not _closes(lines[index], opened["ticks"]):
            index += 1
        if opened["info"].startswith("{code-cell}"):
            found.append(_cell(lines[start:index], start))
        index += 1
    return found


def _closes(line: str, ticks: str) -> bool:
    return line.rstrip().strip("`") == "" and len(line.rstrip()) >= len(ticks)


def _cell(body: list[str], before: int) -> Cell:
    """Split the options at the head of a cell from its code."""
    skipped = 0
    if body and body[0] == "---":
        skipped = body.index("---", 1) + 1
    while skipped < len(body) and OPTION.match(body[skipped]):
        skipped += 1
    while skipped < len(body) and not body[skipped].strip():
        skipped += 1
    return Cell(before, before + skipped + 1, "\n".join(body[skipped:]))
