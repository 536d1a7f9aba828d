"""Fill answers into a released notebook, as students do. The two sample classes share it."""

from __future__ import annotations

import re

import nbformat
from nbformat import NotebookNode

from grader.course import REPOSITORY
from tests.problem_sets.sheet import LOSES, answers_of, role

BLANK = "*Your answer*"
STUB = re.compile(r"^(?P<indent> *)raise NotImplementedError\(\)$", re.MULTILINE)


def released_text(name: str) -> str:
    """The released notebook of a set, as it lies in `exercises/`."""
    return (REPOSITORY / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")


def released(name: str) -> NotebookNode:
    """The released notebook of a set."""
    return nbformat.reads(released_text(name), as_version=4)


def as_text(nb: NotebookNode) -> str:
    """A notebook as it is written into a file."""
    return nbformat.writes(nb) + "\n"


def mistake(name: str, path: str) -> dict[str, str]:
    """A wrong answer by its path below the set's `wrong/`, as {answer: source}."""
    source = (answers_of(name) / "wrong" / f"{path}.py").read_text("utf-8")
    return {path.split("/")[0]: source}


def trouble(name: str, answer: str, path: str) -> dict[str, str]:
    """An answer that does not end as it should, by its path below the set's `trouble/`."""
    return {answer: (answers_of(name) / "trouble" / f"{path}.py").read_text("utf-8")}


def fill(nb: NotebookNode, answers: dict[str, str], text: str = "") -> None:
    """Put answers into the cells they belong to, and `text` into the manual question's."""
    for cell in nb.cells:
        name = role(cell).get("grade_id")
        if name in answers:
            lines = answers[name].strip("\n").split("\n")
            cell.source = "\n".join(line for line in lines if not line.startswith(LOSES))
        elif text and cell.source.startswith(BLANK):
            cell.source = text


def without(nb: NotebookNode, grade_id: str) -> None:
    """Delete a cell, as a student's slip would."""
    kept = [cell for cell in nb.cells if role(cell).get("grade_id") != grade_id]
    assert len(kept) == len(nb.cells) - 1, f"no single cell {grade_id}"
    nb.cells = kept


def in_place_of_the_stub(released_source: str, code: str) -> str:
    """A released answer cell with `code` where the functions still raise an error."""
    found, count = STUB.subn(
        lambda match: "\n".join(match["indent"] + line for line in code.split("\n")),
        released_source,
    )
    assert count, "no stub in this cell"
    return found
