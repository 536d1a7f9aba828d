"""Grade without knowing whose work it is: codes in place of ids and names.

While a class is anonymous its folders and its gradebook hold codes alone, so that nbgrader's
formgrader, the reports and the feedback pages show nothing else. Which code is whose is kept
in one file beside the gradebook, for this user alone, and is used to put everything back.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, Student, SubmittedAssignment

from .course import Course
from .errors import GraderError
from .record import write_whole

CODES = "anonymous.json"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""No vowels, so that no code is a word; nothing that looks like another."""
LENGTH = 6
STEPS = ("submitted", "autograded", "feedback")
ABOUT = ("first_name", "last_name", "email", "lms_user_id")


@dataclass(frozen=True)
class Changed:
    """How many students an anonymizing or revealing changed."""

    students: int
    codes_file: str


def is_anonymous(course: Course) -> bool:
    """Whether the class is anonymous now."""
    return _codes_path(course).exists()


def read_codes(course: Course) -> dict[str, dict[str, str]]:
    """What is known of each code's owner: `id` and names.

    Raises:
        GraderError: if the file is damaged; what it held cannot be guessed.
    """
    path = _codes_path(course)
    if not path.exists():
        return {}
    try:
        codes = json.loads(path.read_text(encoding="utf-8"))
        valid = all(isinstance(about["id"], str) for about in codes.values())
    except (ValueError, TypeError, AttributeError, KeyError):
        valid = False
    if not valid:
        raise GraderError(f"{path} is damaged: put back a copy; it alone tells whose is whose.")
    return codes


def codes_by_id(course: Course) -> dict[str, str]:
    """The code of each student who has one; empty while the class is not anonymous."""
    return {about["id"]: code for code, about in read_codes(course).items()}


def forget_code(course: Course, code: str) -> None:
    """Take one code out of the file, as when its owner's data is deleted."""
    codes = read_codes(course)
    if codes.pop(code, None) is not None:
        _write_codes(course, codes)


def anonymize(course: Course) -> Changed:
    """Put codes in place of all ids; what came since the last time gets codes as well.

    A crash on the way leaves some with codes and some without; run it again.
    """
    codes = read_codes(course)
    owners = {about["id"]: code for code, about in codes.items()}
    with course.gradebook() as gradebook:
        known = {student.id: student for student in gradebook.students}
        plain = sorted(({*known} | _folder_names(course)) - {*codes})
        for student in plain:
            code = owners.get(student) or _new_code(codes)
            about = codes.setdefault(code, {"id": student})
            entry = known.get(student)
            if entry is not None:
                about.update({name: getattr(entry, name) or "" for name in ABOUT})
        # First of all: without it nobody could be named again.
        _write_codes(course, codes)
        owners = {about["id"]: code for code, about in codes.items()}
        for student in plain:
            _rename(course, gradebook, student, owners[student], {})
    return Changed(len(plain), str(_codes_path(course)))


def reveal(course: Course) -> Changed:
    """Put ids and names back where codes are.

    Raises:
        GraderError: if the class is not anonymous.
    """
    codes = read_codes(course)
    path = _codes_path(course)
    if not codes:
        raise GraderError("The class is not anonymous: there is nothing to reveal.")
    with course.gradebook() as gradebook:
        for code, about in sorted(codes.items()):
            names = {name: about.get(name) or None for name in ABOUT}
            _rename(course, gradebook, code, about["id"], names)
    path.unlink()
    return Changed(len(codes), str(path))


def _codes_path(course: Course) -> Path:
    return course.folder / CODES


def _write_codes(course: Course, codes: dict[str, dict[str, str]]) -> None:
    before = os.umask(0o077)  # for this user alone, from the first moment
    try:
        text = json.dumps(codes, ensure_ascii=False, indent=1)
        write_whole(_codes_path(course), f"{text}\n")
    finally:
        os.umask(before)


def _new_code(taken: Iterable[str]) -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if code not in taken:
            return code


def _folder_names(course: Course) -> set[str]:
    found: set[str] = set()
    for step in STEPS:
        root = Path(course.directory.root) / getattr(course.directory, f"{step}_directory")
        if root.is_dir():
            found |= {
                entry.name
                for entry in root.iterdir()
                if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".")
            }
    return found


def _rename(
    course: Course, gradebook: Gradebook, old: str, new: str, about: dict[str, str | None]
) -> None:
    """Give a student another id, in the gradebook and in every folder."""
    for step in STEPS:
        root = Path(course.directory.root) / getattr(course.directory, f"{step}_directory")
        source, target = root / old, root / new
        if source.is_dir() and not source.is_symlink():
            _move(source, target)
    entries = {found.id: found for found in gradebook.students if found.id in (old, new)}
    if old not in entries:
        return
    if new not in entries:
        gradebook.db.add(Student(id=new, **about))
        gradebook.db.flush()
    theirs = {submission.assignment_id for submission in _submissions(gradebook, new)}
    for submission in _submissions(gradebook, old):
        if submission.assignment_id in theirs:  # its folder was in nobody's way: a bare entry
            gradebook.remove_submission(submission.assignment.name, old)
    gradebook.db.query(SubmittedAssignment).filter_by(student_id=old).update(
        {SubmittedAssignment.student_id: new}
    )
    gradebook.db.flush()
    gradebook.db.expire_all()
    gradebook.db.delete(entries[old])
    gradebook.db.commit()


def _submissions(gradebook: Gradebook, student: str) -> list[SubmittedAssignment]:
    return gradebook.db.query(SubmittedAssignment).filter_by(student_id=student).all()


def _move(source: Path, target: Path) -> None:
    if not target.exists():
        source.rename(target)
        return
    # Handed in since the last time: another problem set, or the same one once more.
    for entry in source.iterdir():
        place = target / entry.name
        if place.exists():
            raise GraderError(
                f"{entry} and {place} are both there: remove the one that should not count."
            )
        entry.rename(place)
    source.rmdir()
