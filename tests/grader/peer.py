"""The same course graded twice: by nbgrader itself, and by `grader` in compat mode."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.tests
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from grader.autograde import autograde
from grader.course import SAMPLE_CLASS, Course, make_gradebook
from grader.record import Record
from grader.release import release

PACKAGED = Path(nbgrader.tests.__file__).parent
ROOMS = ("apps", "preprocessors")
NAME = "ps1"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "peer"
c.CourseDirectory.root = {root!r}
c.ProblemSets.directory = {root!r}
c.ExecutePreprocessor.timeout = c.Execute.timeout = {seconds}
c.Limits.cell_seconds = {seconds}
c.Limits.notebook_seconds = 60
c.Limits.memory_bytes = 1024 * 1024 * 1024
{more}
"""


@dataclass(frozen=True)
class Outcome:
    """All that grading one submission left in a gradebook."""

    grades: dict[str, tuple[float | None, float | None, float, bool]]
    """Automatic and manual points, the score they make and the flag for a manual look."""
    comments: dict[str, tuple[str | None, str | None]]
    score: float
    penalty: float


class Peer:
    """One released notebook in two course folders, and a class that hands in the same."""

    def __init__(
        self, folder: Path, source: Path, *, more: str = "", seconds: int = 4, due: str = ""
    ) -> None:
        self._begin(folder)
        for place in self.folders:
            (place / "source" / NAME).mkdir(parents=True)
            for name in ("autotests.yml", "data.txt", "jupyter.png"):
                beside = source.parent / name
                if beside.exists():
                    shutil.copy(beside, place / "source" / NAME / name)
            if (source.parent / "autotests.yml").exists():
                shutil.copy(source.parent / "autotests.yml", place / "autotests.yml")
            shutil.copy(source, place / "source" / NAME / f"{NAME}.ipynb")
            words = CONFIG.format(root=str(place), seconds=seconds, more=more)
            (place / "nbgrader_config.py").write_text(words)
            course = Course(place)
            make_gradebook(course.directory.db_url)
            if due:
                with course.gradebook() as gradebook:
                    gradebook.update_or_create_assignment(NAME, duedate=due)
            answer = self._api(course).generate_assignment(NAME, force=True)
            if not answer["success"]:
                self.trouble = answer["error"] or answer["log"]

    def _begin(self, folder: Path, name: str = NAME) -> None:
        self.name, self.folders = name, (folder / "theirs", folder / "ours")
        self.students: list[str] = []
        self.finished: dict[str, bool] = {}
        self.records: dict[str, Record] = {}
        self.trouble = ""

    def _api(self, course: Course) -> NbGraderAPI:
        config = Config(course.config)
        api = NbGraderAPI(config=config)
        api.log.setLevel(logging.CRITICAL)
        return api

    def submit(self, student: str, notebook: Path | str, received: str = "") -> None:
        """Hand in a file, or a notebook's JSON, on both sides."""
        self.students.append(student)
        for place in self.folders:
            target = place / "submitted" / student / NAME
            target.mkdir(parents=True)
            if isinstance(notebook, Path):
                shutil.copy(notebook, target / f"{NAME}.ipynb")
            else:
                (target / f"{NAME}.ipynb").write_text(notebook)
            if received:
                (target / "timestamp.txt").write_text(received)

    def released(self) -> Path:
        """The release version that students get."""
        return self.folders[1] / "release" / NAME / f"{NAME}.ipynb"

    def grade(self, **options: Any) -> None:
        """Let both grade everybody."""
        theirs, ours = (Course(place) for place in self.folders)
        api = self._api(theirs)
        for student in self.students:
            answer = api.autograde(self.name, student, force=True, create=True)
            self.finished[student] = bool(answer["success"])
        with ThreadPoolExecutor(1) as executor:
            self.records = autograde(
                ours, self.name, executor=executor, mode="compat", **options
            )

    def outcomes(self, student: str) -> tuple[Outcome | None, Outcome | None]:
        """Theirs, None where it did not finish, and ours."""
        theirs, ours = (_outcome(Course(place), self.name, student) for place in self.folders)
        return theirs if self.finished[student] else None, ours

    def differences(self, students: Sequence[str] = ()) -> dict[str, tuple[Any, Any]]:
        """What differs where nbgrader finished, and where ours has no result at all."""
        found: dict[str, tuple[Any, Any]] = {}
        for student in students or self.students:
            theirs, ours = self.outcomes(student)
            if ours is None or self.records[student].status == "failed":
                found[student] = "a result", self.records[student]
            elif theirs is not None and theirs != ours:
                found[student] = theirs, ours
        return found


class SamplePeer(Peer):
    """Two copies of the sample class, with its problem set released in each."""

    def __init__(self, folder: Path, name: str = "gan") -> None:
        self._begin(folder, name)
        for place in self.folders:
            for step in ("submitted", "source", "release"):
                (place / step).mkdir(parents=True)
            submitted = SAMPLE_CLASS / "submitted"
            for student in sorted(submitted.glob(f"*/{name}")):
                target = place / "submitted" / student.parent.name / name
                shutil.copytree(student, target, symlinks=True)
            config = (SAMPLE_CLASS / "nbgrader_config.py").read_text()
            config += "\nc.CourseDirectory.release_directory = str(here / 'release')"
            # nbgrader's own kernels, as a course without our settings has them.
            config += "\ndel c.Execute.kernel_manager_class\nc.Execute.timeout = 30\n"
            config += "c.ProblemSets.mode = 'compat'\n"
            (place / "nbgrader_config.py").write_text(config)
            release(Course(place), name)
        self.students = Course(self.folders[0]).students(name)


def _outcome(course: Course, name: str, student: str) -> Outcome | None:
    with course.gradebook() as gradebook:
        found = [
            submission
            for submission in gradebook.assignment_submissions(name)
            if submission.student_id == student
        ]
        if not found:
            return None
        (notebook,) = found[0].notebooks
        return Outcome(
            {
                grade.name: (
                    *(grade.auto_score, grade.manual_score, grade.score),
                    bool(grade.needs_manual_grade),
                )
                for grade in notebook.grades
            },
            {
                comment.name: (comment.auto_comment, comment.manual_comment)
                for comment in notebook.comments
            },
            float(notebook.score),
            float(notebook.late_submission_penalty or 0),
        )


def packaged() -> dict[str, Path]:
    """nbgrader's own test notebooks, as `apps/test` and the like."""
    return {
        f"{room}/{path.stem}": path
        for room in ROOMS
        for path in sorted((PACKAGED / room / "files").glob("*.ipynb"))
    }


def grade_ids(path: Path) -> set[str]:
    """The grade ids a packaged notebook names."""
    cells = nbformat.read(path, as_version=nbformat.NO_CONVERT).get("cells", [])
    return {
        cell.metadata["nbgrader"].get("grade_id", "")
        for cell in cells
        if "nbgrader" in cell.metadata
    }
