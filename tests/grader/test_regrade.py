from __future__ import annotations

import json
from concurrent.futures import Executor
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner

from grader import regrade as regrading
from grader import report
from grader.cli import main
from grader.errors import GraderError
from grader.execute import Run
from grader.regrade import regrade
from grader.release import release

from .tiny import SECRET, FakeExecutor, TinyCourse

MENDED = "assert add(*secret_pair) in (42, 43)"


class Judge(FakeExecutor):
    """Every check that holds `word` fails; all others pass."""

    def __init__(self, word: str) -> None:
        super().__init__(lambda notebook: Run(_judged(notebook, word), 0.0, None))


def _judged(notebook: str, word: str) -> str:
    data = json.loads(notebook)
    for cell in data["cells"]:
        if word in "".join(cell["source"]) and cell["cell_type"] == "code":
            wrong = {"ename": "AssertionError", "evalue": "wrong", "traceback": []}
            cell["outputs"] = [{"output_type": "error", **wrong}]
    return json.dumps(data)


@pytest.fixture
def mended(tiny: TinyCourse) -> TinyCourse:
    """A class in which a wrong hidden test failed everybody, and the test is right now."""
    for student in ("ann", "bob"):
        tiny.submit(student, explain="Because.")
    tiny.grade(executor=Judge(SECRET))
    with tiny.course.gradebook() as gradebook:
        grade = gradebook.find_grade("explain", "sums", "sums", "ann")
        grade.manual_score, grade.needs_manual_grade = 4, False
        gradebook.find_comment("explain", "sums", "sums", "ann").manual_comment = "Good."
        gradebook.db.commit()
    source = tiny.solutions / "sums" / "sums.md"
    source.write_text(source.read_text().replace(SECRET, MENDED))
    release(tiny.course, "sums")
    return tiny


def tasks(tiny: TinyCourse) -> dict[str, dict[str, float]]:
    return {row.student: row.tasks for row in report.rows(tiny.course, "sums")}


def run(tiny: TinyCourse, executor: Executor, *names: str) -> Any:
    return regrade(tiny.course, "sums", names, executor=executor)


def test_only_the_named_task_changes(mended: TinyCourse) -> None:
    before = tasks(mended)
    assert before["ann"] == {"add-check": 2, "add-hidden": 0, "share-check": 4, "explain": 4}
    # This time everything else fails, which must not count.
    records, changes = run(mended, Judge("right = 0"), "add-hidden")
    assert set(records) == {"ann", "bob"}
    assert [(one.student, one.before, one.after) for one in changes] == [
        ("ann", 0, 3),
        ("bob", 0, 3),
    ]
    expected = {student: {**points, "add-hidden": 3} for student, points in before.items()}
    assert tasks(mended) == expected
    with mended.course.gradebook() as gradebook:
        grade = gradebook.find_grade("explain", "sums", "sums", "ann")
        assert not grade.needs_manual_grade
        comment = gradebook.find_comment("explain", "sums", "sums", "ann")
        assert comment.manual_comment == "Good."
    assert not list(mended.folder.glob(".regrade-*"))


def test_a_crash_on_the_way_costs_nothing(mended: TinyCourse) -> None:
    before = tasks(mended)

    def stop(student: str, record: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        regrade(
            mended.course,
            "sums",
            ["add-hidden"],
            executor=Judge("right = 0"),
            progress=stop,
        )
    with pytest.raises(GraderError, match="Regrading add-hidden was cut short: run that again"):
        run(mended, Judge("right = 0"), "add-check")
    run(mended, Judge("right = 0"), "add-hidden")
    assert tasks(mended) == {
        student: {**points, "add-hidden": 3} for student, points in before.items()
    }


def test_who_cannot_be_graded_keeps_their_points(mended: TinyCourse) -> None:
    before = tasks(mended)

    def broken(notebook: str) -> Run:
        raise GraderError("no kernel")

    records, changes = run(mended, FakeExecutor(broken), "add-hidden")
    assert {record.status for record in records.values()} == {"failed"}
    assert changes == [] and tasks(mended) == before


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("nope", r"no task 'nope' in 'sums'; there are: add-check, add-hidden, share-check\.$"),
        ("explain", r"A person grades 'explain', .*: use `grader serve`"),
    ],
)
def test_a_task_that_cannot_be_run_again(mended: TinyCourse, task: str, words: str) -> None:
    before = tasks(mended)
    with pytest.raises(GraderError, match=words):
        run(mended, FakeExecutor(), "add-hidden", task)
    assert tasks(mended) == before


def test_a_mended_source_that_was_not_released_is_told(mended: TinyCourse) -> None:
    source = mended.solutions / "sums" / "sums.md"
    source.write_text(source.read_text().replace(MENDED, f"{MENDED}  # really"))
    with pytest.raises(GraderError, match="run `grader release sums` first"):
        run(mended, FakeExecutor(), "add-hidden")
    release(mended.course, "sums")
    assert len(run(mended, FakeExecutor(), "add-hidden")[1]) == 2


def test_points_by_hand_stay_and_are_told(
    mended: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mended.course.gradebook() as gradebook:
        gradebook.find_grade("add-hidden", "sums", "sums", "bob").manual_score = 1
        gradebook.db.commit()
    ours = partial(regrading.regrade, executor=FakeExecutor())
    monkeypatch.setattr(
        regrading, "regrade", lambda *words, workers, **more: ours(*words, **more)
    )
    command = ["--course", str(mended.folder), "regrade", "sums", "add-hidden"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "ann: 0 -> 3",
        "sums: 1 of 2 students have other points now.",
        "Points that were set by hand stay: bob.",
        "`grader feedback sums` writes the pages of feedback anew.",
    ]


def test_nothing_is_graded(tiny: TinyCourse) -> None:
    with pytest.raises(GraderError, match="Nothing is graded yet"):
        run(tiny, FakeExecutor(), "add-check")
