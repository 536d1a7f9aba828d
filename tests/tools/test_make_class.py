"""The class of thirty: always the same, in nbgrader's layout, and graded as it should be."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

import click
import nbformat
import pytest
from click.testing import CliRunner

from grader.autograde import autograde
from grader.course import Course
from grader.deadline import deadlines, extend, set_deadline
from grader.release import release
from grader.report import rows
from grader.roster import import_roster, read_roster
from tests.problem_sets.sheet import needs_sources

from .make_class import (
    COPIED,
    COPIER,
    DROPPED_OUT,
    EXTENDED,
    KOREA,
    TRICKS,
    Class,
    complete_sets,
    deadline,
    main,
    write_class,
)
from .people import PEOPLE

pytestmark = needs_sources
SET = "gan"
A_FEW = ("costa-mariana", "kang-seoyeon")
"""Students of the quick test; costa-mariana deletes a test."""


@pytest.fixture(scope="module")
def made() -> Class:
    return Class()


@pytest.fixture(scope="module")
def files(made: Class) -> dict[str, str]:
    return made.files()


@pytest.fixture(scope="module")
def expected(files: dict[str, str]) -> dict[str, dict[str, dict]]:
    return json.loads(files["expected.json"])


def test_all_sets_are_handed_in_by_nearly_everybody(
    files: dict[str, str], expected: dict
) -> None:
    assert list(expected) == complete_sets()
    handed_in = Counter(name.split("/")[2] for name in files if name.endswith(".ipynb"))
    assert len(PEOPLE) == 30 and len({one.id for one in PEOPLE}) == 30
    assert set(handed_in.values()) == {27}
    assert not any(name.startswith(f"submitted/{DROPPED_OUT}/") for name in files)
    for name, students in expected.items():
        assert set(students) == {path.split("/")[1] for path in files if f"/{name}/" in path}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    made: Class, files: dict[str, str]
) -> None:
    sets = [made.sheets[0].name]
    again, other = Class(sets=sets).files(), Class(seed=7, sets=sets).files()
    assert Class(sets=sets).files() == again
    assert other["expected.json"] != again["expected.json"]
    # The first set is the same, whatever others there are, but for tricks played elsewhere.
    first = {name for name in again if name.startswith("submitted/")}
    assert first == {name for name in files if f"/{sets[0]}/" in name}
    others = {name.split("/")[1] for name in first if again[name] != files[name]}
    assert others <= {*TRICKS, COPIER}


def test_every_submission_is_a_notebook_but_the_one_that_breaks_off(
    files: dict[str, str], expected: dict
) -> None:
    broken = []
    for name, text in files.items():
        if name.endswith(".ipynb"):
            try:
                nbformat.validate(nbformat.reads(text, as_version=4))
            except nbformat.reader.NotJSONError:
                broken.append(name.split("/")[1:3])
    unreadable = [
        [student, name]
        for name, students in expected.items()
        for student, one in students.items()
        if one["status"] == "unreadable"
    ]
    assert broken == unreadable
    assert len(broken) == 1


def test_abilities_and_times_differ(files: dict[str, str], expected: dict) -> None:
    for name, students in expected.items():
        points = [one["points"] for one in students.values()]
        assert max(points) > 80 and max(points) - min(points) > 30, name
        assert len(set(points)) > 8, name
        late = [student for student, one in students.items() if one["penalty"]]
        assert 1 <= len(late) <= 2, f"{name}: three are late, one with an extension"


def test_every_trick_is_played_once(expected: dict) -> None:
    notes = {
        student: [
            name for name, students in expected.items() if "note" in students.get(student, {})
        ]
        for student in [*TRICKS, COPIER]
    }
    assert all(len(sets) == 1 for sets in notes.values()), notes
    (copied,) = notes[COPIER]
    assert expected[copied][COPIER]["cells"] == expected[copied][COPIED]["cells"]


def test_the_folder_is_a_course_with_deadlines_an_extension_and_a_roster(
    made: Class, tmp_path: Path
) -> None:
    write_class(tmp_path, made)
    subprocess.run(["bash", "-n", tmp_path / "walk.sh"], check=True)
    people = read_roster(tmp_path / "roster.csv")
    assert [one.id for one in people] == [one.id for one in PEOPLE]
    assert people[0].first_name == "서연" and people[0].last_name == "강"
    walk = (tmp_path / "walk.sh").read_text(encoding="utf-8")
    for number, sheet in enumerate(made.sheets):
        due = deadline(number)
        assert due.tzinfo == KOREA
        assert f"grader deadline {sheet.name} '{due:%Y-%m-%d %H:%M} +0900'\n" in walk
        assert f"--student {made.extended(sheet)}\n" in walk
    assert Course(tmp_path).students(made.sheets[0].name)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "submitted").mkdir()
    kept = tmp_path / "submitted" / "thesis.txt"
    kept.write_text("years of work")
    done = CliRunner().invoke(main, [str(tmp_path)])
    assert done.exit_code == 1 and "is not empty" in done.output
    assert kept.read_text() == "years of work"
    with pytest.raises(click.ClickException):
        write_class(tmp_path, Class(sets=[SET]))


def _grade(folder: Path, made: Class, students: tuple[str, ...] = ()) -> dict[str, dict]:
    """Walk through the class, and what came of it in the form of expected.json."""
    write_class(folder, made)
    course, (sheet,) = Course(folder), made.sheets
    release(course, sheet.name)
    import_roster(course, read_roster(folder / "roster.csv"))
    set_deadline(course, sheet.name, f"{deadline(0):%Y-%m-%d %H:%M %z}")
    extended = made.extended(sheet)
    later = deadline(0) + EXTENDED
    extend(course, sheet.name, [extended], f"{later:%Y-%m-%d %H:%M %z}")
    assert deadlines(course, sheet.name)[1].student == extended
    records = autograde(course, sheet.name, students=students, mode="isolated")
    found = {}
    for row in rows(course, sheet.name):
        if row.student in records:
            cells = {cell: row.tasks[cell] for cell in sheet.points}
            penalty = round(_penalty(course, sheet.name, row.student), 6)
            found[row.student] = {
                "status": records[row.student].status,
                "points": sum(cells.values()),
                "penalty": penalty,
                "cells": cells,
            }
    return found


def _penalty(course: Course, name: str, student: str) -> float:
    with course.gradebook() as gradebook:
        return float(gradebook.find_submission(name, student).late_submission_penalty or 0)


def _compare(found: dict[str, dict], folder: Path, name: str) -> None:
    wanted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))[name]
    for student, one in found.items():
        wanted[student].pop("note", None)
        assert one == wanted[student], student


@pytest.mark.sandbox
def test_a_few_earn_what_they_should(tmp_path: Path) -> None:
    made = Class(sets=[SET])
    (sheet,) = made.sheets
    late = sorted(made.late(sheet) - {made.extended(sheet)})[0]
    students = (*A_FEW, late)
    found = _grade(tmp_path, made, students)
    assert set(found) == set(students)
    assert found[late]["penalty"] > 0
    _compare(found, tmp_path, SET)


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.parametrize("name", complete_sets())
def test_everybody_earns_what_they_should(tmp_path: Path, name: str) -> None:
    found = _grade(tmp_path, Class(sets=[name]))
    assert len(found) == 27
    _compare(found, tmp_path, name)
