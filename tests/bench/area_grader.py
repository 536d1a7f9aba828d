"""The grader: submissions a minute, how soon a sandboxed kernel runs, long batches."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grader import report, warm
from grader.autograde import autograde
from grader.course import Course
from grader.kernel import KernelClient
from grader.limits import Limits
from grader.provisioner import FORKED, SandboxKernelManager
from grader.release import release
from tests.bench.registry import MIN_RUNS, Measurement, alternate, benchmark, ratio, seconds
from tests.grader import tiny
from tests.problem_sets import sheet
from tests.tools.filling import fill

SUBMISSIONS, WORKERS = 24, 2
STARTS = 21
SERIES = (100, 300, 1000)
MOST_GROWTH_MIB = 200
MIB = 1024 * 1024
HONEST_RUNS, HOGS, ROUND = 200, 2, 10
BUSY = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): sum(range(10**6))"
HONEST_CONFIG = """
from pathlib import Path

from grader.settings import configure

c = get_config()
configure(c)
c.CourseDirectory.course_id = "honest"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
"""
PLAIN_CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "tiny"
"""
GRADE = """
import sys
from pathlib import Path
from grader.autograde import autograde
from grader.course import Course
from grader.record import GRADED

def largest():
    # Not ru_maxrss, which a process inherits from the one that started it.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

before = largest()
records = autograde(Course(Path(sys.argv[1])), "sums", workers=int(sys.argv[2]))
assert all(record.status == GRADED for record in records.values()), records
print(before, largest())
"""


@contextmanager
def handed_in(count: int) -> Iterator[Path]:
    """A course with so many right submissions, each of which imports torch."""
    with tempfile.TemporaryDirectory() as folder:
        tiny.make_course(Path(folder))
        course = tiny.TinyCourse(Path(folder))
        answer = (
            "import torch\ndef add(a, b):\n    return int(torch.tensor(a) + torch.tensor(b))"
        )
        for number in range(count):
            course.submit(f"student{number:04}", add=answer)
        yield Path(folder, "course")


def grade(course: Path, workers: int = WORKERS) -> list[int]:
    """Grade in a process of its own; its largest size in KiB, when it began and at the end."""
    done = subprocess.run(
        [sys.executable, "-c", GRADE, str(course), str(workers)],
        check=True,
        capture_output=True,
        text=True,
    )
    return [int(word) for word in done.stdout.split()]


def scores(course: Path) -> dict[str, float]:
    """The score of each submission."""
    with Course(course).gradebook() as gradebook:
        return {
            found.student.id: found.score for found in gradebook.assignment_submissions("sums")
        }


def forget(course: Path) -> None:
    """Make a course one that was never graded."""
    shutil.rmtree(course / "autograded", ignore_errors=True)
    (course / "gradebook.db").unlink()
    release(Course(course), "sums")


def ours(course: Path, found: list[dict[str, float]]) -> float:
    """Submissions a minute with the grader."""
    forget(course)
    taken = seconds(lambda: grade(course))
    found.append(scores(course))
    return 60 * len(found[-1]) / taken


def theirs(course: Path, found: list[dict[str, float]]) -> float:
    """Submissions a minute with `nbgrader autograde`, under a configuration of its own."""
    forget(course)
    config = course / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(PLAIN_CONFIG, encoding="utf-8")
    try:
        command = [sys.executable, "-m", "nbgrader", "autograde", "sums"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        taken = seconds(lambda: subprocess.run(command, check=True, cwd=course, **quiet))
    finally:
        config.write_text(text, encoding="utf-8")
    found.append(scores(course))
    return 60 * len(found[-1]) / taken


def compare(count: int, runs: int) -> Measurement:
    """Grade the same submissions both ways, in turn."""
    found: list[dict[str, float]] = []
    with handed_in(count) as course:
        tasks = (lambda: ours(course, found), lambda: theirs(course, found))
        our, their = alternate(tasks, runs)
    if any(each != found[0] for each in found):
        raise AssertionError(f"scores differ: {found}")
    peer = (
        f"nbgrader {version('nbgrader')} autograde, submissions a minute "
        f"({count} submissions importing torch, {WORKERS} workers)"
    )
    return ratio("grader.throughput", our, their, peer=peer, target=10)


@benchmark("grader", long=True)
def throughput() -> Iterator[Measurement]:
    """Submissions a minute against nbgrader's own command."""
    yield compare(SUBMISSIONS, MIN_RUNS)


async def start_once(address: str) -> float:
    """Seconds from asking for a kernel until its first cell has run."""
    nb = new_notebook(cells=[new_code_cell("import torch\nprint(torch.ones(1))")])
    limits = Limits()
    manager = SandboxKernelManager(limits=limits, forks=address)
    client = KernelClient(nb, manager, limits)
    ended = []

    async def run_cell(cell: NotebookNode, index: int) -> None:
        await client.run_cell(cell, index)
        ended.append(time.perf_counter())

    begun = time.perf_counter()
    trouble = await client.run_all(run_cell)
    if trouble is not None:
        raise AssertionError(trouble[0])
    if not client.provisioner.means.startswith(FORKED):
        raise AssertionError(client.provisioner.means)
    if nb.cells[0].outputs[0].text != "tensor([1.])\n":
        raise AssertionError(nbformat.writes(nb))
    return ended[0] - begun


@benchmark("grader")
def warm_start() -> Iterator[Measurement]:
    """How soon the first cell of a sandboxed, forked kernel has run."""
    address = warm.address()
    taken = [asyncio.run(start_once(address)) for _ in range(STARTS + 1)][1:]
    unit = "s until the first cell has run (sandboxed, with torch), median"
    value = statistics.median(taken)
    yield Measurement("grader.warm_start", value, unit, 0.3, "lower", taken)


def series(counts: Sequence[int]) -> Iterator[Measurement]:
    """Grade ever more submissions, and see what grows."""
    growth, each = [], []
    workers = min(WORKERS, os.cpu_count() or 1)
    for count in counts:
        with handed_in(count) as course:
            begun = time.perf_counter()
            before, after = grade(course, workers)
            each.append((time.perf_counter() - begun) / count)
            growth.append((after - before) * 1024 / MIB)
    listed = ", ".join(f"{count:,}" for count in counts)
    unit = f"MiB by which the supervisor grew, largest of {listed} submissions"
    yield Measurement(
        "grader.series.growth", max(growth), unit, MOST_GROWTH_MIB, "lower", growth
    )
    unit = f"× the time a submission takes at {counts[0]} ({listed} submissions)"
    yield Measurement("grader.series.linear", max(each) / each[0], unit, 1.25, "lower", each)


@benchmark("grader", long=True)
def long_batches() -> Iterator[Measurement]:
    """Memory and time of batches of 100, 300 and 1,000 submissions."""
    yield from series(SERIES)


@contextmanager
def load(hogs: int) -> Iterator[None]:
    """Keep so many processes busy meanwhile."""
    busy = [
        # They ask for their parent, which may be killed and end nothing.
        subprocess.Popen([sys.executable, "-c", BUSY, str(os.getpid())], start_new_session=True)
        for _ in range(hogs)
    ]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


def honest_ways(names: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """Every problem set with each way of solving it that must earn all points."""
    return [
        (name, answers)
        for name in names
        for answers in [sheet.Sheet(name).answers, *sheet.right_ways(name).values()]
    ]


def hand_in_honestly(course: Course, name: str, answers: dict[str, str], student: str) -> None:
    """Fill answers into the release version and put it where submissions lie."""
    released = course.path("release", ".", name) / f"{name}.ipynb"
    nb = nbformat.read(released, as_version=4)
    fill(nb, answers)
    folder = course.path("submitted", student, name)
    folder.mkdir(parents=True)
    nbformat.write(nb, folder / f"{name}.ipynb")


def wrongly_failed(course: Course, name: str, students: Sequence[str]) -> int:
    """Grade, and count the cells of honest answers that earn less than all points."""
    records = autograde(course, name, students=students, workers=WORKERS)
    found = {row.student: row.tasks for row in report.rows(course, name)}
    failed = 0
    for student, record in records.items():
        points = sheet.Sheet(name).points
        lost = [cell for cell in points if found.get(student, {}).get(cell) != points[cell]]
        failed += len(lost)
        if lost:
            print(f"{name}, {student}: {lost} {record}", file=sys.stderr)
    return failed


def honest(runs: int, hogs: int) -> Measurement:
    """Grade right answers in random order on a busy machine."""
    names, chance = sheet.names(), random.Random(runs)
    ways = honest_ways(names)
    chance.shuffle(ways)
    chosen = [ways[number % len(ways)] for number in range(runs)]
    chance.shuffle(chosen)
    counts = []
    with tempfile.TemporaryDirectory() as folder, load(hogs):
        Path(folder, "nbgrader_config.py").write_text(HONEST_CONFIG, encoding="utf-8")
        course = Course(Path(folder))
        for name in names:
            release(course, name)
        for start in range(0, runs, ROUND):
            students: dict[str, list[str]] = {}
            for number, (name, answers) in enumerate(chosen[start : start + ROUND], start):
                students.setdefault(name, []).append(f"student{number:04}")
                hand_in_honestly(course, name, answers, students[name][-1])
            counts += [wrongly_failed(course, name, who) for name, who in students.items()]
    unit = f"cells of right answers wrongly failed in {runs} runs ({', '.join(names)}; "
    unit += f"{WORKERS} workers, {hogs} busy processes beside them)"
    return Measurement("grader.honest.wrongly_failed", sum(counts), unit, 0, "lower", counts)


@benchmark("grader", long=True)
def honest_answers() -> Iterator[Measurement]:
    """Right answers of all problem sets, in random order, on a busy machine."""
    yield honest(HONEST_RUNS, HOGS)
