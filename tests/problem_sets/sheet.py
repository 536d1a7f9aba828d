"""A problem set with its answers filled in, run in this process.

Answers live in files beside this one: `<set>/right/<way>/<answer>.py` for ways that must earn
all points, `<set>/wrong/<answer>/<mistake>.py` for mistakes, whose first line names the graded
cells they lose. `<answer>` is the grade_id of the cell the file fills; the checks of an answer
are the graded cells `<answer>-…`. Where the sources lie in a folder of their own, outside a
public repository, the same files lie there as `<set>/answers/…`.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from grader.release import plain_notebook
from grader.sources import REPOSITORY, SOLUTIONS, solutions_folder

HERE = Path(__file__).resolve().parent
LOSES = "# loses:"
ANSWERS = "answers"


@dataclass(frozen=True)
class Result:
    """Points and error messages by graded cell."""

    points: dict[str, float] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def lost(self) -> set[str]:
        return set(self.errors)

    @property
    def total(self) -> float:
        return sum(self.points.values())


@dataclass(frozen=True)
class Sheet:
    """One problem set: its source, or its release version."""

    name: str
    released: bool = False

    @cached_property
    def notebook(self) -> NotebookNode:
        if self.released:
            path = REPOSITORY / "exercises" / self.name / f"{self.name}.ipynb"
            return nbformat.read(path, as_version=4)
        return plain_notebook(source_of(self.name))

    @cached_property
    def answers(self) -> dict[str, str]:
        """Sources of the cells that students fill, by grade_id."""
        return {
            role(cell)["grade_id"]: cell.source
            for cell in self.notebook.cells
            if cell.cell_type == "code" and role(cell).get("solution")
        }

    @cached_property
    def points(self) -> dict[str, float]:
        """Points of the cells that are graded automatically, by grade_id."""
        return {
            role(cell)["grade_id"]: role(cell)["points"]
            for cell in self.notebook.cells
            if cell.cell_type == "code" and role(cell).get("grade")
        }

    @cached_property
    def functions(self) -> list[str]:
        """Names of all functions that the answers define."""
        trees = [ast.parse(source) for source in self.answers.values()]
        return [node.name for tree in trees for node in tree.body if hasattr(node, "name")]

    def needed_cells(self) -> list[NotebookNode]:
        """The code cells that count: those with a role, and the imports before the answers.

        Cells without a role that come after the first answer only draw.
        """
        cells, answered = [], False
        for cell in self.notebook.cells:
            answered = answered or bool(role(cell).get("solution"))
            if cell.cell_type == "code" and (role(cell) or not answered):
                cells.append(cell)
        return cells

    def grade(
        self,
        answers: dict[str, str] | None = None,
        seed: int | None = None,
        apart: bool = False,
    ) -> Result:
        """Run the cells in a fresh namespace, with `answers` in place of the set's own.

        With `apart`, the checks run in a second namespace that has nothing of the first but
        the functions students were asked for, as they must to be run in another process.
        """
        answers = answers or {}
        assert set(answers) <= set(self.answers), f"no such answers: {sorted(answers)}"
        result = Result()
        student: dict[str, object] = {"__name__": "student"}
        checker: dict[str, object] = {"__name__": "checker"} if apart else student
        with _surroundings(seed):
            for cell in self.needed_cells():
                name = role(cell).get("grade_id", "imports")
                code = compile(answers.get(name, cell.source), name, "exec")
                if role(cell).get("grade"):
                    checker.update(
                        {key: student[key] for key in self.functions if key in student}
                    )
                    _check(code, checker, name, role(cell)["points"], result)
                    continue
                exec(code, student)
                if apart and not role(cell).get("solution"):
                    exec(code, checker)
        return result


def role(cell: NotebookNode) -> dict:
    """nbgrader's metadata of a cell, or nothing."""
    return cell.metadata.get("nbgrader", {})


def _check(code: object, namespace: dict, name: str, points: float, result: Result) -> None:
    try:
        exec(code, namespace)
        result.points[name] = points
    except Exception as error:  # whatever a student's code raises costs the points
        result.points[name] = 0
        result.errors[name] = f"{type(error).__name__}: {error}".strip()


@contextmanager
def _surroundings(seed: int | None) -> Iterator[None]:
    """Set the seed of the random inputs, and undo what the notebook changes outside itself."""
    import torch

    stderr, threads = sys.stderr, torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a student's code may warn as it likes
        patch.setenv("MPLBACKEND", "agg")
        if seed is not None:
            patch.setenv("GRADER_CHECK_SEED", str(seed))
        try:
            yield
        finally:
            sys.stderr = stderr
            torch.set_num_threads(threads)


def source_of(name: str) -> Path:
    """The source of a problem set."""
    return solutions_folder() / name / f"{name}.md"


def answers_of(name: str) -> Path:
    """The folder of a set's right and wrong answers."""
    beside = HERE / name
    return beside if beside.is_dir() else solutions_folder() / name / ANSWERS


def names() -> list[str]:
    """The problem sets that have answers and a source."""
    beside = {path.parent.name for path in HERE.glob("*/right")}
    apart = {path.parents[1].name for path in solutions_folder().glob(f"*/{ANSWERS}/right")}
    return sorted(name for name in beside | apart if source_of(name).is_file())


def released_names() -> list[str]:
    """The problem sets that are released, with a source or without."""
    folders = (REPOSITORY / "exercises").iterdir()
    return sorted(path.name for path in folders if (path / f"{path.name}.ipynb").is_file())


needs_sources = pytest.mark.skipif(
    not names(),
    reason=f"no sources of problem sets here; {SOLUTIONS} names the folder that holds them",
)


def right_ways(name: str) -> dict[str, dict[str, str]]:
    """The answers of each right way, by the way's name."""
    return {
        way.name: {path.stem: path.read_text("utf-8") for path in sorted(way.glob("*.py"))}
        for way in sorted((answers_of(name) / "right").iterdir())
    }


@dataclass(frozen=True)
class Mistake:
    """One plausible wrong answer."""

    problem_set: str
    answer: str
    name: str
    source: str

    def _named(self) -> list[str]:
        first = self.source.partition("\n")[0]
        assert first.startswith(LOSES), f"{self}: the first line must be `{LOSES} …`"
        return [cell.strip() for cell in first.removeprefix(LOSES).split(",")]

    @property
    def sure(self) -> set[str]:
        """The graded cells that are lost for sure."""
        found = {cell for cell in self._named() if not cell.startswith("maybe ")}
        assert found, f"{self}: names no cell that is lost for sure"
        return found

    @property
    def possible(self) -> set[str]:
        """These, and those after "maybe", which depend on chance."""
        return {cell.removeprefix("maybe ") for cell in self._named()}

    def fits(self, lost: set[str]) -> bool:
        """Whether just the graded cells are lost that the file's first line names."""
        return self.sure <= lost <= self.possible

    def __str__(self) -> str:
        return f"{self.problem_set}/{self.answer}/{self.name}"


def mistakes(name: str) -> list[Mistake]:
    """All wrong answers of a problem set, in order."""
    return [
        Mistake(name, path.parent.name, path.stem, path.read_text("utf-8"))
        for path in sorted((answers_of(name) / "wrong").glob("*/*.py"))
    ]
