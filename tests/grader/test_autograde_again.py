"""Grading again, and going on after what broke in between."""

from __future__ import annotations

import errno
import sqlite3
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from grader import pool
from grader.errors import GraderError, in_plain_words
from grader.execute import Run
from grader.limits import Limits
from grader.record import FAILED, GRADED

from .tiny import FakeExecutor, TinyCourse


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
