"""Read a class list, and put its names into the gradebook."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Student

from .anonymous import is_anonymous
from .course import Course
from .errors import GraderError, one_line
from .submission import MARKS, student_id_problem

MOST_BYTES = 5_000_000
COLUMNS = {
    "id": ("id", "student", "studentid", "username", "idnumber", "학번", "아이디"),
    "first_name": ("firstname", "first", "givenname", "이름"),
    "last_name": ("lastname", "last", "surname", "familyname", "성"),
    "name": ("name", "names", "fullname", "성명"),
    "email": ("email", "emailaddress", "mail", "이메일"),
    "lms_user_id": ("lmsuserid",),
}
"""What a column may be called, in small letters without spaces, marks and underscores."""
LONGEST = 128
"""Characters of a column in nbgrader's gradebook."""


@dataclass(frozen=True)
class Person:
    """One line of a class list; what is not in it is empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class Imported:
    """What an import did, as ids."""

    added: list[str]
    changed: list[str]
    same: list[str]


def read_roster(path: Path) -> list[Person]:
    """Read a class list: CSV in UTF-8 with a line of column names.

    A column `id` must be there; `first_name` and `last_name`, or `name`, and `email` may be.
    Columns end with a comma, a semicolon or a tab; others are passed over.

    Raises:
        GraderError: for a file that is none of this, naming the line.
    """
    lines = list(_lines(path))
    if not lines:
        raise GraderError(f"{path} is empty; a class list begins with a line of column names.")
    places = _places(path, lines[0][1])
    people: dict[str, Person] = {}
    for number, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        person = _person(path, number, cells, places)
        if person.id in people:
            raise GraderError(f"{path}, line {number}: the id {person.id!r} is there twice.")
        people[person.id] = person
    if not people:
        raise GraderError(f"{path} has column names but no student below them.")
    return list(people.values())


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    if not path.is_file():
        raise GraderError(f"There is no file {path}.")
    if path.stat().st_size > MOST_BYTES:
        raise GraderError(
            f"{path} is larger than {MOST_BYTES // 10**6} MB: is it a class list?"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise GraderError(
            f"{path} is not UTF-8: in the spreadsheet save it as 'CSV UTF-8'."
        ) from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise GraderError(f"{path}, line {reader.line_num}: {error}.") from None


def _places(path: Path, head: list[str]) -> dict[str, int]:
    """The column of each of our names."""
    places: dict[str, int] = {}
    for index, title in enumerate(head):
        plain = re.sub(r"[\s_\-.]", "", title).lower()
        for name, titles in COLUMNS.items():
            if plain in titles:
                if name in places:
                    raise GraderError(f"{path} has two columns for {name}.")
                places[name] = index
    if "id" not in places:
        found = one_line(", ".join(head), 120)
        raise GraderError(f"{path} has no column named id; it has: {found or 'none'}.")
    return places


def _person(path: Path, number: int, cells: list[str], places: dict[str, int]) -> Person:
    found = {
        name: cells[index].strip() if index < len(cells) else ""
        for name, index in places.items()
    }
    where = f"{path}, line {number}"
    student = found["id"]
    if not student:
        raise GraderError(f"{where}: the id is missing.")
    if student_id_problem(student) or student.startswith(".") or "/" in student:
        raise GraderError(
            f"{where}: {one_line(student, 40)!r} cannot be an id, which names a folder: it "
            f"has unprintable or too many characters, one of / {' '.join(MARKS)}, or a dot in "
            "front."
        )
    for name, value in found.items():
        if len(value) > LONGEST or not value.isprintable():
            raise GraderError(
                f"{where}: {name} has unprintable characters or more than {LONGEST}."
            )
    if "name" in found:
        first, _, last = found.pop("name").rpartition(" ")
        found.setdefault("first_name", first)
        found.setdefault("last_name", last)
    return Person(**found)


def import_roster(course: Course, people: list[Person]) -> Imported:
    """Write people into the gradebook, all of them or none; nobody is taken out of it.

    What is empty in the list leaves what the gradebook has.

    Raises:
        GraderError: while the class is anonymous.
    """
    if is_anonymous(course):
        raise GraderError(
            "The class is anonymous: run `grader reveal` first, then `grader anonymize` again."
        )
    done = Imported([], [], [])
    with course.gradebook() as gradebook:
        known = {student.id: student for student in gradebook.students}
        for person in people:
            student = known.get(person.id)
            if student is None:
                student = Student(id=person.id)
                gradebook.db.add(student)
                done.added.append(person.id)
            given = {name: value for name, value in vars(person).items() if value}
            news = {name for name in given if getattr(student, name) != given[name]}
            if person.id in known:
                (done.changed if news else done.same).append(person.id)
            for name in news:
                setattr(student, name, given[name])
        gradebook.db.commit()
    return done
