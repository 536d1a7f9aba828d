"""One student's data: all of it in one archive for them, or gone from the course."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, Student, SubmittedAssignment
from sqlalchemy import text

from .anonymous import STEPS, codes_by_id, forget_code, read_codes
from .console import to_json
from .course import Course
from .errors import GraderError
from .record import RECORD, write_whole


@dataclass(frozen=True)
class Holdings:
    """What a course holds of one student."""

    student: str
    folders: list[Path]
    problem_sets: list[str]
    in_gradebook: bool


def holdings(course: Course, student: str) -> Holdings:
    """Find everything of one student, by id, or by code while the class is anonymous.

    Raises:
        GraderError: if the course holds nothing of them.
    """
    here = codes_by_id(course).get(student, student)
    folders: list[Path] = []
    for step in STEPS:
        root = Path(course.directory.root) / getattr(course.directory, f"{step}_directory")
        listed = {entry.name for entry in root.iterdir()} if root.is_dir() else set()
        folders += [root / here] if here in listed else []
    with course.gradebook() as gradebook:
        entry = _entry(gradebook, here)
        sets = sorted(found.assignment.name for found in entry.submissions) if entry else []
    if not folders and entry is None:
        raise GraderError(f"This course holds nothing of a student {student!r}.")
    return Holdings(here, folders, sets, entry is not None)


def export(course: Course, student: str, target: Path) -> list[str]:
    """Write one student's data into a zip archive, to be given to them.

    What they handed in, their pages of feedback, and `gradebook.json`: names, times, points
    and comments. Graded notebooks stay out: they hold the hidden tests.

    Returns:
        The names of the files in the archive.

    Raises:
        GraderError: if the course holds nothing of them, or the archive is there already.
    """
    if target.exists():
        raise GraderError(f"{target} is there already: remove it, or name another with --to.")
    held = holdings(course, student)
    with course.gradebook() as gradebook:
        facts = _facts(gradebook, held.student)
    facts["student"] |= read_codes(course).get(held.student, {})
    for record in course.path("autograded", held.student, "*").parent.glob(f"*/{RECORD}"):
        facts["grading"][record.parent.name] = record.read_text(encoding="utf-8")
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gradebook.json", to_json(facts))
        for folder in held.folders:
            if folder.parent.name != course.directory.autograded_directory:
                _pack(archive, folder)
        names = archive.namelist()
    write_whole(target, whole.getvalue())
    return names


def _pack(archive: zipfile.ZipFile, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        # A link in a submission leads to what is not theirs.
        inside = not any(place.is_symlink() for place in (path, *path.parents))
        if inside and path.is_file():
            archive.write(path, str(path.relative_to(folder.parent.parent)))


def _entry(gradebook: Gradebook, student: str) -> Student | None:
    return gradebook.db.query(Student).filter_by(id=student).one_or_none()


def _facts(gradebook: Gradebook, student: str) -> dict[str, Any]:
    entry = _entry(gradebook, student)
    about = ("id", "first_name", "last_name", "email", "lms_user_id")
    return {
        "student": {name: getattr(entry, name) for name in about} if entry else {"id": student},
        "submissions": [_submission(found) for found in entry.submissions] if entry else [],
        "grading": {},
    }


def _submission(found: SubmittedAssignment) -> dict[str, Any]:
    return {
        "problem_set": found.assignment.name,
        "received": found.timestamp and found.timestamp.isoformat(),
        "extension_seconds": found.extension and found.extension.total_seconds(),
        "score": found.score,
        "max_score": found.max_score,
        "late_penalty": found.late_submission_penalty,
        "grades": {
            grade.name: {
                name: getattr(grade, name)
                for name in (
                    *("auto_score", "manual_score", "extra_credit", "max_score"),
                    "needs_manual_grade",
                )
            }
            for notebook in found.notebooks
            for grade in notebook.grades
        },
        "comments": {
            comment.name: comment.comment
            for notebook in found.notebooks
            for comment in notebook.comments
            if comment.comment
        },
    }


def delete(course: Course, student: str) -> Holdings:
    """Take one student out of the course: folders, gradebook, and the code if there is one.

    Copies elsewhere (the exchange, archives they came in, backups) are not touched.

    Raises:
        GraderError: if the course holds nothing of them.
    """
    held = holdings(course, student)
    for folder in held.folders:
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
        else:
            shutil.rmtree(folder)
    with course.gradebook() as gradebook:
        if held.in_gradebook:
            gradebook.remove_student(held.student)
            if gradebook.engine.dialect.name == "sqlite":
                # Deleted rows stay readable in the file until it is written anew.
                with gradebook.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                        text("VACUUM")
                    )
    forget_code(course, held.student)
    return held
