"""Grade a class: sanitize, run in the sandbox, score, one student's trouble at a time.

Three steps for each submission. nbgrader's preprocessors clean it; a worker process runs it
in a sandbox and returns the executed notebook; this process alone writes the gradebook, with
nbgrader's own scoring.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import CheckCellMetadata, LimitOutput

from . import sandbox, warm
from .course import ISOLATED, Course
from .errors import GraderError, NotebookError, concerns_everyone, one_line
from .execute import Run
from .isolated.names import Plan, make_plan, role
from .isolated.seeds import SEED, course_secret, seed
from .pool import get_ready, run_all
from .record import (
    FAILED,
    GRADED,
    MISSING,
    STOPPED,
    UNREADABLE,
    Record,
    read_record,
    write_result,
)
from .release import quiet_log
from .restore import RestoreCells
from .scoring import SaveAnswers, SaveScores, grading_key
from .steps import (
    OPEN,
    LentAssignLatePenalties,
    LentOverwriteCells,
    LentOverwriteKernelspec,
    one_student,
)
from .submission import (
    digest,
    read_submission,
    receipt_time,
    student_id_problem,
    submission_path,
)

Progress = Callable[[str, Record], None]


def autograde(
    course: Course,
    name: str,
    *,
    students: Sequence[str] = (),
    force: bool = False,
    sandboxed: bool = True,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda student, record: None,
    mode: str | None = None,
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
        mode: "isolated" or "compat"; by default what the course sets.

    Returns:
        A record for each student, in the order of their ids.

    Raises:
        GraderError: for what concerns the whole class: an unknown set, one that was never
            released, no sandbox, no disk. One student's trouble is in that student's record.
    """
    chosen = choose_students(course, name, students)
    course.check_disk()
    if sandboxed:
        sandbox.bwrap_path()
        sandbox.check_hidden([course.folder, course.solutions])
        if executor is None:
            # It imports torch while the submissions are read.
            warm.address_for(*_sources(course, name))
            get_ready()
    with course.gradebook() as gradebook:
        grading = _Grading(course, name, gradebook, sandboxed, mode or course.mode(name))
        options = {"sandboxed": sandboxed, "workers": workers, "executor": executor}
        return _grade(grading, chosen, force, progress, options)


def _grade(
    grading: _Grading,
    chosen: Sequence[str],
    force: bool,
    progress: Progress,
    options: dict[str, Any],
) -> dict[str, Record]:
    records: dict[str, Record] = {}

    def note(student: str, record: Record) -> None:
        records[student] = record
        progress(student, record)

    waiting: dict[str, NotebookNode] = {}
    for student in chosen:
        old = None if force else grading.unchanged(student)
        prepared = old or grading.prepare(student)
        if isinstance(prepared, Record):
            note(student, prepared)
        else:
            waiting[student] = prepared
    texts = {student: grading.text(student, nb) for student, nb in waiting.items()}
    for student, outcome in run_all(
        texts, grading.course.limits, files=grading.files, plan=grading.plan, **options
    ):
        if isinstance(outcome, str):
            note(student, grading.failed(student, outcome))
        else:
            note(student, grading.score(student, outcome))
    return {student: records[student] for student in chosen}


def choose_students(course: Course, name: str, wanted: Sequence[str]) -> list[str]:
    """The wanted students, or all who handed in, each once and in order.

    Raises:
        GraderError: for an unknown set, or a student who has handed in nothing.
    """
    course.check_problem_set(name)
    everyone = course.students(name)
    unknown = sorted(set(wanted) - set(everyone))
    if unknown:
        raise GraderError(f"{unknown[0]!r} has handed in nothing for {name!r}.")
    return sorted(set(wanted)) or everyone


def _sources(course: Course, name: str) -> list[str]:
    """The text of the problem set: the instructor's version and what was released."""
    folders = (course.path(step, ".", name) for step in ("source", "release"))
    paths = [folder / f"{name}.ipynb" for folder in folders]
    return [path.read_text(encoding="utf-8") for path in paths if path.is_file()]


class _Grading:
    """One problem set of one course while it is graded."""

    def __init__(
        self, course: Course, name: str, gradebook: Gradebook, sandboxed: bool, mode: str
    ) -> None:
        self.course, self.name, self.gradebook = course, name, gradebook
        self.released = course.path("release", ".", name) / f"{name}.ipynb"
        if not self.released.is_file():
            raise GraderError(
                f"{name!r} was never released in this course: run `grader release {name}`."
            )
        self.files = {
            path.name: path.read_bytes()
            for path in sorted(self.released.parent.iterdir())
            if path.is_file() and path.suffix != ".ipynb"
        }
        """What was released beside the notebook: data its cells read."""
        self.plan = self._make_plan() if mode == ISOLATED else None
        with one_student(gradebook):
            key = grading_key(gradebook, course, name, sandboxed, self.files)
            self.key = key if self.plan is None else f"{key}|{self.plan!r}"
            submissions = gradebook.assignment_submissions(name)
            self.known = {submission.student.id for submission in submissions}
        self.digests: dict[str, str] = {}

    def _make_plan(self) -> Plan:
        path = self.course.path("source", ".", self.name) / f"{self.name}.ipynb"
        if not path.is_file():
            raise GraderError(
                f"Isolated mode needs the instructor's version {path}: run `grader release "
                f"{self.name}` with DLCOURSE_SOLUTIONS naming the folder of the sources, or "
                "grade with --mode compat."
            )
        released = nbformat.read(self.released, as_version=4)
        self.secret = course_secret(self.course.folder)
        return make_plan(nbformat.read(path, as_version=4), released)

    def text(self, student: str, nb: NotebookNode) -> str:
        """A notebook as a worker gets it: in isolated mode with its seed."""
        if self.plan is not None:
            work = [cell.source for cell in nb.cells if not role(cell).get("locked")]
            nb.metadata[SEED] = seed(self.secret, self.name, student, work)
        return nbformat.writes(nb)

    def unchanged(self, student: str) -> Record | None:
        """The record of a submission that was graded as it is now."""
        path = submission_path(self.course, student, self.name)
        self.digests[student] = digest(self.key, path)
        old = read_record(self.course, student, self.name)
        same = old is not None and old.digest == self.digests[student]
        return old if same and student in self.known else None

    def prepare(self, student: str) -> NotebookNode | Record:
        """A notebook ready to run, or the record of work that cannot be run."""
        path = submission_path(self.course, student, self.name)
        self.digests[student] = digest(self.key, path)
        problem = student_id_problem(student)
        if problem:
            return Record(FAILED, problem, "", 0.0, "")
        try:
            nb = read_submission(path, self.course.limits)
            return self._sanitize(nb, student)
        except NotebookError as error:
            status = UNREADABLE if path.exists() or path.is_symlink() else MISSING
            return self._score_nothing(student, status, error)

    def failed(self, student: str, reason: str) -> Record:
        """The record of a submission that no worker could run; it is not graded."""
        return Record(FAILED, reason, "", 0.0, "")

    def score(self, student: str, run: Run) -> Record:
        """Score an executed notebook the way nbgrader does and write everything down."""
        nb = nbformat.reads(run.notebook, as_version=4)
        resources = self._resources(student)
        try:
            scores = SaveScores
            if self.plan is not None:
                scores, resources["answers"] = SaveAnswers, getattr(run, "answers", {})
            # Its metadata is what `_sanitize` made it and checked.
            steps = (LimitOutput, scores, LentAssignLatePenalties)
            with one_student(self.gradebook):
                self._open_submission(self.gradebook, student)
                nb = self._apply(steps, nb, resources)
        except Exception as error:
            if concerns_everyone(error):
                raise
            return self.failed(student, one_line(f"{type(error).__name__}: {error}"))
        english, korean = run.trouble or ("", "")
        status = STOPPED if run.trouble else GRADED
        seconds = round(run.seconds, 2)
        told = self.digests[student], run.means
        record = Record(status, english, korean, seconds, *told)
        write_result(self.course, student, self.name, nb, record)
        return record

    def _sanitize(self, nb: NotebookNode, student: str) -> NotebookNode:
        steps = (
            RestoreCells,
            LentOverwriteKernelspec,
            LentOverwriteCells,
            CheckCellMetadata,
        )
        try:
            with one_student(self.gradebook):
                return self._apply(steps, nb, self._resources(student))
        except Exception as error:  # a notebook nobody thought of is one student's trouble
            if concerns_everyone(error):
                raise
            kind = type(error).__name__
            raise NotebookError(
                one_line(f"The notebook could not be prepared for grading ({kind}: {error})."),
                f"노트북을 채점할 수 있는 상태로 만들지 못했습니다({kind}).",
            ) from error

    def _resources(self, student: str) -> dict[str, Any]:
        names = {"student": student, "assignment": self.name, "notebook": self.name}
        names["db_url"] = self.course.directory.db_url
        return {"nbgrader": names, OPEN: self.gradebook}

    def _apply(
        self, steps: Sequence[Any], nb: NotebookNode, resources: dict[str, Any]
    ) -> NotebookNode:
        for step in steps:
            tool = step(config=self.course.config)
            tool.log = quiet_log()
            tool.log.setLevel(logging.ERROR)
            nb, _ = tool.preprocess(nb, resources)
        return nb

    def _open_submission(self, gradebook: Gradebook, student: str) -> Any:
        gradebook.update_or_create_student(student)
        received = receipt_time(submission_path(self.course, student, self.name))
        given = {"timestamp": received} if received else {}
        return gradebook.update_or_create_submission(self.name, student, **given)

    def _score_nothing(self, student: str, status: str, error: NotebookError) -> Record:
        """Give no points, and a page of feedback that says why, for work that cannot run."""
        with one_student(self.gradebook) as gradebook:
            self._open_submission(gradebook, student)
            notebook = gradebook.find_submission_notebook(self.name, self.name, student)
            notebook.late_submission_penalty = None
            for grade in notebook.grades:
                grade.auto_score = 0
                grade.needs_manual_grade = False
        record = Record(status, str(error), error.korean, 0.0, self.digests[student])
        nb = nbformat.read(self.released, as_version=4)
        write_result(self.course, student, self.name, nb, record)
        return record
