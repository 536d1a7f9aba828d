"""The grades of a class, as data, a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from nbgrader.api import MissingEntry, Student
from tabulate import tabulate

from .console import to_json
from .course import Course
from .errors import GraderError, one_line
from .record import GRADED, read_record

FORMULA = (*"=+-@", *"＝＋－＠")
"""What a formula begins with in spreadsheets, spaces apart."""
Line = Sequence[str | float]


@dataclass(frozen=True)
class Row:
    """One student's result in one problem set."""

    name: str
    """The problem set."""
    student: str
    score: float
    max_score: float
    status: str
    note: str
    needs_manual_grade: bool
    tasks: dict[str, float]
    """Points by the id of the graded cell."""
    most: dict[str, float] = field(default_factory=dict)
    """The most points of each task."""
    pending: list[str] = field(default_factory=list)
    """The tasks that wait for a person."""
    full_name: str = ""
    """As "Lovelace, Ada", where the gradebook has names."""
    lms_user_id: str = ""
    """The number of the learning platform, where the gradebook has it."""


def rows(course: Course, name: str) -> list[Row]:
    """The results of all graded students, by id.

    Raises:
        GraderError: for an unknown problem set or one that nobody was graded in.
    """
    course.check_problem_set(name)
    found: list[Row] = []
    with course.gradebook() as gradebook:
        try:
            submissions = [
                submission
                for submission in gradebook.assignment_submissions(name)
                if course.is_graded(submission.student.id, name)
            ]
        except MissingEntry:
            submissions = []
        order = [] if not submissions else _task_order(submissions[0].assignment)
        for submission in submissions:
            # No record: nbgrader's own autograde was the last to grade it.
            record = read_record(course, submission.student.id, name)
            grades = {
                grade.name: grade
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            tasks = [task for task in order if task in grades]
            found.append(
                Row(
                    name=name,
                    student=submission.student.id,
                    score=float(submission.score - submission.late_submission_penalty),
                    max_score=float(submission.max_score),
                    status=record.status if record else GRADED,
                    note=record.english if record else "",
                    needs_manual_grade=bool(submission.needs_manual_grade),
                    tasks={task: float(grades[task].score) for task in tasks},
                    most={task: float(grades[task].max_score) for task in tasks},
                    pending=[task for task in tasks if grades[task].needs_manual_grade],
                    full_name=_full_name(submission.student),
                    lms_user_id=submission.student.lms_user_id or "",
                )
            )
    if not found:
        raise GraderError(f"Nothing is graded yet: run `grader autograde {name}` first.")
    return sorted(found, key=lambda row: row.student)


def _full_name(student: Student) -> str:
    return ", ".join(filter(None, (student.last_name, student.first_name)))


def _task_order(assignment: object) -> list[str]:
    # In the order of the notebook: source cells are saved in it, grade cells are not.
    order: list[str] = []
    for notebook in assignment.notebooks:  # type: ignore[attr-defined]
        graded = {cell.name for cell in [*notebook.grade_cells, *notebook.task_cells]}
        order += [cell.name for cell in notebook.source_cells if cell.name in graded]
    return order


def as_json(found: list[Row]) -> str:
    """A list of objects, one a student."""
    return to_json([asdict(row) for row in found])


def as_csv(found: list[Row]) -> str:
    """One line a student, a column for each task, in UTF-8."""
    tasks = list(found[0].tasks)
    lines: list[Line] = [
        [
            *(row.student, row.score, row.max_score, row.status),
            "pending" if row.needs_manual_grade else "",
            *(row.tasks.get(task, 0.0) for task in tasks),
            row.note,
        ]
        for row in found
    ]
    return _lines(["student", "score", "max_score", "status", "manual", *tasks, "note"], lines)


def _cell(content: str | float) -> str:
    if isinstance(content, float):
        return f"{content:g}"
    # Not every reader keeps a line's end inside quotes, and Python's writer quotes no "\r".
    text = "".join(char if char.isprintable() else " " for char in content)
    # A text that begins like a formula would run when a spreadsheet opens the file.
    return f"'{text}" if text.lstrip()[:1] in FORMULA else text


def as_table(found: list[Row]) -> str:
    """A table for the terminal, tasks numbered, with their names and points below it."""
    tasks = list(found[0].tasks)
    lines = [
        [
            one_line(row.student, 40),
            f"{row.score:g} / {row.max_score:g}",
            row.status + (", manual part pending" if row.needs_manual_grade else ""),
            *(f"{row.tasks.get(task, 0):g}" for task in tasks),
        ]
        for row in found
    ]
    numbers = [str(number) for number in range(1, len(tasks) + 1)]
    headers = ["student", "score", "status", *numbers]
    table = tabulate(lines, headers=headers, disable_numparse=True)
    legend = "\n".join(
        f"{number:>4}  {task} ({found[0].most[task]:g})"
        for number, task in zip(numbers, tasks, strict=True)
    )
    return f"{table}\n\n{legend}"


def as_moodle(found: list[Row]) -> str:
    """What Moodle imports as an offline grading worksheet: participants by their numbers."""
    lines: list[Line] = [
        [f"Participant {row.student}", row.score, row.max_score, row.note] for row in found
    ]
    return _lines(["Identifier", "Grade", "Maximum Grade", "Feedback comments"], lines)


def as_canvas(found: list[Row]) -> str:
    """What Canvas imports into its gradebook: users by their numbers, the set as a column."""
    head = ["Student", "ID", "Section", found[0].name]
    points: Line = ["Points Possible", "", "", found[0].max_score]
    lines: list[Line] = [
        [row.full_name or row.student, row.lms_user_id or row.student, "", row.score]
        for row in found
    ]
    return _lines(head, [points, *lines])


def _lines(head: Sequence[str], lines: Sequence[Line]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_cell(content) for content in line] for line in [head, *lines])
    return out.getvalue()


FORMATS = {
    "csv": as_csv,
    "json": as_json,
    "table": as_table,
    "moodle": as_moodle,
    "canvas": as_canvas,
}
