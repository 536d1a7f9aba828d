"""A chapter as a notebook: both languages, the outputs, Markdown that every editor shows."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from execution_cache.store import read_chapter
from jupyter_cache import get_cache
from maths import MACROS
from nbformat import NotebookNode

from grader.plain import number_equations, plain_markdown

from .book import Page

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SETUP_TAG = "setup"
# The one package that some chapters need and the library does not.
SYNE_TUNE = "syne-tune>=0.16,<0.17"
HIDDEN = {"remove-input", "hide-input", "hide-cell", "remove-cell"}
MACRO = re.compile(r"(\\(?:R|E|Var|Cov))(?![A-Za-z])")
LINES = re.compile(r"\$\$(?P<formula>(?:(?!\$\$).)+?)\$\$", re.DOTALL)
TAG = re.compile(r"\s*\\tag\{\d+\}")
SETUP = """\
# The library of the course: where it is installed, nothing happens; where it lies in a folder
# above, it is taken from there; else it is installed, as on Colab.
# 강의의 라이브러리를 준비합니다. 설치되어 있으면 아무 일도 하지 않고, 위쪽 폴더에 있으면
# 그것을 쓰며, 둘 다 아니면 Colab에서처럼 설치합니다.
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

if importlib.util.find_spec("dlcourse") is None:
    above = [str(path) for path in Path.cwd().parents if (path / "dlcourse").is_dir()]
    source = os.environ.get("DLCOURSE_SOURCE", "{source}")
    if above:
        sys.path.insert(0, above[0])
    elif source:
        command = [sys.executable, "-m", "pip", "install", "--quiet"]
        subprocess.run([*command, source{extra}], check=True)
    else:
        raise ModuleNotFoundError(
            "dlcourse is missing. Put the address of the course's repository into "
            "os.environ['DLCOURSE_SOURCE'] and run this cell again. | dlcourse가 없습니다. "
            "강의 저장소의 주소를 os.environ['DLCOURSE_SOURCE']에 넣고 이 셀을 다시 "
            "실행하십시오."
        )"""


def notebook(source: Path, page: Page, run: Path | None, library: str = "") -> NotebookNode:
    """A chapter as a notebook.

    Args:
        source: its MyST file, which has code cells.
        page: the chapter in its book.
        run: the jupyter-cache with its executed cells; None for a notebook without outputs.
        library: what pip installs the library from, or "".

    Raises:
        KeyError: if the cache holds a run of other cells.
        GraderError: for a directive or role that has no plain form.
    """
    text = source.read_text(encoding="utf-8")
    nb = read_chapter(source)
    assert nb is not None, f"{source} has no code cells"
    if run is not None:
        nb = get_cache(str(run)).merge_match_into_notebook(nb)[1]
    numbers = number_equations(text)
    cells = []
    for cell in nb.cells:
        if cell.cell_type == "code":
            cells.append(_code(cell))
        elif cell.source.strip():
            words = plain_markdown(cell.source, page.link, numbers, page)
            cells.append(nbformat.v4.new_markdown_cell(for_mathjax(words)))
    cells.insert(1, _setup(cells, library))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)


def _code(cell: NotebookNode) -> NotebookNode:
    new = nbformat.v4.new_code_cell(
        cell.source,
        outputs=cell.get("outputs", []),
        execution_count=cell.get("execution_count"),
    )
    tags = cell.metadata.get("tags", [])
    if tags:
        new.metadata["tags"] = list(tags)
    return _folded(new) if HIDDEN & set(tags) else new


def _folded(cell: NotebookNode) -> NotebookNode:
    """A cell whose code Jupyter and Colab show only when asked."""
    cell.metadata["jupyter"] = {"source_hidden": True}
    cell.metadata["cellView"] = "form"
    return cell


def _setup(cells: list[NotebookNode], library: str) -> NotebookNode:
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    extra = f', "{SYNE_TUNE}"' if "syne_tune" in code else ""
    text = SETUP.replace("{source}", library).replace("{extra}", extra)
    cell = nbformat.v4.new_code_cell(text)
    cell.metadata["tags"] = [SETUP_TAG]
    return _folded(cell)


def for_mathjax(text: str) -> str:
    """Formulas without our own shorthands, and with lines that MathJax breaks."""
    text = MACRO.sub(lambda found: MACROS[found[1]], text)
    return LINES.sub(_aligned, text)


def _aligned(found: re.Match[str]) -> str:
    formula = found["formula"]
    if r"\\" not in formula or r"\begin" in formula:
        return found[0]
    tag = TAG.search(formula)
    lines = TAG.sub("", formula).strip("\n")
    number = tag[0].strip() if tag else ""
    return f"$$\n\\begin{{aligned}}\n{lines}\n\\end{{aligned}} {number}".rstrip() + "\n$$"
