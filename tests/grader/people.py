"""A class of students who do everything a class of students does."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from grader.record import GRADED, MISSING, STOPPED, UNREADABLE

from .tiny import RIGHT, TinyCourse, role_of

ODD_NAME = "O'Brien {0} 김 [1] *;&"
WRONG_ADD = "def add(a, b):\n    return 3"
STUBBORN = """
import signal, time
def share(cake, people):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        time.sleep(1)
"""
TOO_MUCH = """
class Yes(float):
    def __eq__(self, other):
        return 5
def share(cake, people):
    return Yes()
"""
SPY = "print(In)\nimport os\nprint(os.environ, os.listdir('/'))"
SCRIPT = """
from IPython.display import HTML, SVG, display
def add(a, b):
    return a + b
display(HTML('<img src="https://example.org/a.png" onerror="document.title=1">'
             '<iframe src="https://example.org/b"></iframe><script>document.title=2</script>'
             '<form action="https://example.org/c"><button>go</button></form>'
             '<a href="javascript:document.title=3">link</a><p onclick="x()">seen</p>'
             '<link rel=stylesheet href=https://example.org/d.css><base href=https://example.org>'
             '<meta http-equiv=refresh content="0;url=https://example.org/e">'
             '<p style="background:url(https://example.org/f.png)">styled</p>'
             '<svg onload="document.title=4"><script>document.title=5</script></svg>'
             '<video autoplay src="https://example.org/g"></video>'))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=6">'
            '<script>document.title=7</script><circle r="5"/></svg>'))
"""
SCRIPT_ANSWER = (
    "Because <script>document.title=8</script> <img src=https://example.org/h.png> "
    "![](https://example.org/i.png) [x](javascript:document.title=9)"
)


def hand_in(tiny: TinyCourse) -> None:
    """Hand in the whole class's notebooks."""
    tiny.submit("right", explain="It is so because of the proof.")
    tiny.submit("wrong", add=WRONG_ADD)
    tiny.submit("partial", share="def share(cake, people):\n    return 6 / min(people, 2)")
    tiny.submit("too_much", share=TOO_MUCH)
    tiny.submit("stubborn", share=STUBBORN)
    tiny.submit("killed", share="import os\nos.kill(os.getpid(), 9)")
    tiny.submit("loud", share="while True:\n    print('x' * 1000)")
    tiny.submit("nul", share="x = '\0'")
    tiny.submit("syntax", add="def add(a, b:\n    return", share="def share(:")
    tiny.submit("script", add=SCRIPT, explain=SCRIPT_ANSWER)
    tiny.submit(ODD_NAME)
    _with_changed_cells(tiny)
    _with_changed_files(tiny)


def _with_changed_cells(tiny: TinyCourse) -> None:
    nb = tiny.notebook(**RIGHT)
    nb.cells = [cell for cell in nb.cells if not cell.metadata.get("nbgrader", {}).get("grade")]
    tiny.submit("deleted", nb)

    nb = tiny.notebook(**RIGHT)
    nb.cells.append(role_of(tiny.notebook(add=WRONG_ADD), "add"))
    # A test that always passes, under the name of one that does not.
    nb.cells.insert(0, new_code_cell("assert True", metadata=role_of(nb, "add-check").metadata))
    tiny.submit("duplicated", nb)

    nb = tiny.notebook(**{**RIGHT, "add": WRONG_ADD})
    role_of(nb, "add-check").source = "pass"
    role_of(nb, "add-check").metadata.nbgrader.points = 1000
    hidden = role_of(nb, "add-hidden")
    hidden.metadata.tags = ["skip-execution"]
    nb.cells.insert(0, new_markdown_cell("x", metadata={"nbgrader": {"grade_id": ["?"]}}))
    tiny.submit("tampered", nb)

    nb = tiny.notebook(**RIGHT)
    nb.cells.append(new_code_cell(SPY))
    tiny.submit("spy", nb)


def _with_changed_files(tiny: TinyCourse) -> None:
    nb = tiny.notebook(**RIGHT)
    nb.metadata.kernelspec = {"name": "julia-1.6", "display_name": "Julia", "language": "julia"}
    tiny.submit("julia", nb)
    old = nbformat.convert(tiny.notebook(**RIGHT), 3)
    tiny.path("version3").write_text(json.dumps(old), encoding="utf-8")
    tiny.path("bom").write_text(nbformat.writes(tiny.notebook(**RIGHT)), encoding="utf-8-sig")
    tiny.path("empty").write_text("")
    tiny.path("binary").write_bytes(b"PK\x03\x04\0\0\xff\xfe")
    tiny.path("nested").write_text('{"cells": ' + "[" * 100_000)
    tiny.path("big").write_text('{"cells": [' + " " * 2_000_000)
    tiny.path("missing")
    outside = tiny.folder / "elsewhere.ipynb"
    nbformat.write(tiny.notebook(**RIGHT), outside)
    tiny.path("link").symlink_to(outside)


def contents(folder: Path) -> dict[str, bytes]:
    """Every regular file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


# Points of one who has solved all, and what each of the class is to get.
FULL = {"add-check": 2, "add-hidden": 3, "share-check": 4, "explain": 0}

EXPECTED = {
    "right": (GRADED, {**FULL, "explain": None}),
    "wrong": (GRADED, {**FULL, "add-hidden": 0}),
    "partial": (GRADED, {**FULL, "share-check": 2}),
    "too_much": (GRADED, {**FULL, "share-check": 0}),
    "stubborn": (STOPPED, {**FULL, "share-check": 0}),
    "killed": (STOPPED, {**FULL, "share-check": 0}),
    "loud": (STOPPED, {**FULL, "share-check": 0}),
    "nul": (GRADED, {**FULL, "share-check": 0}),
    "syntax": (GRADED, dict.fromkeys(FULL, 0)),
    "script": (GRADED, {**FULL, "explain": None}),
    ODD_NAME: (GRADED, FULL),
    "deleted": (GRADED, FULL),
    "duplicated": (GRADED, FULL),
    "tampered": (GRADED, {**FULL, "add-hidden": 0}),
    "spy": (GRADED, FULL),
    "julia": (GRADED, FULL),
    "version3": (GRADED, FULL),
    "bom": (GRADED, FULL),
    "empty": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "binary": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "nested": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "big": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "link": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "missing": (MISSING, dict.fromkeys(FULL, 0)),
}
