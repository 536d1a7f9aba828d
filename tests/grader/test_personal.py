from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.anonymous import anonymize, read_codes
from grader.cli import main
from grader.errors import GraderError
from grader.feedback import write_feedback
from grader.personal import delete, export
from grader.roster import Person, import_roster

from .people import contents
from .tiny import SECRET, FakeExecutor, TinyCourse


@pytest.fixture
def pair(tiny: TinyCourse) -> TinyCourse:
    people = [Person("ada", "Ada", "Lovelace", "ada@example.org"), Person("bob", "Bob")]
    import_roster(tiny.course, people)
    for student in ("ada", "bob"):
        tiny.submit(student, explain=f"Because {student} says so.")
    (tiny.path("ada").parent / "link.txt").symlink_to(tiny.folder / "gradebook.db")
    tiny.grade(executor=FakeExecutor())
    write_feedback(tiny.course, "sums")
    return tiny


def packed(archive: Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_one_students_archive_holds_theirs_and_no_secret(
    pair: TinyCourse, tmp_path: Path
) -> None:
    target = tmp_path / "ada.zip"
    names = export(pair.course, "ada", target)
    files = packed(target)
    assert (
        sorted(names)
        == sorted(files)
        == [
            "feedback/ada/sums/sums.html",
            "gradebook.json",
            "submitted/ada/sums/sums.ipynb",
        ]
    )
    facts = json.loads(files["gradebook.json"])
    assert facts["student"]["email"] == "ada@example.org"
    (submission,) = facts["submissions"]
    assert (submission["score"], submission["grades"]["add-check"]["auto_score"]) == (9, 2)
    assert json.loads(facts["grading"]["sums"])["status"] == "graded"
    whole = "".join(files.values())
    assert SECRET not in whole and "bob" not in whole
    with pytest.raises(GraderError, match="is there already"):
        export(pair.course, "ada", target)


def test_deletion_takes_one_student_alone(pair: TinyCourse) -> None:
    before = contents(pair.folder)
    delete(pair.course, "ada")
    after = contents(pair.folder)
    gone = {name.split("/")[1] for name in before.keys() - after.keys()}
    assert gone == {"ada"}
    database = (pair.folder / "gradebook.db").read_bytes()
    assert b"Lovelace" not in database and b"Lovelace" in before["gradebook.db"]
    with pair.course.gradebook() as gradebook:
        assert [student.id for student in gradebook.students] == ["bob"]
        assert len(gradebook.assignment_submissions("sums")) == 1
    with pytest.raises(GraderError, match="holds nothing of a student 'ada'"):
        delete(pair.course, "ada")


@pytest.mark.parametrize("student", ["", ".", "..", "../course", "*", "b*", "sums"])
def test_no_other_name_deletes_anything(pair: TinyCourse, student: str) -> None:
    before = contents(pair.folder)
    with pytest.raises(GraderError, match="holds nothing"):
        delete(pair.course, student)
    assert contents(pair.folder) == before


def test_a_link_in_place_of_a_folder_is_not_followed(pair: TinyCourse, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "sums").mkdir(parents=True)
    (outside / "sums" / "sums.ipynb").write_text("{}")
    (pair.folder / "submitted" / "zoe").symlink_to(outside)
    assert export(pair.course, "zoe", tmp_path / "zoe.zip") == ["gradebook.json"]
    delete(pair.course, "zoe")
    assert (outside / "sums" / "sums.ipynb").exists()
    assert not (pair.folder / "submitted" / "zoe").is_symlink()


def test_both_work_while_the_class_is_anonymous(pair: TinyCourse, tmp_path: Path) -> None:
    anonymize(pair.course)
    export(pair.course, "ada", tmp_path / "ada.zip")
    facts = json.loads(packed(tmp_path / "ada.zip")["gradebook.json"])
    assert (facts["student"]["id"], facts["student"]["last_name"]) == ("ada", "Lovelace")
    delete(pair.course, "ada")
    assert [about["id"] for about in read_codes(pair.course).values()] == ["bob"]


def test_deletion_asks_first(pair: TinyCourse, tmp_path: Path) -> None:
    arguments = ["--course", str(pair.folder), "student"]
    result = CliRunner().invoke(main, [*arguments, "delete", "ada"], input="n\n")
    assert result.exit_code == 1
    assert "Delete ada: 3 folders and the grades of these problem sets: sums?" in result.stderr
    assert "nothing was deleted" in result.stderr and pair.path("ada").exists()
    target = str(tmp_path / "x.zip")
    done = CliRunner().invoke(main, [*arguments, "export", "ada", "--to", target, "--json"])
    assert json.loads(done.stdout)["archive"] == target
    done = CliRunner().invoke(main, [*arguments, "delete", "ada", "--yes", "--json"])
    assert json.loads(done.stdout)["problem_sets"] == ["sums"]
    assert not (pair.folder / "submitted" / "ada").exists()
