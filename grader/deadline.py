"""Deadlines of a problem set: the class's, and later ones for single students.

They live in nbgrader's gradebook: the due date of the assignment, and an extension in a
student's submission. Late penalties are nbgrader's (`c.LateSubmissionPlugin` in the course's
configuration) and are worked out anew whenever a deadline moves.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import nbformat
from nbgrader.api import Assignment, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties

from .course import Course
from .errors import GraderError
from .moments import local, parse_moment, stamp
from .release import quiet_log


@dataclass(frozen=True)
class Deadline:
    """When a student, or the class where `student` is empty, must hand in."""

    student: str
    deadline: str
    """In UTC; empty for no deadline."""
    local: str
    """The same by this machine's clock."""


def deadlines(course: Course, name: str) -> list[Deadline]:
    """The class's deadline, then every extension, by student.

    Raises:
        GraderError: for a problem set that is unknown or was never released.
    """
    course.check_problem_set(name)
    with course.gradebook() as gradebook:
        assignment = _assignment(gradebook, name)
        due = assignment.duedate
        extended = sorted(
            (submission.student_id, submission.extension)
            for submission in assignment.submissions
            if submission.extension is not None
        )
        found = [Deadline("", stamp(due), local(due)) if due else Deadline("", "", "")]
        return found + [
            Deadline(student, stamp(due + more), local(due + more))
            for student, more in extended
        ]


def set_deadline(course: Course, name: str, time: str) -> None:
    """Set the class's deadline, or take it away (with all extensions) by an empty text.

    Extensions are lengths of time in nbgrader: where the class's deadline moves, theirs move
    with it.

    Raises:
        GraderError: for an unknown set, or a text that is no time.
    """
    course.check_problem_set(name)
    moment = parse_moment(time) if time else None
    with course.gradebook() as gradebook:
        assignment = _assignment(gradebook, name)
        assignment.duedate = moment
        for submission in assignment.submissions:
            submission.extension = submission.extension if moment else None
        gradebook.db.commit()
        graded = [submission.student_id for submission in assignment.submissions]
    update_penalties(course, name, graded)


def extend(course: Course, name: str, students: Sequence[str], time: str) -> None:
    """Give some students a later deadline, or the class's again by an empty text.

    Raises:
        GraderError: for an unknown set or student, a set without a deadline, or a time that
            is not after it. Then nobody's deadline has changed.
    """
    course.check_problem_set(name)
    moment = parse_moment(time) if time else None
    with course.gradebook() as gradebook:
        assignment = _assignment(gradebook, name)
        due = assignment.duedate
        if due is None:
            raise GraderError(
                f"{name!r} has no deadline to extend: set one with "
                f"`grader deadline {name} TIME`."
            )
        if moment is not None and moment <= due:
            raise GraderError(
                f"{local(moment)} is not after the class's deadline, {local(due)}."
            )
        for student in students:
            check_student(course, gradebook, name, student)
        for student in students:
            _submission(gradebook, name, student).extension = moment and moment - due
        gradebook.db.commit()
    update_penalties(course, name, students)


def check_student(course: Course, gradebook: Gradebook, name: str, student: str) -> None:
    """Raise a GraderError for an id that is neither in the gradebook nor handed in."""
    handed_in = student and course.path("submitted", student, name).is_dir()
    known = {found.id for found in gradebook.students}
    if student not in known and not handed_in:
        raise GraderError(
            f"There is no student {student!r}: add them with `grader roster FILE.csv`."
        )


def update_penalties(course: Course, name: str, students: Sequence[str]) -> None:
    """Work out anew what being late costs those who are graded; nothing is run again."""
    tool = AssignLatePenalties(config=course.config)
    tool.log = quiet_log()
    tool.log.setLevel(logging.ERROR)
    names = {"assignment": name, "notebook": name, "db_url": course.directory.db_url}
    for student in students:
        if course.is_graded(student, name):
            tool.preprocess(
                nbformat.v4.new_notebook(), {"nbgrader": names | {"student": student}}
            )


def _assignment(gradebook: Gradebook, name: str) -> Assignment:
    try:
        return gradebook.find_assignment(name)
    except MissingEntry:
        raise GraderError(
            f"{name!r} was never released in this course: run `grader release {name}`."
        ) from None


def _submission(gradebook: Gradebook, name: str, student: str) -> SubmittedAssignment:
    gradebook.update_or_create_student(student)
    return gradebook.update_or_create_submission(name, student)
