from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import report
from grader.anonymous import CODES, anonymize, read_codes, reveal
from grader.cli import main
from grader.collect import collect
from grader.errors import GraderError
from grader.feedback import write_feedback
from grader.roster import Person, import_roster

from .people import contents
from .test_collect import NOTEBOOK, zipped
from .tiny import FakeExecutor, TinyCourse

ADA, BOB = "lovelace-ada", "babbage-bob"


@pytest.fixture
def named(tiny: TinyCourse) -> TinyCourse:
    people = [Person(ADA, "Ada", "Lovelace", "ada@example.org"), Person(BOB, "Bob")]
    import_roster(tiny.course, people)
    tiny.submit(ADA)
    tiny.submit(BOB, explain="Because.")
    tiny.grade(executor=FakeExecutor())
    write_feedback(tiny.course, "sums")
    return tiny


def everything(tiny: TinyCourse) -> str:
    """All that a grader, the formgrader or a report reads."""
    files = contents(tiny.folder)
    shown = {name: data for name, data in files.items() if name not in (CODES, "gradebook.db")}
    with tiny.course.gradebook() as gradebook:
        entries = [student.to_dict() for student in gradebook.students]
        submissions = [found.to_dict() for found in gradebook.assignment_submissions("sums")]
    return repr((shown, entries, submissions))


def test_no_name_is_left_and_all_come_back(named: TinyCourse) -> None:
    before = {row.student: row.score for row in report.rows(named.course, "sums")}
    anonymize(named.course)
    write_feedback(named.course, "sums")
    shown = everything(named)
    for word in (ADA, BOB, "Lovelace", "ada@example.org"):
        assert word not in shown
    codes = read_codes(named.course)
    assert {about["id"] for about in codes.values()} == {ADA, BOB}
    assert all(code in shown for code in codes)
    path = named.folder / CODES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    hidden = {row.student: row.score for row in report.rows(named.course, "sums")}
    assert {codes[code]["id"]: score for code, score in hidden.items()} == before

    reveal(named.course)
    assert not path.exists()
    assert {row.student: row.score for row in report.rows(named.course, "sums")} == before
    with named.course.gradebook() as gradebook:
        ada = gradebook.find_student(ADA)
        assert (ada.first_name, ada.email, len(gradebook.students)) == (
            *("Ada", "ada@example.org"),
            2,
        )


def test_points_given_by_hand_meanwhile_stay(named: TinyCourse) -> None:
    anonymize(named.course)
    (code,) = [code for code, about in read_codes(named.course).items() if about["id"] == BOB]
    with named.course.gradebook() as gradebook:
        grade = gradebook.find_grade("explain", "sums", "sums", code)
        grade.manual_score, grade.needs_manual_grade = 4, False
        gradebook.db.commit()
    # Nothing but the name changed, so nothing is graded again.
    fake = FakeExecutor()
    named.grade(executor=fake)
    assert fake.notebooks == []
    reveal(named.course)
    rows = {row.student: row for row in report.rows(named.course, "sums")}
    assert (rows[BOB].tasks["explain"], rows[BOB].needs_manual_grade) == (4, False)


def test_what_comes_later_joins_its_owner(named: TinyCourse, tmp_path: Path) -> None:
    anonymize(named.course)
    (code,) = [code for code, about in read_codes(named.course).items() if about["id"] == ADA]
    archive = zipped(
        tmp_path / "a.zip",
        {f"{ADA}/sums.ipynb": NOTEBOOK, "new/sums.ipynb": NOTEBOOK},
    )
    assert [one.status for one in collect(named.course, "sums", [archive])] == ["kept", "new"]
    assert not (named.folder / "submitted" / ADA).exists()
    assert anonymize(named.course).students == 1  # the new one
    assert anonymize(named.course).students == 0
    assert not (named.folder / "submitted" / "new").exists()
    # What nbgrader's collect puts there under the id, for a set graded already, is no guess.
    named.submit(ADA)
    with pytest.raises(GraderError, match="are both there: remove the one"):
        anonymize(named.course)
    assert code in {row.student for row in report.rows(named.course, "sums")}


def test_a_roster_waits_and_a_damaged_file_is_told(named: TinyCourse) -> None:
    with pytest.raises(GraderError, match="not anonymous"):
        reveal(named.course)
    anonymize(named.course)
    with pytest.raises(GraderError, match="run `grader reveal` first"):
        import_roster(named.course, [Person("x")])
    (named.folder / CODES).write_text('{"A": {}}')
    with pytest.raises(GraderError, match="is damaged: put back a copy"):
        reveal(named.course)


def test_on_the_command_line(named: TinyCourse) -> None:
    arguments = ["--course", str(named.folder)]
    assert "2 students have codes" in CliRunner().invoke(main, [*arguments, "anonymize"]).stdout
    table = CliRunner().invoke(main, [*arguments, "report", "sums"]).stdout
    assert ADA not in table and all(code in table for code in read_codes(named.course))
    found = json.loads(CliRunner().invoke(main, [*arguments, "reveal", "--json"]).stdout)
    assert found["students"] == 2
