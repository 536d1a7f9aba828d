"""The report of a class as one HTML page: tasks, usual failures, times, limits, copies.

For instructors: it names students, and stays out of the feedback folders that are given out.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from urllib.parse import quote

import nbformat
from markupsafe import Markup
from nbformat import NotebookNode

from . import markup
from .charts import Bar, bars, histogram, round_up
from .copied import CopyCheck, find_pairs
from .course import Course
from .errors import NotebookError
from .execute import failure
from .feedback import headings, render
from .hidden import Hidden
from .limits import MIB, Limits
from .record import Record, read_record
from .report import Row, rows
from .submission import read_submission, submission_path

MOST_PAIRS = 100
MOST_FAILURES = 12
SLOWEST = 10
REPORTS = "reports"


@dataclass(frozen=True)
class Failure:
    """One way a task went wrong, and for whom."""

    message: Markup
    students: list[str]


@dataclass(frozen=True)
class TaskView:
    """One task as the report shows it."""

    name: str
    title: str
    points: float
    mean: float
    full: int
    pending: int
    chart: Markup
    bars: list[Bar]
    failures: list[Failure]
    more: int
    """Failures that are not listed."""


def class_report(course: Course, name: str, target: Path, check: CopyCheck) -> str:
    """The report of a problem set, as HTML with links that hold from `target`.

    Raises:
        GraderError: for an unknown problem set or one that nobody was graded in.
    """
    found = rows(course, name)
    released = nbformat.read(course.path("release", ".", name) / f"{name}.ipynb", as_version=4)
    records = {row.student: read_record(course, row.student, name) for row in found}
    total = bars([row.score for row in found], found[0].max_score)
    code, unread = _code(course, name, [row.student for row in found])
    pairs = find_pairs(code, _sources(released), check)
    return render(
        "report",
        name=name,
        title=(headings(released) or [name])[0],
        rows=found,
        pages=_pages(course, name, found, target),
        names=_names(course),
        missing=_missing(course, found),
        total=total,
        total_chart=histogram(
            total,
            "points",
            (f"Total points of {len(found)} students", f"학생 {len(found)}명의 총점"),
            "total",
            wide=True,
        ),
        middle=median(row.score for row in found),
        tasks=_tasks(course, name, found, released),
        statuses=Counter(row.status for row in found),
        times=_times(records),
        limits=_limits(course.limits),
        means=_means(records),
        pairs=pairs[:MOST_PAIRS],
        more_pairs=max(0, len(pairs) - MOST_PAIRS),
        check=check,
        compared=len(code),
        unread=unread,
    )


def report_path(course: Course, name: str) -> Path:
    """Where the page is written if nobody says otherwise."""
    return course.folder / REPORTS / f"{name}.html"


def _pages(course: Course, name: str, found: list[Row], target: Path) -> dict[str, str]:
    """Addresses of the single pages of feedback that are there."""
    pages: dict[str, str] = {}
    for row in found:
        path = course.path("feedback", row.student, name) / f"{name}.html"
        if path.is_file():
            relative = os.path.relpath(path.resolve(), target.resolve().parent)
            pages[row.student] = quote(relative.replace(os.sep, "/"))
    return pages


def _names(course: Course) -> dict[str, str]:
    with course.gradebook() as gradebook:
        return {
            student.id: " ".join(filter(None, (student.first_name, student.last_name)))
            for student in gradebook.students
        }


def _missing(course: Course, found: list[Row]) -> list[str]:
    """Students of the gradebook who have no result."""
    return sorted(set(_names(course)) - {row.student for row in found})


def _tasks(
    course: Course, name: str, found: list[Row], released: NotebookNode
) -> list[TaskView]:
    titles = _titles(released)
    with course.gradebook() as gradebook:
        known = gradebook.find_notebook(name, name)
        points = {
            cell.name: float(cell.max_score) for cell in [*known.grade_cells, *known.task_cells]
        }
        secret = Hidden({cell.name: cell.source for cell in known.source_cells}, course.config)
        pending = Counter(
            grade.name
            for submission in gradebook.assignment_submissions(name)
            if course.is_graded(submission.student_id, name)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.needs_manual_grade
        )
    failures = _failures(course, name, found, points, secret)
    views: list[TaskView] = []
    for number, task in enumerate(found[0].tasks, 1):
        scores = [row.tasks.get(task, 0.0) for row in found]
        counted = bars(scores, points[task])
        title = titles.get(task, "")
        words = (f"Points of {task}", f"{task} 점수 분포")
        views.append(
            TaskView(
                task,
                title,
                points[task],
                sum(scores) / len(scores),
                sum(score >= points[task] for score in scores),
                pending[task],
                histogram(counted, "points", words, f"task-{number}-chart"),
                counted,
                failures.get(task, [])[:MOST_FAILURES],
                max(0, len(failures.get(task, [])) - MOST_FAILURES),
            )
        )
    return views


def _titles(nb: NotebookNode) -> dict[str, str]:
    """The nearest heading above each task."""
    found: dict[str, str] = {}
    heading = ""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            heading = (headings(cell) or [heading])[-1]
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id:
            found[grade_id] = heading
    return found


def _failures(
    course: Course, name: str, found: list[Row], points: dict[str, float], secret: Hidden
) -> dict[str, list[Failure]]:
    """For each task the ways it went wrong, the most usual first."""
    groups: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for row in found:
        path = course.path("autograded", row.student, name) / f"{name}.ipynb"
        try:
            nb = nbformat.read(path, as_version=4)
        except (OSError, ValueError):
            continue  # its row says what became of it
        for cell in nb.cells:
            task = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            lost = row.tasks.get(task, points.get(task, 0.0)) < points.get(task, 0.0)
            message = failure(cell) if lost and cell.cell_type == "code" else None
            if message:
                message = secret.black_out(markup.shortened(message, 1000))
                group = groups.setdefault(task, {}).setdefault(_kind(message), [])
                group.append((message, row.student))
    return {
        task: sorted(
            (
                Failure(markup.bilingual(group[0][0]), [student for _, student in group])
                for group in kinds.values()
            ),
            key=lambda one: -len(one.students),
        )
        for task, kinds in groups.items()
    }


def _kind(message: str) -> str:
    """A message without what differs from one student to the next: numbers and addresses."""
    first = markup.strip_ansi(message).strip().split("\n", 1)[0]
    return re.sub(r"0x[0-9a-fA-F]+|[-+]?\d+(\.\d+)?(e[-+]?\d+)?", "#", first)


def _times(records: dict[str, Record | None]) -> dict[str, object]:
    seconds = {
        student: record.seconds
        for student, record in records.items()
        if record is not None and record.seconds > 0
    }
    if not seconds:
        return {}
    longest = max(seconds.values())
    counted = bars(list(seconds.values()), round_up(longest))
    title = ("Seconds a notebook ran", "노트북 실행 시간(초)")
    slowest = sorted(seconds.items(), key=lambda pair: -pair[1])[:SLOWEST]
    return {
        "chart": histogram(counted, "seconds", title, "times", wide=True),
        "bars": counted,
        "median": median(seconds.values()),
        "longest": longest,
        "sum": sum(seconds.values()),
        "slowest": slowest,
    }


def _limits(limits: Limits) -> list[tuple[str, str]]:
    shown: list[tuple[str, str]] = []
    for field in fields(limits):
        value = getattr(limits, field.name)
        text = f"{value / MIB:,.4g} MiB" if field.name.endswith("_bytes") else f"{value:g}"
        shown.append((field.name, f"{text} s" if field.name.endswith("_seconds") else text))
    return shown


def _means(records: dict[str, Record | None]) -> list[tuple[str, int]]:
    """How submissions were run and held within their limits, as their records say."""
    found = Counter(
        "; ".join(
            str(part)
            for part in (getattr(record, "mode", ""), getattr(record, "means", ""))
            if part
        )
        for record in records.values()
        if record is not None
    )
    return [(means, count) for means, count in found.most_common() if means]


def _code(course: Course, name: str, students: list[str]) -> tuple[dict[str, list[str]], int]:
    """The code each student handed in, and how many notebooks could not be read."""
    found: dict[str, list[str]] = {}
    unread = 0
    for student in students:
        try:
            nb = read_submission(submission_path(course, student, name), course.limits)
            found[student] = _sources(nb)
        except NotebookError:
            unread += 1
    return found, unread


def _sources(nb: NotebookNode) -> list[str]:
    return [cell.source for cell in nb.cells if cell.cell_type == "code"]
