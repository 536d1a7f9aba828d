"""A tiny course in a temporary folder: no torch, a second or two for the whole class."""

from __future__ import annotations

import copy
import textwrap
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.autograde import autograde
from grader.course import Course
from grader.release import release

CONFIG = """
from grader.settings import configure

c = get_config()
configure(c)
c.CourseDirectory.course_id = "tiny"
c.CourseDirectory.root = {root!r}
c.ProblemSets.directory = {solutions!r}
c.Limits.cell_seconds = 2
c.Limits.notebook_seconds = 20
c.Limits.memory_bytes = 1024 * 1024 * 1024
c.Limits.output_bytes = 200_000
c.Limits.file_bytes = 16 * 1024 * 1024
c.Limits.submission_bytes = 1024 * 1024
"""

SOURCE = r'''
---
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

## Task 1: add {ko}`과제 1: 더하기`

```{code-cell} ipython3
---
nbgrader: {grade: false, grade_id: add, locked: false, schema_version: 3, solution: true, task: false}
---
def add(a, b):
    """Return a + b."""
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION
```

```{code-cell} ipython3
---
nbgrader: {grade: true, grade_id: add-check, locked: true, points: 2, schema_version: 3, solution: false, task: false}
---
assert add(1, 2) == 3, "1 + 2 is 3. | 1 + 2는 3입니다."
```

```{code-cell} ipython3
---
nbgrader: {grade: true, grade_id: add-hidden, locked: true, points: 3, schema_version: 3, solution: false, task: false}
---
# More sums are tried when it is graded. | 채점할 때 다른 합도 확인합니다.
### BEGIN HIDDEN TESTS
secret_pair = (40, 2)
assert add(*secret_pair) == 42, "Another sum is wrong. | 다른 합이 틀렸습니다."
### END HIDDEN TESTS
```

## Task 2: share {ko}`과제 2: 나누기`

```{code-cell} ipython3
---
nbgrader: {grade: false, grade_id: share, locked: false, schema_version: 3, solution: true, task: false}
---
def share(cake, people):
    ### BEGIN SOLUTION
    return cake / people
    ### END SOLUTION
```

```{code-cell} ipython3
---
nbgrader: {grade: true, grade_id: share-check, locked: true, points: 4, schema_version: 3, solution: false, task: false}
---
### BEGIN HIDDEN TESTS
right = sum(share(6, people) == 6 / people for people in (1, 2, 3, 4))
### END HIDDEN TESTS
right
```

## Task 3: explain {ko}`과제 3: 설명`

+++ {"nbgrader": {"grade": true, "grade_id": "explain", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}}

### BEGIN SOLUTION
Because it is so.
### END SOLUTION
'''

MAX_SCORE = 14.0
RIGHT = {
    "add": "def add(a, b):\n    return a + b",
    "share": "def share(cake, people):\n    return cake / people",
}


class TinyCourse:
    """A course folder with the problem set "sums", and ways to hand something in."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        solutions = folder / "solutions"
        (solutions / "sums").mkdir(parents=True)
        (solutions / "sums" / "sums.md").write_text(SOURCE.lstrip(), encoding="utf-8")
        root = folder / "course"
        root.mkdir()
        (root / "nbgrader_config.py").write_text(
            CONFIG.format(root=str(root), solutions=str(solutions)), encoding="utf-8"
        )
        self.folder = root
        self.course = Course(root)
        release(self.course, "sums")
        self.released = nbformat.read(root / "release" / "sums" / "sums.ipynb", as_version=4)

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

    def grade(self, *students: str, **options):  # type: ignore[no-untyped-def]
        options.setdefault("workers", 2)
        return autograde(self.course, "sums", students=students, **options)

    def scores(self, student: str) -> dict[str, float]:
        """Automatic points by grade id."""
        with self.course.gradebook() as gradebook:
            found = gradebook.find_submission_notebook("sums", "sums", student)
            return {grade.name: grade.auto_score for grade in found.grades}
