"""A class is graded: what each student gets."""

from __future__ import annotations

import os

import nbformat
import pytest
from nbformat.v4 import new_output

from grader import pool
from grader.errors import GraderError
from grader.execute import Run
from grader.limits import Limits
from grader.record import FAILED, GRADED

from .people import EXPECTED, FULL, contents
from .tiny import RIGHT, FakeExecutor, TinyCourse, role_of

LONG_FROM_NOW = 2_000_000_000  # in May 2033


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


def test_default_workers_fit_memory() -> None:
    assert pool.default_workers(Limits(memory_bytes=2**60)) == 1
    assert pool.default_workers(Limits(memory_bytes=1)) >= 1
