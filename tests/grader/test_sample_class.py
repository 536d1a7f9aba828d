"""The sample class, graded in the sandbox: eight students, each cell as expected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.autograde import autograde
from grader.course import SAMPLE_CLASS, Course
from grader.record import Record
from grader.release import release
from grader.report import Row, rows
from tests.problem_sets.sheet import needs_sources
from tests.tools.make_students import STUDENTS, submissions

from .people import contents

pytestmark = [pytest.mark.sandbox, needs_sources]

ALL = {
    "losses_discriminator-values": 6,
    "losses_discriminator-stable": 4,
    "losses_generator-values": 6,
    "losses_generator-stable": 4,
    "saturation_gradients-values": 8,
    "saturation_verdict-answers": 7,
    "discriminator_step-update": 10,
    "discriminator_step-generator": 5,
    "discriminator_step-optimizer": 5,
    "generator_step-update": 7,
    "generator_step-discriminator": 4,
    "generator_step-optimizer": 4,
    "train-batches": 6,
    "train-latents": 4,
    "train-history": 4,
    "train-fit": 6,
    "equilibrium": 0,  # graded by hand
}
NONE = dict.fromkeys(ALL, 0)


def _without(*parts: str) -> dict[str, int]:
    """All points but those of the cells whose id begins with one of the parts."""
    return {cell: 0 if cell.startswith(parts) else points for cell, points in ALL.items()}


EXPECTED = {
    "chen-wei": ("graded", _without("saturation_verdict")),
    "choi-seoyeon": ("unreadable", NONE),
    "garcia-lucia": ("graded", _without("discriminator_step-generator")),
    "kim-minji": ("graded", ALL),
    "nguyen-an": ("stopped", _without("train")),
    "okafor-chidi": ("graded", _without("generator_step")),
    "park-jiho": ("graded", NONE),
    "schmidt-lena": ("graded", _without("losses_discriminator-stable")),
}


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Course, dict[str, Record]]]:
    """A copy of the sample class, released to and graded."""
    # The same place below the repository's root, since the configuration counts from there.
    folder = tmp_path_factory.mktemp("sample") / "grader" / "sample_class"
    folder.mkdir(parents=True)
    shutil.copy(SAMPLE_CLASS / "nbgrader_config.py", folder)
    shutil.copytree(SAMPLE_CLASS / "submitted", folder / "submitted")
    course = Course(folder)
    release(course, "gan")
    yield course, autograde(course, "gan")


@pytest.fixture(scope="module")
def results(graded: tuple[Course, dict[str, Record]]) -> dict[str, Row]:
    return {row.student: row for row in rows(graded[0], "gan")}


def test_committed_submissions_are_what_the_script_writes() -> None:
    folder = SAMPLE_CLASS / "submitted"
    committed = {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name == "gan"
    }
    written = submissions()
    assert sorted(committed) == sorted(written)
    differing = [name for name in written if committed[name] != written[name]]
    assert differing == [], "run `python -m tests.tools.make_students`"
    assert set(STUDENTS) == set(EXPECTED)


def test_everybody_has_a_result(graded: tuple[Course, dict[str, Record]]) -> None:
    _, records = graded
    assert {student: record.status for student, record in records.items()} == {
        student: status for student, (status, _) in EXPECTED.items()
    }


@pytest.mark.parametrize("student", list(EXPECTED))
def test_points_cell_by_cell(results: dict[str, Row], student: str) -> None:
    row, (status, tasks) = results[student], EXPECTED[student]
    assert row.tasks == tasks
    assert row.score == sum(tasks.values())
    assert row.max_score == 100
    assert row.status == status


def test_notes_say_what_went_wrong(results: dict[str, Row]) -> None:
    notes = {student: row.note for student, row in results.items()}
    assert "not a Jupyter notebook" in notes.pop("choi-seoyeon")
    assert "kernel died" in notes.pop("nguyen-an")
    assert set(notes.values()) == {""}


def test_the_manual_question_waits_for_whoever_could_be_run(results: dict[str, Row]) -> None:
    waiting = {student for student, row in results.items() if row.needs_manual_grade}
    assert waiting == set(EXPECTED) - {"choi-seoyeon"}


def test_submissions_are_left_as_they_were(graded: tuple[Course, dict[str, Record]]) -> None:
    folder = Path(graded[0].folder) / "submitted"
    assert contents(folder) == contents(SAMPLE_CLASS / "submitted")
