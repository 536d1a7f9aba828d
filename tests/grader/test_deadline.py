from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from grader import report
from grader.cli import main
from grader.deadline import deadlines, extend, set_deadline
from grader.errors import GraderError
from grader.feedback import write_feedback
from grader.moments import parse_moment

from .tiny import FakeExecutor, TinyCourse

DUE = "2026-03-01 18:00 +0900"


@pytest.fixture
def late(tiny: TinyCourse) -> TinyCourse:
    """Ann in time, bob an hour late, where being late costs everything."""
    with (tiny.folder / "nbgrader_config.py").open("a") as config:
        config.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    for student, hour in (("ann", 8), ("bob", 10)):
        stamp = tiny.submit(student).parent / "timestamp.txt"
        stamp.write_text(f"2026-03-01 {hour:02}:00:00 UTC")
    set_deadline(tiny.course, "sums", DUE)
    tiny.grade(executor=FakeExecutor())
    return tiny


def scores(tiny: TinyCourse) -> dict[str, float]:
    return {row.student: row.score for row in report.rows(tiny.course, "sums")}


def test_an_extension_and_its_end_change_penalties_at_once(late: TinyCourse) -> None:
    assert scores(late) == {"ann": 9, "bob": 0}
    extend(late.course, "sums", ["bob"], "2026-03-01 19:00 +0900")
    assert scores(late) == {"ann": 9, "bob": 9}
    assert [(one.student, one.deadline) for one in deadlines(late.course, "sums")] == [
        ("", "2026-03-01 09:00:00 UTC"),
        ("bob", "2026-03-01 10:00:00 UTC"),
    ]
    assert late.grade(executor=FakeExecutor(), force=True)["bob"].status == "graded"
    assert scores(late) == {"ann": 9, "bob": 9}
    extend(late.course, "sums", ["bob"], "")
    assert scores(late) == {"ann": 9, "bob": 0}


def test_the_deadline_of_the_class_moves_or_goes(late: TinyCourse) -> None:
    set_deadline(late.course, "sums", "2026-02-01 00:00 UTC")
    assert scores(late) == {"ann": 0, "bob": 0}
    extend(late.course, "sums", ["ann"], "2026-03-02 00:00 UTC")
    assert scores(late) == {"ann": 9, "bob": 0}
    set_deadline(late.course, "sums", "")
    assert scores(late) == {"ann": 9, "bob": 9}
    assert [one.deadline for one in deadlines(late.course, "sums")] == [""]


def test_an_extension_before_anything_is_handed_in(late: TinyCourse) -> None:
    with late.course.gradebook() as gradebook:
        gradebook.add_student("zoe")
    extend(late.course, "sums", ["zoe"], "2026-03-05 00:00 UTC")
    assert scores(late) == {"ann": 9, "bob": 0}
    assert set(write_feedback(late.course, "sums")) == {"ann", "bob"}
    (late.submit("zoe").parent / "timestamp.txt").write_text("2026-03-04 00:00:00 UTC")
    late.grade(executor=FakeExecutor())
    assert scores(late)["zoe"] == 9


def test_what_cannot_be_extended(late: TinyCourse) -> None:
    with pytest.raises(GraderError, match="is not after the class's deadline"):
        extend(late.course, "sums", ["bob"], DUE)
    with pytest.raises(GraderError, match=r"no student 'zoe': add them with `grader roster"):
        extend(late.course, "sums", ["ann", "zoe"], "2027-01-01")
    assert len(deadlines(late.course, "sums")) == 1
    with pytest.raises(GraderError, match="'soon' is no time"):
        set_deadline(late.course, "sums", "soon")
    set_deadline(late.course, "sums", "")
    with pytest.raises(GraderError, match="has no deadline to extend"):
        extend(late.course, "sums", ["bob"], "2027-01-01")


@pytest.fixture
def seoul(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock is Seoul's."""
    monkeypatch.setenv("TZ", "KST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_on_the_command_line(late: TinyCourse, seoul: None) -> None:
    def grader(*words: str) -> str:
        result = CliRunner().invoke(main, ["--course", str(late.folder), "deadline", *words])
        return result.stdout if result.exit_code == 0 else f"{result.exit_code} {result.stderr}"

    assert grader("sums") == "sums: 2026-03-01 18:00:00 +0900 (KST)\n"
    assert "bob: 2026-03-02 09:00:00 +0900 (KST)" in grader(
        "sums", "2026-03-02 00:00 UTC", "--student", "bob"
    )
    listed = json.loads(grader("sums", "--json"))
    assert [one["deadline"] for one in listed] == [
        "2026-03-01 09:00:00 UTC",
        "2026-03-02 00:00:00 UTC",
    ]
    shown = listed[0]["local"].partition(" (")[0]
    assert parse_moment(shown) == parse_moment(DUE)
    assert len(json.loads(grader("sums", "--student", "bob", "--remove", "--json"))) == 1
    assert grader("sums", "--student", "bob").startswith("2 Usage")
    assert grader("sums", "2026-03-02", "--remove").startswith("2 Usage")
    assert grader("nope").startswith("1 grader: There is no problem set 'nope'")
