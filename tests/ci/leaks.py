"""Name the cells of released problem sets that tell what students must not see.

`make drift` runs it: python -m tests.ci.leaks
Each finding is a line ``file: cell N: what is wrong``. It looks for the marks of answers,
hidden tests and mark schemes, and for the very lines between these marks in the source.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.release import SECRETS, SOLUTION_ONLY, read_source, tags
from grader.sources import solutions_folder

REPOSITORY = Path(__file__).resolve().parents[2]
REGION = re.compile(
    r"### BEGIN (?P<kind>SOLUTION|HIDDEN TESTS|MARK SCHEME)\n(?P<body>.*?)### END (?P=kind)",
    re.DOTALL,
)
KINDS = {"SOLUTION": "an answer", "HIDDEN TESTS": "a hidden test", "MARK SCHEME": "a rubric"}
# Shorter lines, like `else:`, stand in many places and tell nothing.
SHORTEST = 9


def findings(root: Path = REPOSITORY) -> Iterator[str]:
    """A line for each cell that tells too much.

    Marks are looked for where a source is missing, too, as in a public copy.

    Args:
        root: the repository.
    """
    for path in sorted((root / "exercises").glob("*/*.ipynb")):
        name = path.parent.name
        source = solutions_folder(root) / name / f"{name}.md"
        found = secrets(read_source(source)) if source.is_file() else {}
        shown = path.relative_to(root).as_posix()
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells, 1):
            yield from (f"{shown}: cell {number}: {what}" for what in _told(cell, found))


def secrets(source: NotebookNode) -> dict[str, str]:
    """What kind of secret each secret line of a source is.

    Lines that students see elsewhere in it are none.
    """
    secret: dict[str, str] = {}
    shown: set[str] = set()
    for cell in source.cells:
        if SOLUTION_ONLY in tags(cell):
            secret.update(dict.fromkeys(_lines(cell.source), "a solution-only cell"))
            continue
        for region in REGION.finditer(cell.source):
            secret.update(dict.fromkeys(_lines(region["body"]), KINDS[region["kind"]]))
        shown |= set(_lines(REGION.sub("", cell.source)))
    return {line: kind for line, kind in secret.items() if line not in shown}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST]


def _told(cell: NotebookNode, secret: dict[str, str]) -> Iterator[str]:
    if found := SECRETS.search(cell.source):
        yield f"the mark {found[0]!r} is left in it"
    for line in _lines(cell.source):
        if line in secret:
            yield f"it holds a line of {secret[line]}: {line}"


def main() -> int:
    """Print the findings; 1 if there are any."""
    found = list(findings())
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
