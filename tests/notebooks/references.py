"""Reference notebooks: a chapter's code cells with the text they printed.

They live beside this file and are committed. nbval compares the outputs of cells tagged
`nbval-check-output`; the other cells must run without an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import yaml
from execution_cache.store import read_chapter
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams

from grader.sources import solutions_folder

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
CHECKED = "nbval-check-output"
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def chapters() -> list[str]:
    """Names of the pages in _toc.yml that have code cells, like "gan/gan"."""
    toc = yaml.safe_load((REPOSITORY / "_toc.yml").read_text(encoding="utf-8"))
    return [name for name in [toc["root"], *_files(toc)] if _code_cells(name)]


def _files(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for entry in part:
            yield from _files(entry)
    elif isinstance(part, dict):
        if "file" in part:
            yield part["file"]
        for value in part.values():
            yield from _files(value)


def _code_cells(chapter: str) -> list[NotebookNode]:
    nb = read_chapter(REPOSITORY / "book" / f"{chapter}.md")
    return [cell for cell in nb.cells if cell.cell_type == "code"] if nb else []


def notebook(name: str) -> NotebookNode:
    """A notebook as it is executed.

    Args:
        name: "book/" and a chapter, or "solutions/" and a problem set.
    """
    if name.startswith("book/"):
        return read_chapter(source_of(name))
    from grader.release import plain_notebook

    return plain_notebook(source_of(name))


def source_of(name: str) -> Path:
    """The file a notebook is written in; a problem set's may lie outside the repository."""
    if name.startswith("book/"):
        return REPOSITORY / f"{name}.md"
    return solutions_folder(REPOSITORY) / f"{name.removeprefix('solutions/')}.md"


def path_of(chapter: str) -> Path:
    """Where the reference of a chapter lies."""
    return HERE / f"{chapter}.ipynb"


def left_over() -> list[Path]:
    """References whose chapter is gone."""
    wanted = {path_of(name) for name in chapters()}
    return sorted(path for path in HERE.rglob("*.ipynb") if path not in wanted)


def from_run(chapter: str, executed: list[NotebookNode]) -> NotebookNode:
    """A new reference.

    Args:
        chapter: its name.
        executed: its code cells with their outputs.
    """
    cells = _code_cells(chapter)
    for cell, ran in zip(cells, executed, strict=True):
        # How a kernel cuts what is printed into pieces differs from run to run.
        outputs = coalesce_streams(ran.outputs)
        cell.outputs = [output for output in map(_text_of, outputs) if output]
    return _notebook(cells)


def _text_of(output: NotebookNode) -> NotebookNode | None:
    """The output without pictures, whose text stays; None if nothing is left of it."""
    if output.output_type == "stream":
        return output
    data = output.get("data", {})
    text = {kind: value for kind, value in data.items() if not kind.startswith("image/")}
    if not text:
        return None
    return nbformat.v4.new_output(output.output_type, data=text)


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    nb = nbformat.v4.new_notebook(metadata=KERNEL)
    for number, cell in enumerate(cells, 1):
        # nbval takes a cell without a count for one that never ran.
        clean = nbformat.v4.new_code_cell(
            cell.source, id=f"cell-{number}", execution_count=number
        )
        if tags := cell.metadata.get("tags"):
            clean.metadata["tags"] = tags
        clean.outputs = cell.get("outputs", [])
        nb.cells.append(clean)
    return nb


def reference(chapter: str) -> NotebookNode:
    """The committed reference; the chapter's own cells without outputs while there is none."""
    path = path_of(chapter)
    if path.is_file():
        return nbformat.read(path, as_version=4)
    return _notebook(_code_cells(chapter))


def drift(chapter: str) -> Iterator[str]:
    """A line for each way in which the reference does not fit the chapter."""
    path = path_of(chapter)
    shown = path.relative_to(REPOSITORY)
    if not path.is_file():
        yield f"{shown}: missing"
        return
    stored = nbformat.read(path, as_version=4).cells
    cells = _code_cells(chapter)
    for number, (now, then) in enumerate(zip(cells, stored, strict=False), 1):
        if now.source != then.source or now.metadata.get("tags") != then.metadata.get("tags"):
            first = now.source.splitlines()[0] if now.source else "(empty)"
            yield f"book/{chapter}.md: code cell {number} ({first}) differs from {shown}"
        if CHECKED in then.metadata.get("tags", []) and not then.outputs:
            yield f"{shown}: cell {number} is tagged {CHECKED} and has no output to compare"
    if len(cells) != len(stored):
        yield f"book/{chapter}.md: {len(cells)} code cells, {shown} has {len(stored)}"


def solved_sets() -> list[str]:
    """Names of the problem sets' sources, which hold the reference solutions."""
    sources = sorted(solutions_folder(REPOSITORY).glob("*/*.md"))
    return [f"solutions/{path.parent.name}/{path.stem}" for path in sources]
