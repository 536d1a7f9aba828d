from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from grader import report
from grader.anonymous import anonymize
from grader.errors import GraderError
from grader.roster import Person, import_roster

from .people import EXPECTED, ODD_NAME
from .tiny import MAX_SCORE, FakeExecutor, TinyCourse

TASKS = ["add-check", "add-hidden", "share-check", "explain"]


@pytest.mark.sandbox
def test_json_holds_every_cell_of_every_student(graded: TinyCourse) -> None:
    found = json.loads(report.as_json(report.rows(graded.course, "sums")))
    assert [row["student"] for row in found] == sorted(EXPECTED)
    for row in found:
        status, scores = EXPECTED[row["student"]]
        expected = {name: float(score or 0) for name, score in scores.items()}
        assert row["status"] == status
        assert list(row["tasks"]) == TASKS
        assert row["tasks"] == expected
        assert (row["score"], row["max_score"]) == (sum(expected.values()), MAX_SCORE)
        assert bool(row["note"]) == (status != "graded")
    waiting = {row["student"] for row in found if row["needs_manual_grade"]}
    assert waiting == {"right", "script", "too_much"}


@pytest.mark.sandbox
def test_csv_and_table_hold_the_same(graded: TinyCourse) -> None:
    rows = report.rows(graded.course, "sums")
    read = list(csv.DictReader(io.StringIO(report.as_csv(rows))))
    assert [row["student"] for row in read] == [row.student for row in rows]
    assert [float(row["score"]) for row in read] == [row.score for row in rows]
    assert [float(row["share-check"]) for row in read] == [
        row.tasks["share-check"] for row in rows
    ]
    table = report.as_table(rows)
    assert len(table.splitlines()) == 2 + len(rows) + 1 + len(TASKS)
    assert ODD_NAME in table and "graded, manual part pending" in table
    assert table.endswith("   4  explain (5)")


FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=x", " =x", "\r=x", "\n=x", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("form", ["csv", "moodle", "canvas"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_csv_cell_is_a_formula(form: str, text: str) -> None:
    row = report.Row("sums", text, -1.5, 2.0, "graded", text, False, {"a": -0.5}, {})
    row = replace(row, full_name=text)
    read = list(csv.reader(io.StringIO(report.FORMATS[form]([row]), newline="")))
    assert len(read) == (3 if form == "canvas" else 2)
    cells = [cell for line in read for cell in line]
    risky = {cell for cell in cells if cell.lstrip()[:1] in report.FORMULA}
    assert risky <= {"-1.5", "-0.5"}  # points stay numbers
    assert "-1.5" in risky and any(cell.startswith("'") for cell in cells)


def test_points_by_hand_and_penalties_count(tiny: TinyCourse) -> None:
    tiny.submit("ann", explain="Because.")
    tiny.grade(executor=FakeExecutor())
    with tiny.course.gradebook() as gradebook:
        found = gradebook.find_submission_notebook("sums", "sums", "ann")
        found.late_submission_penalty = 2
        grade = gradebook.find_grade("explain", "sums", "sums", "ann")
        grade.manual_score, grade.needs_manual_grade = 4, False
        gradebook.db.commit()
    (row,) = report.rows(tiny.course, "sums")
    assert (row.score, row.needs_manual_grade) == (9 + 4 - 2, False)


def test_nothing_graded_and_unknown_sets(tiny: TinyCourse) -> None:
    with pytest.raises(GraderError, match="Nothing is graded yet"):
        report.rows(tiny.course, "sums")
    with pytest.raises(GraderError, match="no problem set 'nope'"):
        report.rows(tiny.course, "nope")


def test_what_moodle_and_canvas_import(tiny: TinyCourse) -> None:
    tiny.submit("4711")
    tiny.path("4712").write_text("no notebook")
    tiny.grade(executor=FakeExecutor())
    rows = report.rows(tiny.course, "sums")
    moodle = list(csv.DictReader(io.StringIO(report.as_moodle(rows))))
    assert [(row["Identifier"], row["Grade"], row["Maximum Grade"]) for row in moodle] == [
        ("Participant 4711", "9", "14"),
        ("Participant 4712", "0", "14"),
    ]
    assert "is not a Jupyter notebook" in moodle[1]["Feedback comments"]
    canvas = list(csv.DictReader(io.StringIO(report.as_canvas(rows))))
    assert [(row["Student"], row["ID"], row["sums"]) for row in canvas] == [
        ("Points Possible", "", "14"),
        ("4711", "4711", "9"),
        ("4712", "4712", "0"),
    ]


def test_canvas_gets_the_rosters_names_and_numbers(tiny: TinyCourse) -> None:
    people = [Person("ada", "Ada", "Lovelace", lms_user_id="4711"), Person("bob", "", "Bob")]
    import_roster(tiny.course, people)
    for student in ("ada", "bob", "cy"):
        tiny.submit(student)
    tiny.grade(executor=FakeExecutor())

    def listed() -> list[tuple[str, str]]:
        text = report.as_canvas(report.rows(tiny.course, "sums"))
        return [(row["Student"], row["ID"]) for row in csv.DictReader(io.StringIO(text))][1:]

    assert listed() == [("Lovelace, Ada", "4711"), ("Bob", "bob"), ("cy", "cy")]
    anonymize(tiny.course)
    assert not {"Lovelace, Ada", "4711", "Bob", "bob", "cy"} & {
        word for pair in listed() for word in pair
    }
