"""The problem sets: seconds to grade a reference solution in isolated mode."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from grader import warm
from grader.autograde import autograde
from grader.course import CONFIG_NAME, SAMPLE_CLASS, Course
from grader.record import GRADED
from grader.release import release
from tests.bench.registry import MIN_RUNS, Measurement, benchmark, seconds
from tests.problem_sets.sheet import Sheet, names
from tests.tools.filling import as_text, fill

MOST_SECONDS = 20
STUDENT = "reference"


def reference_course(folder: Path, name: str) -> Course:
    """A course in which one student has handed in the reference solution of a set."""
    config = (SAMPLE_CLASS / CONFIG_NAME).read_text(encoding="utf-8")
    own = [line for line in config.splitlines() if "release_directory" not in line]
    (folder / CONFIG_NAME).write_text("\n".join(own), encoding="utf-8")
    course = Course(folder)
    released = release(course, name) / f"{name}.ipynb"
    nb = nbformat.read(released, as_version=4)
    fill(nb, Sheet(name).answers)
    path = course.path("submitted", STUDENT, name) / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(as_text(nb), encoding="utf-8")
    return course


def grade(course: Course, name: str) -> None:
    """Grade it anew; anything less than all automatic points is an error."""
    records = autograde(course, name, force=True, mode="isolated")
    if records[STUDENT].status != GRADED:
        raise AssertionError(records[STUDENT])
    with course.gradebook() as gradebook:
        earned = gradebook.find_submission(name, STUDENT).score
    expected = sum(Sheet(name).points.values())
    if earned != expected:
        raise AssertionError(f"{name}: the reference earns {earned} of {expected} points")


def measure(name: str, runs: int = MIN_RUNS) -> Measurement:
    """Grade one set's reference several times, after once to warm up."""
    with tempfile.TemporaryDirectory() as folder:
        course = reference_course(Path(folder), name)
        warm.address()
        grade(course, name)
        taken = [seconds(lambda: grade(course, name)) for _ in range(runs)]
    unit = "s to grade the reference solution in isolated mode, median"
    value = statistics.median(taken)
    return Measurement(f"problem_sets.{name}", value, unit, MOST_SECONDS, "lower", taken)


@benchmark("problem_sets")
def references() -> Iterator[Measurement]:
    """Seconds for each set, one after another."""
    for name in names():
        yield measure(name)
