"""Grade one task of everybody again, after its hidden tests were mended.

The notebooks run as they always do; then every other task gets back the points, the flags and
the comments it had. What it had is written down first, so that a crash on the way costs
nothing: the same command goes on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, SubmittedNotebook

from .autograde import autograde
from .course import Course
from .deadline import update_penalties
from .errors import GraderError
from .record import FAILED, Record, write_whole
from .release import plain_notebook

GRADE = ("auto_score", "manual_score", "extra_credit", "needs_manual_grade")
COMMENT = ("auto_comment", "manual_comment")


@dataclass(frozen=True)
class Change:
    """What one student had for the tasks before and has now."""

    student: str
    before: float
    after: float


def regrade(
    course: Course,
    name: str,
    tasks: Sequence[str],
    **options: Any,
) -> tuple[dict[str, Record], list[Change]]:
    """Grade some tasks of all graded students again; nobody's other points change.

    Args:
        course: the course folder.
        name: the problem set, released again since its tests were mended.
        tasks: ids of graded cells.
        options: of `autograde`: workers, executor, sandboxed, progress, …

    Returns:
        The new records, and for each student whose points differ what they were and are.

    Raises:
        GraderError: for an unknown set or task, one that a person grades, a source that was
            changed and not released since, or where nobody is graded yet.
    """
    course.check_problem_set(name)
    _check_release(course, name)
    with course.gradebook() as gradebook:
        notebooks = _notebooks(course, gradebook, name)
        if not notebooks:
            raise GraderError(f"Nothing is graded yet: run `grader autograde {name}` first.")
        _check_tasks(name, next(iter(notebooks.values())), tasks)
        kept = course.folder / f".regrade-{name}.json"
        before = _remembered(kept, tasks) or {
            student: _state(found) for student, found in notebooks.items()
        }
    write_whole(kept, json.dumps({"tasks": sorted(tasks), "before": before}))
    with_work = set(course.students(name))
    chosen = [student for student in before if student in with_work]
    records = autograde(course, name, students=chosen, force=True, **options)
    graded = [student for student, record in records.items() if record.status != FAILED]
    with course.gradebook() as gradebook:
        for student, found in _notebooks(course, gradebook, name).items():
            if student in before:
                _put_back(found, before[student], tasks)
        gradebook.db.commit()
        after = {
            student: _state(found)
            for student, found in _notebooks(course, gradebook, name).items()
        }
    update_penalties(course, name, graded)
    kept.unlink()
    changes = [
        Change(student, _points(before[student], tasks), _points(after[student], tasks))
        for student in graded
    ]
    return records, [change for change in changes if change.before != change.after]


def points_by_hand(course: Course, name: str, tasks: Sequence[str]) -> list[str]:
    """Students for whom a person has set the points of these tasks: those points stay."""
    with course.gradebook() as gradebook:
        return sorted(
            student
            for student, notebook in _notebooks(course, gradebook, name).items()
            if any(
                grade.name in tasks and grade.manual_score is not None
                for grade in notebook.grades
            )
        )


def _check_tasks(name: str, notebook: SubmittedNotebook, tasks: Sequence[str]) -> None:
    released = notebook.notebook
    manual = {cell.name for cell in [*released.solution_cells, *released.task_cells]}
    known = sorted({grade.name for grade in notebook.grades} - manual)
    for task in tasks or [""]:
        if task in manual:
            raise GraderError(
                f"A person grades {task!r}, by what the student wrote: use `grader serve`."
            )
        if task not in known:
            raise GraderError(
                f"There is no task {task!r} in {name!r}; there are: {', '.join(known)}."
            )


def _check_release(course: Course, name: str) -> None:
    """Raise a GraderError where the mended test would not be the one that runs."""
    source = course.solutions / name / f"{name}.md"
    made = course.path("source", ".", name) / f"{name}.ipynb"
    if not (source.is_file() and made.is_file()):
        return
    released = nbformat.read(made, as_version=4)
    if plain_notebook(source, course.config.ProblemSets.get("book_url", "")) != released:
        raise GraderError(
            f"{source} has changed since {name!r} was released: run `grader release {name}` "
            "first."
        )


def _notebooks(course: Course, gradebook: Gradebook, name: str) -> dict[str, SubmittedNotebook]:
    return {
        submission.student_id: notebook
        for submission in gradebook.assignment_submissions(name)
        if course.is_graded(submission.student_id, name)
        for notebook in submission.notebooks
    }


def _state(notebook: SubmittedNotebook) -> dict[str, dict[str, Any]]:
    return {
        "grades": {
            grade.name: {field: getattr(grade, field) for field in GRADE}
            for grade in notebook.grades
        },
        "comments": {
            comment.name: {field: getattr(comment, field) for field in COMMENT}
            for comment in notebook.comments
        },
        "scores": {grade.name: float(grade.score) for grade in notebook.grades},
    }


def _remembered(path: Path, tasks: Sequence[str]) -> dict[str, Any]:
    """What an earlier run that never came to its end had written down.

    Raises:
        GraderError: if that run was of other tasks, whose new points would be lost here.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        unfinished, before = found["tasks"], found["before"]
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError):
        raise GraderError(
            f"{path} is damaged: remove it if no regrading was cut short."
        ) from None
    if unfinished != sorted(tasks):
        raise GraderError(
            f"Regrading {', '.join(unfinished)} was cut short: run that again first, or remove "
            f"{path} to leave the points as they are now."
        )
    return before


def _put_back(
    notebook: SubmittedNotebook, before: dict[str, Any], tasks: Sequence[str]
) -> None:
    for kind, entries in (("grades", notebook.grades), ("comments", notebook.comments)):
        for entry in entries:
            if entry.name not in tasks and entry.name in before[kind]:
                for field, value in before[kind][entry.name].items():
                    setattr(entry, field, value)


def _points(state: dict[str, Any], tasks: Sequence[str]) -> float:
    return sum(state["scores"].get(task, 0.0) for task in tasks)
