from __future__ import annotations

import errno
import os
import sqlite3
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output
from sqlalchemy.exc import OperationalError

from grader import pool
from grader.errors import GraderError, in_plain_words
from grader.execute import Run
from grader.limits import Limits
from grader.record import FAILED, GRADED, MISSING, STOPPED, UNREADABLE

from .people import ODD_NAME, contents
from .tiny import RIGHT, FakeExecutor, TinyCourse, role_of

FULL = {"add-check": 2, "add-hidden": 3, "share-check": 4, "explain": 0}
LONG_FROM_NOW = 2_000_000_000  # in May 2033
EXPECTED = {
    "right": (GRADED, {**FULL, "explain": None}),
    "wrong": (GRADED, {**FULL, "add-hidden": 0}),
    "partial": (GRADED, {**FULL, "share-check": 2}),
    "too_much": (GRADED, {**FULL, "share-check": 0}),
    "stubborn": (STOPPED, {**FULL, "share-check": 0}),
    "killed": (STOPPED, {**FULL, "share-check": 0}),
    "loud": (STOPPED, {**FULL, "share-check": 0}),
    "nul": (GRADED, {**FULL, "share-check": 0}),
    "syntax": (GRADED, dict.fromkeys(FULL, 0)),
    "script": (GRADED, {**FULL, "explain": None}),
    ODD_NAME: (GRADED, FULL),
    "deleted": (GRADED, FULL),
    "duplicated": (GRADED, FULL),
    "tampered": (GRADED, {**FULL, "add-hidden": 0}),
    "spy": (GRADED, FULL),
    "julia": (GRADED, FULL),
    "version3": (GRADED, FULL),
    "bom": (GRADED, FULL),
    "empty": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "binary": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "nested": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "big": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "link": (UNREADABLE, dict.fromkeys(FULL, 0)),
    "missing": (MISSING, dict.fromkeys(FULL, 0)),
}


@pytest.mark.sandbox
@pytest.mark.parametrize("student", EXPECTED)
def test_each_student_gets_a_result(graded: TinyCourse, student: str) -> None:
    status, scores = EXPECTED[student]
    assert graded.records[student].status == status
    assert graded.scores(student) == scores


@pytest.mark.sandbox
def test_everybody_is_graded_and_nothing_handed_in_is_changed(graded: TinyCourse) -> None:
    assert set(graded.records) == set(EXPECTED)
    assert contents(graded.folder / "submitted") == graded.before


@pytest.mark.sandbox
def test_trouble_is_told_in_both_languages(graded: TinyCourse) -> None:
    for student, (status, _) in EXPECTED.items():
        record = graded.records[student]
        assert bool(record.english) == bool(record.korean) == (status != GRADED)
        assert "\n" not in record.english


@pytest.mark.sandbox
def test_what_nbgrader_cannot_score_waits_for_a_person(graded: TinyCourse) -> None:
    with graded.course.gradebook() as gradebook:
        found = gradebook.find_submission_notebook("sums", "sums", "too_much")
        waiting = [grade.name for grade in found.grades if grade.needs_manual_grade]
    assert waiting == ["share-check"]


@pytest.mark.sandbox
def test_cells_that_did_not_run_say_why(graded: TinyCourse) -> None:
    check = role_of(graded.graded("killed"), "share-check")
    assert [output.ename for output in check.outputs] == ["CellNotRun"]


@pytest.mark.sandbox
def test_grading_again_gives_the_same_bytes(tiny: TinyCourse) -> None:
    tiny.submit(
        "ann",
        add="import random, numpy as np\ndef add(a, b):\n    return a + b\n"
        "print(random.random(), np.random.rand(), {'a', 'b', 'c', 'd'})",
    )
    path = tiny.folder / "autograded" / "ann" / "sums" / "sums.ipynb"
    tiny.grade()
    first = path.read_bytes()
    tiny.grade(force=True)
    assert path.read_bytes() == first


@pytest.mark.sandbox
@pytest.mark.parametrize("sandboxed", [True, False])
def test_released_data_is_there_and_other_files_are_not(
    tiny: TinyCourse, sandboxed: bool
) -> None:
    (tiny.folder / "release" / "sums" / "numbers.csv").write_text("1,2\n")
    answer = "import os\nprint(open('numbers.csv').read(), sorted(os.listdir()))\n"
    path = tiny.submit("ann", add=f"{answer}{RIGHT['add']}")
    path.with_name("helper.py").write_text("x = 1")
    tiny.grade(sandboxed=sandboxed)
    assert tiny.scores("ann") == FULL
    printed = role_of(tiny.graded("ann"), "add").outputs[0].text
    assert "1,2" in printed and "helper.py" not in printed


@pytest.mark.sandbox
def test_worker_processes_give_what_threads_give(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    tiny.submit("bob", add="def add(a, b):\n    return 3")
    tiny.grade(executor=None, workers=2)
    assert tiny.scores("ann") == FULL
    assert tiny.scores("bob") == {**FULL, "add-hidden": 0}


def test_what_is_graded_and_unchanged_is_skipped(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    tiny.submit("bob")
    fake = FakeExecutor()
    tiny.grade(executor=fake)
    tiny.grade(executor=fake)
    assert len(fake.notebooks) == 2
    tiny.submit("bob", add="def add(a, b):\n    return 3")
    tiny.grade(executor=fake)
    assert len(fake.notebooks) == 3
    tiny.grade(executor=fake, force=True)
    assert len(fake.notebooks) == 5


def test_a_gradebook_that_was_put_away_is_filled_again(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    tiny.grade(executor=FakeExecutor())
    (tiny.folder / "gradebook.db").unlink()
    with pytest.raises(GraderError, match="never released"):
        tiny.grade(executor=FakeExecutor())
    from grader.release import release

    release(tiny.course, "sums")
    tiny.grade(executor=FakeExecutor())
    assert tiny.scores("ann")["add-check"] == 2


def test_one_students_lost_run_is_tried_again_later(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    tiny.submit("bob", add="def add(a, b):\n    return 'bob'")

    def outcome(notebook: str) -> Run:
        if "'bob'" in notebook:
            raise RuntimeError("no luck")
        return Run(notebook, 0.0, None)

    records = tiny.grade(executor=FakeExecutor(outcome))
    assert (records["ann"].status, records["bob"].status) == (GRADED, FAILED)
    assert "no luck" in records["bob"].english
    assert tiny.grade(executor=FakeExecutor())["bob"].status == GRADED


def test_a_full_disk_stops_the_class_and_keeps_what_was_graded(
    tiny: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("ann", "bob", "cem"):
        tiny.submit(student)
    real, written = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(target)
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(OSError, match="No space") as caught:
            tiny.grade(executor=FakeExecutor())
    assert "disk is full" in (in_plain_words(caught.value) or "")
    assert not list(tiny.folder.rglob("*.part"))
    fake = FakeExecutor()
    records = tiny.grade(executor=fake)
    assert len(fake.notebooks) == 2
    assert {record.status for record in records.values()} == {GRADED}


def test_too_little_room_is_seen_before_anything_is_written(
    tiny: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.submit("ann")
    monkeypatch.setattr("grader.course.LEAST_FREE_BYTES", 2**60)
    with pytest.raises(GraderError, match="MiB are free"):
        tiny.grade(executor=FakeExecutor())
    assert not (tiny.folder / "autograded").exists()


def test_a_locked_gradebook_stops_with_its_own_error(
    tiny: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.submit("ann")
    monkeypatch.setattr(
        tiny.course.directory, "db_url", tiny.course.directory.db_url + "?timeout=0"
    )
    holder = sqlite3.connect(tiny.folder / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(OperationalError) as caught:
            tiny.grade(executor=FakeExecutor())
    finally:
        holder.close()
    words = in_plain_words(caught.value) or ""
    assert "locked" in words and "\n" not in words


def test_late_work_is_penalized_by_the_time_it_was_received(tiny: TinyCourse) -> None:
    tiny.course.config.LateSubmissionPlugin.penalty_method = "zero"
    for student, stamp in {
        "early": "2030-01-01 10:00:00 UTC",
        "late": "2030-03-01 10:00:00 UTC",
        "rubbish": "\udcff not a time",
    }.items():
        path = tiny.submit(student).with_name("timestamp.txt")
        path.write_bytes(stamp.encode("utf-8", "surrogateescape"))
        os.utime(path, (LONG_FROM_NOW, LONG_FROM_NOW))
    with tiny.course.gradebook() as gradebook:
        gradebook.update_or_create_assignment("sums", duedate="2030-02-01 00:00:00")
    tiny.grade(executor=FakeExecutor())
    with tiny.course.gradebook() as gradebook:
        penalty = {
            found.student.id: found.late_submission_penalty
            for found in gradebook.assignment_submissions("sums")
        }
    # A run without any output scores 9 by nbgrader's rule; rubbish counts from its writing.
    assert penalty == {"early": 0, "late": 9, "rubbish": 9}


def test_manual_points_and_comments_survive_grading_again(tiny: TinyCourse) -> None:
    tiny.submit("ann", explain="Because.")
    tiny.grade(executor=FakeExecutor())
    with tiny.course.gradebook() as gradebook:
        gradebook.find_grade("explain", "sums", "sums", "ann").manual_score = 4
        gradebook.find_comment("explain", "sums", "sums", "ann").manual_comment = "Fine."
        gradebook.db.commit()
    tiny.grade(executor=FakeExecutor(), force=True)
    with tiny.course.gradebook() as gradebook:
        grade = gradebook.find_grade("explain", "sums", "sums", "ann")
        comment = gradebook.find_comment("explain", "sums", "sums", "ann")
        assert (grade.score, grade.needs_manual_grade) == (4, True)
        assert comment.comment == "Fine."


@pytest.mark.parametrize(
    ("output", "points"),
    [
        (new_output("error", ename="E", evalue="", traceback=[]), 0),
        (new_output("stream", name="stderr", text="warning"), 0),
        (new_output("stream", name="stdout", text="hello"), 4),
        (new_output("execute_result", data={"text/plain": "1.5"}), 1.5),
        (new_output("execute_result", data={"text/plain": "True"}), 4),
        (new_output("execute_result", data={"text/plain": "4.5"}), 0),
        (new_output("execute_result", data={"text/html": "1.5"}), 0),
        (new_output("display_data", data={"text/plain": "1.5"}), 4),
    ],
)
def test_points_follow_nbgraders_rule(
    tiny: TinyCourse, output: nbformat.NotebookNode, points: float
) -> None:
    def outcome(notebook: str) -> Run:
        nb = nbformat.reads(notebook, as_version=4)
        role_of(nb, "share-check").outputs = [output]
        return Run(nbformat.writes(nb), 0.0, None)

    tiny.submit("ann")
    tiny.grade(executor=FakeExecutor(outcome))
    assert tiny.scores("ann")["share-check"] == points


def test_a_folder_whose_name_is_no_id_is_told_and_the_rest_graded(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    tiny.submit("line\nbreak")
    tiny.submit(".hidden")
    records = tiny.grade(executor=FakeExecutor())
    assert {name: record.status for name, record in records.items()} == {
        "ann": GRADED,
        "line\nbreak": FAILED,
    }


def test_progress_names_each_student_once(tiny: TinyCourse) -> None:
    for student in ("ann", "bob"):
        tiny.submit(student)
    tiny.path("cem").write_text("no notebook")
    seen: list[str] = []
    tiny.grade(executor=FakeExecutor(), progress=lambda student, record: seen.append(student))
    assert sorted(seen) == ["ann", "bob", "cem"]


@pytest.mark.parametrize(
    ("students", "name", "words"),
    [
        ([], "nope", "There is no problem set 'nope'; there are: sums."),
        (["zoe"], "sums", "'zoe' has handed in nothing"),
    ],
)
def test_unknown_sets_and_students(
    tiny: TinyCourse, students: list[str], name: str, words: str
) -> None:
    from grader.autograde import autograde

    tiny.submit("ann")
    with pytest.raises(GraderError, match=words):
        autograde(tiny.course, name, students=students, executor=FakeExecutor())


def test_nobody_handed_in(tiny: TinyCourse) -> None:
    with pytest.raises(GraderError, match="Nobody has handed in 'sums'"):
        tiny.grade(executor=FakeExecutor())


def test_a_lost_worker_costs_only_the_student_it_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Future()
    lost.set_exception(BrokenProcessPool())
    whole = Run("{}", 0.0, None)

    class Pool:
        def __init__(self, workers: int) -> None:
            pass

        def __enter__(self) -> Pool:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def submit(self, function: object, notebook: str, *rest: object) -> Future:
            if notebook == "bad":
                return lost
            done = Future()
            done.set_result(whole)
            return done

    monkeypatch.setattr(pool, "_processes", Pool)
    notebooks = {"ann": "good", "bob": "bad", "cem": "good"}
    outcomes = dict(pool.run_all(notebooks, Limits()))
    assert outcomes["ann"] == outcomes["cem"] == whole
    assert "killed from outside" in str(outcomes["bob"])


def test_default_workers_fit_memory() -> None:
    assert pool.default_workers(Limits(memory_bytes=2**60)) == 1
    assert pool.default_workers(Limits(memory_bytes=1)) >= 1
