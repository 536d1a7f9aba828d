"""How an executed notebook's cells get their points, and what a grade depends on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from .course import Course
from .errors import GraderError
from .steps import LentSaveAutoGrades


class SaveScores(LentSaveAutoGrades):
    """nbgrader's scoring, and a manual look where nbgrader would stop the class.

    A check cell whose last value is more than its points, say, makes nbgrader raise; here it
    earns nothing and waits for a person.
    """

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        try:
            super()._add_score(cell, resources)
        except (ValueError, KeyError, TypeError, AttributeError):
            grade = self.gradebook.find_grade(
                cell.metadata.nbgrader["grade_id"],
                self.notebook_id,
                self.assignment_id,
                self.student_id,
            )
            grade.auto_score, grade.needs_manual_grade = 0, True
            self.gradebook.db.commit()


class SaveAnswers(SaveScores):
    """Gives each test cell what the checker said of it, whatever the notebook shows."""

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(cell, resources)
        role = cell.metadata.nbgrader
        if cell.cell_type == "code" and not role["solution"]:
            grade = self.gradebook.find_grade(
                role["grade_id"], self.notebook_id, self.assignment_id, self.student_id
            )
            answer = resources["answers"].get(role["grade_id"])
            grade.auto_score = 0.0 if answer is None else answer.points
            self.gradebook.db.commit()


def grading_key(
    gradebook: Gradebook, course: Course, name: str, sandboxed: bool, files: dict[str, bytes]
) -> str:
    """Hash of everything but the submission that a grade depends on."""
    try:
        notebook = gradebook.find_notebook(name, name)
    except MissingEntry:
        raise GraderError(
            f"{name!r} was never released in this course: run `grader release {name}`."
        ) from None
    cells = sorted((cell.name, cell.source) for cell in notebook.source_cells)
    points = sorted((cell.name, cell.max_score) for cell in notebook.grade_cells)
    data = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    facts = json.dumps([cells, points, asdict(course.limits), sandboxed, data])
    return hashlib.sha256(facts.encode()).hexdigest()
