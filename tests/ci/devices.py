"""Name the places where code fixes a device, which `dlcourse.runtime.device` should choose.

`make lint` runs it: python -m tests.ci.devices
Each finding is a line ``file:line: what is wrong``. It reads the cells of the book and of the
problem sets and the modules of `dlcourse`; a tensor that is merely forgotten on the CPU is
found by tests/dlcourse/test_devices.py and by the run on a GPU.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.sources import solutions_folder

from .cells import Cell, cells

REPOSITORY = Path(__file__).resolve().parents[2]
# It is the one that chooses.
CHOOSES = "dlcourse/runtime.py"
# Building a net without numbers and giving it the CPU's memory is no choice of a device.
ALLOWED = {"dlcourse/hpo/lenet_start.py"}
TIMED = re.compile(r"^%{1,2}(time|timeit)\b")
DEVICE = re.compile(r"(cpu|cuda|mps)(:\d+)?")


def findings(root: Path = REPOSITORY) -> Iterator[str]:
    """A line for each device that is named in code.

    Args:
        root: the repository.
    """
    for name, folder in (("book", root / "book"), ("solutions", solutions_folder(root))):
        for path in sorted(folder.rglob("*.md")):
            shown = f"{name}/{path.relative_to(folder).as_posix()}"
            for cell in cells(path.read_text(encoding="utf-8")):
                yield from _of_cell(cell, shown)
    for path in sorted((root / "dlcourse").rglob("*.py")):
        shown = path.relative_to(root).as_posix()
        if shown != CHOOSES and shown not in ALLOWED:
            yield from _of_source(path.read_text(encoding="utf-8"), shown, 0)


def _of_cell(cell: Cell, shown: str) -> Iterator[str]:
    # Lines for IPython are no Python; those that time a statement hold one.
    lines = [
        TIMED.sub("", line).strip() if TIMED.match(line) else line
        for line in cell.source.splitlines()
    ]
    lines = ["" if line.startswith(("%", "!")) else line for line in lines]
    yield from _of_source("\n".join(lines), shown, cell.first_line - 1)


def _of_source(source: str, shown: str, before: int) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return  # running it says so
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (named := _named(node)):
            yield (
                f"{shown}:{before + node.lineno}: names the device {named}; "
                "let dlcourse.runtime.device() choose it"
            )


def _named(call: ast.Call) -> str:
    """The device that a call fixes, or ""."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method == "cuda" and not call.args:
        return "cuda"
    given = [keyword.value for keyword in call.keywords if keyword.arg == "device"]
    if method in ("to", "device"):
        given += call.args[:1]
    for value in given:
        if isinstance(value, ast.Constant) and DEVICE.fullmatch(str(value.value)):
            return str(value.value)
    return ""


def main() -> int:
    """Print the findings; 1 if there are any."""
    found = list(findings())
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
