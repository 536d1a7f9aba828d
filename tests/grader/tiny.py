"""A tiny course in a temporary folder: no torch, a second or two for the whole class."""

from __future__ import annotations

import copy
import json
import textwrap
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.autograde import autograde
from grader.course import Course
from grader.execute import Run
from grader.record import Record
from grader.release import release

CONFIG = """
from pathlib import Path

from grader.settings import configure

here = Path(__file__).resolve().parent
c = get_config()
configure(c)
c.ProblemSets.mode = "compat"
c.CourseDirectory.course_id = "tiny"
c.CourseDirectory.root = str(here)
c.ProblemSets.directory = str(here.parent / "solutions")
c.Limits.cell_seconds = 10
c.Limits.notebook_seconds = 60
c.Limits.memory_bytes = 1024 * 1024 * 1024
c.Limits.output_bytes = 200_000
c.Limits.file_bytes = 16 * 1024 * 1024
c.Limits.submission_bytes = 1024 * 1024
"""


def _role(grade_id: str, points: int = 0, *, solution: bool = False) -> str:
    role = {
        "grade": points > 0,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return json.dumps(role | ({"points": points} if points else {}))


def _code(role: str, source: str) -> str:
    return f"```{{code-cell}} ipython3\n---\nnbgrader: {role}\n---\n{source}\n```\n"


HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Sums {ko}`덧셈`

Write two functions.

:::{ko}
함수 두 개를 작성하세요.
:::

## Task 1: add {ko}`문제 1: 더하기`
"""
SECRET = "assert add(*secret_pair) == 42"
SOURCE = "\n".join(
    [
        HEADER,
        _code(
            _role("add", solution=True),
            'def add(a, b):\n    """Return a + b."""\n'
            "    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION",
        ),
        _code(_role("add-check", 2), 'assert add(1, 2) == 3, "1 + 2 is 3. | 1 + 2는 3입니다."'),
        _code(
            _role("add-hidden", 3),
            "# More sums are tried when it is graded. | 채점할 때 다른 합도 확인합니다.\n"
            "### BEGIN HIDDEN TESTS\nsecret_pair = (40, 2)\n"
            f'{SECRET}, "Another sum is wrong. | 다른 합이 틀렸습니다."\n'
            "### END HIDDEN TESTS",
        ),
        "## Task 2: share {ko}`문제 2: 나누기`\n",
        _code(
            _role("share", solution=True),
            "def share(cake, people):\n"
            "    ### BEGIN SOLUTION\n    return cake / people\n    ### END SOLUTION",
        ),
        _code(
            _role("share-check", 4),
            "right = 0\n### BEGIN HIDDEN TESTS\n"
            "right = sum(share(6, people) == 6 / people for people in (1, 2, 3, 4))\n"
            "### END HIDDEN TESTS\nright",
        ),
        "## Task 3: explain {ko}`문제 3: 설명`\n",
        f'+++ {{"nbgrader": {_role("explain", 5, solution=True)}}}\n',
        "### BEGIN SOLUTION\nBecause it is so.\n### END SOLUTION\n",
    ]
)

MAX_SCORE = 14.0
RIGHT = {
    "add": "def add(a, b):\n    return a + b",
    "share": "def share(cake, people):\n    return cake / people",
}


def make_course(folder: Path) -> None:
    """Lay `folder`/course and `folder`/solutions, with the problem set "sums" released."""
    (folder / "solutions" / "sums").mkdir(parents=True)
    (folder / "solutions" / "sums" / "sums.md").write_text(SOURCE, encoding="utf-8")
    root = folder / "course"
    root.mkdir()
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    release(Course(root), "sums")


class TinyCourse:
    """A course folder with the problem set "sums", and ways to hand something in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "course"
        self.solutions = folder / "solutions"
        self.course = Course(self.folder)
        released = self.folder / "release" / "sums" / "sums.ipynb"
        self.released = nbformat.read(released, as_version=4)
        self.records: dict[str, Record] = {}
        self.before: dict[str, bytes] = {}

    def notebook(self, **answers: str) -> NotebookNode:
        """The released notebook with some cells, named by grade id, filled in."""
        nb = copy.deepcopy(self.released)
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "").replace("-", "_")
            if name in answers:
                cell.source = textwrap.dedent(answers[name])
        return nb

    def path(self, student: str) -> Path:
        folder = self.folder / "submitted" / student / "sums"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / "sums.ipynb"

    def submit(self, student: str, nb: NotebookNode | None = None, **answers: str) -> Path:
        """Hand in a notebook: the given one, or the right answers with some replaced."""
        path = self.path(student)
        nbformat.write(nb or self.notebook(**{**RIGHT, **answers}), path)
        return path

    def grade(self, *students: str, **options: Any) -> dict[str, Record]:
        """Grade in threads of this process, which start faster than worker processes."""
        with ThreadPoolExecutor(2) as executor:
            options.setdefault("executor", executor)
            return autograde(self.course, "sums", students=students, **options)

    def limit(self, **seconds: float) -> None:
        """Set limits of time for what is graded from now on."""
        with (self.folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            for name, value in seconds.items():
                config.write(f"\nc.Limits.{name} = {value}\n")
        self.course = Course(self.folder)

    def scores(self, student: str) -> dict[str, float | None]:
        """Automatic points by grade id."""
        with self.course.gradebook() as gradebook:
            found = gradebook.find_submission_notebook("sums", "sums", student)
            return {grade.name: grade.auto_score for grade in found.grades}

    def graded(self, student: str) -> NotebookNode:
        """The autograded notebook."""
        path = self.folder / "autograded" / student / "sums" / "sums.ipynb"
        return nbformat.read(path, as_version=4)

    def page(self, student: str) -> Path:
        """The feedback page."""
        return self.folder / "feedback" / student / "sums" / "sums.html"


class FakeExecutor(Executor):
    """Runs nothing: every cell comes back without output, unless `outcome` says otherwise."""

    def __init__(self, outcome: Callable[[str], Run] | None = None) -> None:
        self.outcome = outcome or (lambda notebook: Run(notebook, 0.0, None))
        self.notebooks: list[str] = []

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        notebook = arguments[0]
        self.notebooks.append(notebook)
        future: Future[Any] = Future()
        try:
            future.set_result(self.outcome(notebook))
        except Exception as error:
            future.set_exception(error)
        return future


def role_of(nb: NotebookNode, grade_id: str) -> NotebookNode:
    """The one cell with this grade id."""
    (found,) = [cell for cell in nb.cells if grade_id == _grade_id(cell)]
    return found


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")
