"""A problem set with its answers filled in, run in this process.

Answers live in files beside this one: `<set>/right/<way>/<answer>.py` for ways that must earn
all points, `<set>/wrong/<answer>/<mistake>.py` for mistakes, whose first line names the graded
cells they lose. `<answer>` is the grade_id of the cell the file fills; the checks of an answer
are the graded cells `<answer>-…`.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
import pytest

from grader.course import REPOSITORY
from grader.release import plain_notebook

HERE = Path(__file__).resolve().parent
LOSES = "# loses:"


@dataclass(frozen=True)
class Result:
    """Points and error messages by graded cell."""

    points: dict[str, float]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def lost(self) -> set[str]:
        return set(self.errors)


@dataclass(frozen=True)
class Sheet:
    """One problem set's source, or its release version."""

    name: str
    released: bool = False

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        if self.released:
            path = REPOSITORY / "exercises" / self.name / f"{self.name}.ipynb"
            return nbformat.read(path, as_version=4)
        return plain_notebook(REPOSITORY / "solutions" / self.name / f"{self.name}.md")

    @cached_property
    def answer_ids(self) -> list[str]:
        return [role["grade_id"] for role in self.roles if role["solution"]]

    @cached_property
    def roles(self) -> list[dict]:
        """nbgrader's metadata of all code cells that have some."""
        return [
            cell.metadata["nbgrader"]
            for cell in self.notebook.cells
            if cell.cell_type == "code" and "nbgrader" in cell.metadata
        ]

    def needed_cells(self) -> list[nbformat.NotebookNode]:
        """All code cells that count: those with a role, and the imports before the answers.

        Cells without a role that come after the first answer only draw.
        """
        cells, answered = [], False
        for cell in self.notebook.cells:
            role = cell.metadata.get("nbgrader", {})
            answered = answered or bool(role.get("solution"))
            if cell.cell_type == "code" and (role or not answered):
                cells.append(cell)
        return cells

    def grade(self, answers: dict[str, str] | None = None, seed: int | None = None) -> Result:
        """Run the cells in a fresh namespace, with `answers` in place of the set's own."""
        answers = answers or {}
        unknown = set(answers) - set(self.answer_ids)
        assert not unknown, f"no answer cells of these names: {unknown}"
        result = Result({})
        namespace = {"__name__": "problem_set"}
        with _surroundings(seed):
            for cell in self.needed_cells():
                role = cell.metadata.get("nbgrader", {})
                name = role.get("grade_id", "imports")
                code = compile(answers.get(name, cell.source), name, "exec")
                if not role.get("grade"):
                    exec(code, namespace)
                    continue
                try:
                    exec(code, namespace)
                    result.points[name] = role["points"]
                except Exception as error:  # whatever a student's code raises costs the points
                    result.points[name] = 0
                    result.errors[name] = f"{type(error).__name__}: {error}".strip()
        return result


@contextmanager
def _surroundings(seed: int | None):
    """Set the seed of the random inputs, and undo what the notebook changes outside itself."""
    import torch

    stderr, threads = sys.stderr, torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "MPLBACKEND", "agg")
        if seed is not None:
            patch.setenv("GRADER_CHECK_SEED", str(seed))
        try:
            yield
        finally:
            sys.stderr = stderr
            torch.set_num_threads(threads)


def right_ways(name: str) -> dict[str, dict[str, str]]:
    """The answers of each right way, by the way's name."""
    return {
        way.name: {path.stem: path.read_text("utf-8") for path in sorted(way.glob("*.py"))}
        for way in sorted((HERE / name / "right").iterdir())
    }


@dataclass(frozen=True)
class Mistake:
    """One plausible wrong answer."""

    answer: str
    name: str
    source: str

    @property
    def loses(self) -> set[str]:
        """The graded cells that the file's first line names."""
        first = self.source.partition("\n")[0]
        assert first.startswith(LOSES), f"{self}: the first line must be `{LOSES} …`"
        return {cell.strip() for cell in first.removeprefix(LOSES).split(",")}

    def __str__(self) -> str:
        return f"{self.answer}/{self.name}"


def mistakes(name: str) -> list[Mistake]:
    """All wrong answers of a problem set, in order."""
    return [
        Mistake(path.parent.name, path.stem, path.read_text("utf-8"))
        for path in sorted((HERE / name / "wrong").glob("*/*.py"))
    ]
