"""Grade a class: sanitize, run in the sandbox, score, one student's trouble at a time.

Three steps for each submission. nbgrader's preprocessors clean it; a worker process runs it
in a sandbox and returns the executed notebook; this process alone writes the gradebook, with
nbgrader's own scoring.
"""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from . import sandbox
from .course import Course
from .errors import GraderError, NotebookError
from .execute import Run, run_notebook
from .limits import MIB
from .release import quiet_log
from .restore import RestoreCells

RECORD = "grading.json"
GRADED, STOPPED, UNREADABLE, MISSING = "graded", "stopped", "unreadable", "missing"


@dataclass(frozen=True)
class Record:
    """How grading one submission went; kept beside the autograded notebook."""

    status: str
    """"graded", "stopped" (a crash or a limit cut it short), "unreadable" or "missing"."""
    english: str
    korean: str
    seconds: float
    digest: str
    """Hash of the submission and of what it was graded with."""


def read_record(course: Course, student: str, name: str) -> Record | None:
    """The record of a graded submission, or None."""
    path = course.path("autograded", student, name) / RECORD
    try:
        return Record(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def autograde(
    course: Course,
    name: str,
    *,
    students: Sequence[str] = (),
    force: bool = False,
    sandboxed: bool = True,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[str, Record], None] = lambda student, record: None,
) -> dict[str, Record]:
    """Grade all submissions of a problem set, or those of some students.

    Args:
        course: the course folder.
        name: the problem set.
        students: ids to grade; all who handed in, if empty.
        force: grade again what is graded and unchanged.
        sandboxed: False runs strangers' code with your own rights. Think twice.
        workers: worker processes; by default as many as cores and memory allow.
        executor: anything with the `concurrent.futures.Executor` interface, in place of
            worker processes of our own.
        progress: called with each student's id and record as it is written.

    Returns:
        A record for each student, in the order of their ids.

    Raises:
        GraderError: for what concerns the whole class: an unknown set, one that was never
            released, no sandbox, no disk. One student's trouble is in that student's record.
    """
    course.check_problem_set(name)
    everyone = course.students(name)
    unknown = sorted(set(students) - set(everyone))
    if unknown:
        raise GraderError(f"{unknown[0]!r} has handed in nothing for {name!r}.")
    course.check_disk()
    if sandboxed:
        sandbox.bwrap_path()
    key = _grading_key(course, name, sandboxed)
    records: dict[str, Record] = {}
    waiting: dict[str, tuple[NotebookNode, str]] = {}
    for student in students or everyone:
        digest = _digest(key, _submission(course, student, name))
        old = read_record(course, student, name)
        if old is not None and old.digest == digest and not force:
            records[student] = old
            progress(student, old)
            continue
        try:
            waiting[student] = (_sanitize(course, student, name), digest)
        except NotebookError as error:
            status = UNREADABLE if _submission(course, student, name).exists() else MISSING
            records[student] = Record(status, str(error), error.korean, 0.0, digest)
            _record_nothing(course, student, name, records[student])
            progress(student, records[student])
    pool = executor or _processes(
        min(workers or _default_workers(course), max(1, len(waiting)))
    )
    try:
        for student, run in _runs(pool, course, waiting, sandboxed):
            records[student] = _record_run(course, student, name, run, waiting[student][1])
            progress(student, records[student])
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
    return {student: records[student] for student in students or everyone}


def _default_workers(course: Course) -> int:
    import psutil

    by_memory = psutil.virtual_memory().available // course.limits.memory_bytes
    return int(max(1, min(os.cpu_count() or 1, by_memory)))


def _processes(workers: int) -> Executor:
    # A fresh interpreter for each worker: a fork would inherit the gradebook's connection.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _runs(
    pool: Executor,
    course: Course,
    waiting: dict[str, tuple[NotebookNode, str]],
    sandboxed: bool,
) -> Iterator[tuple[str, Run]]:
    """Run all waiting notebooks; give each as soon as it and those before it are done."""
    futures: dict[str, Future[Run]] = {
        student: pool.submit(run_notebook, nbformat.writes(nb), course.limits, sandboxed)
        for student, (nb, _) in waiting.items()
    }
    for student, future in futures.items():
        try:
            yield student, future.result()
        except BrokenProcessPool:
            raise GraderError(
                "A worker process was killed from outside; what is graded is kept. "
                "Run the command again to go on."
            ) from None


def _submission(course: Course, student: str, name: str) -> Path:
    return course.path("submitted", student, name) / f"{name}.ipynb"


def _grading_key(course: Course, name: str, sandboxed: bool) -> str:
    """Hash of everything but the submission that a grade depends on."""
    with course.gradebook() as gradebook:
        try:
            notebook = gradebook.find_notebook(name, name)
        except MissingEntry:
            raise GraderError(
                f"{name!r} was never released in this course: run `grader release {name}` first."
            ) from None
        cells = sorted((cell.name, cell.source) for cell in notebook.source_cells)
        points = sorted((cell.name, cell.max_score) for cell in notebook.grade_cells)
    facts = json.dumps([cells, points, asdict(course.limits), sandboxed])
    return hashlib.sha256(facts.encode()).hexdigest()


def _digest(key: str, submission: Path) -> str:
    digest = hashlib.sha256(key.encode())
    if submission.is_file() and not submission.is_symlink():
        with submission.open("rb") as file:
            while part := file.read(MIB):
                digest.update(part)
    stamp = submission.parent / "timestamp.txt"
    if stamp.is_file():
        digest.update(stamp.read_bytes()[:200])
    return digest.hexdigest()


def read_submission(path: Path, limit: int) -> NotebookNode:
    """Read a handed-in notebook without trusting it.

    Raises:
        NotebookError: if it is missing, no regular file, too large, or no notebook.
    """
    wanted = path.name
    if not path.exists():
        others = sorted(other.name for other in path.parent.glob("*.ipynb"))
        found = f" (found {others[0]})" if others else ""
        raise NotebookError(
            f"No notebook named {wanted} was handed in{found}.",
            f"{wanted} 노트북이 제출되지 않았습니다{found}.",
        )
    if path.is_symlink() or not path.is_file():
        raise NotebookError(
            f"{wanted} is no regular file.", f"{wanted}은 일반 파일이 아닙니다."
        )
    if path.stat().st_size > limit:
        size = f"{limit // MIB} MiB"
        raise NotebookError(
            f"{wanted} is larger than {size}; clear its outputs and hand it in again.",
            f"{wanted} 파일이 {size}보다 큽니다. 출력을 지우고 다시 제출해 주세요.",
        )
    try:
        nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(nb, relax_add_props=True)
    except Exception as error:  # whatever the file makes json, nbformat or jsonschema raise
        reason = str(error).strip().splitlines()[0][:120] if str(error).strip() else ""
        raise NotebookError(
            f"{wanted} is not a Jupyter notebook ({type(error).__name__}: {reason}).",
            f"{wanted} 파일을 Jupyter 노트북으로 읽을 수 없습니다({type(error).__name__}).",
        ) from error
    return nb


def _resources(course: Course, student: str, name: str) -> dict[str, Any]:
    names = {"student": student, "assignment": name, "notebook": name}
    return {"nbgrader": names | {"db_url": course.directory.db_url}}


def _apply(
    steps: Sequence[Any], nb: NotebookNode, resources: dict[str, Any], course: Course
) -> NotebookNode:
    for step in steps:
        tool = step(config=course.config)
        tool.log = quiet_log()
        tool.log.setLevel(logging.ERROR)
        nb, _ = tool.preprocess(nb, resources)
    return nb


def _sanitize(course: Course, student: str, name: str) -> NotebookNode:
    nb = read_submission(_submission(course, student, name), course.limits.submission_bytes)
    steps = (ClearOutput, RestoreCells, OverwriteKernelspec, OverwriteCells, CheckCellMetadata)
    try:
        return _apply(steps, nb, _resources(course, student, name), course)
    except Exception as error:  # a shape of notebook nobody thought of is one student's trouble
        raise NotebookError(
            f"The notebook could not be prepared for grading ({type(error).__name__}: {error}).",
            f"노트북을 채점할 수 있는 상태로 만들지 못했습니다({type(error).__name__}).",
        ) from error


def _open_submission(course: Course, gradebook: Gradebook, student: str, name: str) -> None:
    gradebook.update_or_create_student(student)
    given: dict[str, datetime] = {}
    received = course.directory.get_existing_timestamp(
        str(course.path("submitted", student, name))
    )
    if received:
        given["timestamp"] = received
    gradebook.update_or_create_submission(name, student, **given)


def _record_run(course: Course, student: str, name: str, run: Run, digest: str) -> Record:
    nb = nbformat.reads(run.notebook, as_version=4)
    with course.gradebook() as gradebook:
        _open_submission(course, gradebook, student, name)
    steps = (LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata)
    nb = _apply(steps, nb, _resources(course, student, name), course)
    english, korean = run.trouble or ("", "")
    status = STOPPED if run.trouble else GRADED
    record = Record(status, english, korean, round(run.seconds, 2), digest)
    _write(course, student, name, nb, record)
    return record


def _record_nothing(course: Course, student: str, name: str, record: Record) -> None:
    """Give no points, and a page of feedback that says why, for work that cannot be run."""
    with course.gradebook() as gradebook:
        _open_submission(course, gradebook, student, name)
        for grade in gradebook.find_submission_notebook(name, name, student).grades:
            grade.auto_score = 0
            grade.needs_manual_grade = False
        gradebook.db.commit()
    released = course.path("release", ".", name) / f"{name}.ipynb"
    nb = nbformat.read(released, as_version=4)
    _write(course, student, name, nb, record)


def _write(course: Course, student: str, name: str, nb: NotebookNode, record: Record) -> None:
    folder = course.path("autograded", student, name)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, folder / f"{name}.ipynb")
    # Last, and whole or not at all: the record is the sign that everything else is written.
    part = folder / f"{RECORD}.part"
    part.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(folder / RECORD)
