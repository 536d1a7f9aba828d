"""A course folder: nbgrader's layout, configuration and gradebook."""

from __future__ import annotations

import os
import shutil
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from .errors import GraderError
from .limits import MIB, Limits
from .sources import REPOSITORY, SOLUTIONS, solutions_folder

# nbgrader adds submissions in an order that SQLAlchemy remarks upon; nothing is wrong.
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")

CONFIG_NAME = "nbgrader_config.py"
SAMPLE_CLASS = REPOSITORY / "grader" / "sample_class"
COMPAT, ISOLATED = MODES = ("compat", "isolated")
LEAST_FREE_BYTES = 200 * MIB


def find_course(given: str | None = None) -> Path:
    """The course folder: the given one, $GRADER_COURSE, this folder, else the sample class.

    Raises:
        GraderError: if the chosen folder holds no nbgrader_config.py.
    """
    chosen = given or os.environ.get("GRADER_COURSE")
    if chosen is None and Path(CONFIG_NAME).is_file():
        chosen = "."
    folder = Path(chosen).resolve() if chosen else SAMPLE_CLASS
    if not (folder / CONFIG_NAME).is_file():
        raise GraderError(
            f"{folder} is no course folder: it has no {CONFIG_NAME}. "
            "Name one with --course, or copy the one of grader/sample_class."
        )
    return folder


def open_course(given: str | None = None) -> Course:
    """The course in the folder that `find_course` finds."""
    return Course(find_course(given))


def make_gradebook(db_url: str) -> None:
    """Make an empty gradebook where there is none.

    nbgrader would ask the program `alembic` for the version of its tables, which takes
    seconds and needs an activated virtual environment; the library gives the same answer.
    """
    engine = create_engine(db_url)
    try:
        with engine.begin() as connection:
            if not inspect(connection).get_table_names():
                from alembic.script import ScriptDirectory

                head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
                connection.execute(
                    text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
                )
                connection.execute(
                    text("INSERT INTO alembic_version VALUES (:head)"), {"head": head}
                )
    finally:
        engine.dispose()


@dataclass(frozen=True)
class Course:
    """One course folder and what its configuration says."""

    folder: Path

    @cached_property
    def config(self) -> Config:
        """What nbgrader_config.py sets, read the way nbgrader reads it."""
        try:
            config = PyFileConfigLoader(CONFIG_NAME, path=str(self.folder)).load_config()
        except Exception as error:  # the file is Python and can raise anything
            kind = type(error).__name__
            raise GraderError(
                f"{self.folder / CONFIG_NAME} cannot be read ({kind}: {error}); mend it first."
            ) from error
        config.CourseDirectory.setdefault("root", str(self.folder))
        return config

    @cached_property
    def directory(self) -> CourseDirectory:
        """The folder as nbgrader sees it."""
        return CourseDirectory(config=self.config)

    @cached_property
    def limits(self) -> Limits:
        """The limits submissions run under."""
        return Limits.from_config(self.config)

    @property
    def solutions(self) -> Path:
        """Where the problem sets' sources lie: `c.ProblemSets.directory`, if it is set."""
        return Path(self.config.ProblemSets.get("directory", str(solutions_folder())))

    def mode(self, name: str) -> str:
        """How the problem set is graded: `c.ProblemSets.mode`, or `.modes[name]` for one.

        "isolated" keeps hidden tests out of the student's process; "compat", the default of a
        course that says nothing, runs them there, as nbgrader does.

        Raises:
            GraderError: if it is set to anything else.
        """
        settings = self.config.ProblemSets
        found = dict(settings.get("modes", {})).get(name, settings.get("mode", COMPAT))
        if found not in MODES:
            raise GraderError(
                f"The mode of {name!r} is {found!r} in {CONFIG_NAME}; it can be "
                f"{' or '.join(map(repr, MODES))}."
            )
        return str(found)

    def sources(self) -> list[str]:
        """Names of all problem sets that have a source here."""
        return sorted(
            path.stem for path in self.solutions.glob("*/*.md") if path.stem == path.parent.name
        )

    def problem_sets(self) -> list[str]:
        """Names of all problem sets that have a source here or were released."""
        released = self.path("release", ".", "*")
        return sorted(
            {*self.sources()}
            | {
                path.stem
                for path in released.parent.glob("*/*.ipynb")
                if path.stem == path.parent.name
            }
        )

    def check_problem_set(self, name: str) -> None:
        """Raise a GraderError if there is no problem set of this name."""
        known = self.problem_sets()
        if name not in known:
            listed = ", ".join(known) or f"none released and none in {self.solutions}"
            raise GraderError(f"There is no problem set {name!r}; there are: {listed}.")

    def check_sources(self, *problem_sets: str) -> None:
        """Raise a GraderError, with the cure, where a source is missing; all, for no name."""
        known = self.sources()
        missing = sorted(set(problem_sets) - set(known))
        if missing or not known:
            what = f"no source of {missing[0]!r}" if missing else "no source of a problem set"
            raise GraderError(
                f"There is {what} in {self.solutions}: name the folder that holds the sources "
                f"with {SOLUTIONS}, or with c.ProblemSets.directory in {CONFIG_NAME}."
            )

    def path(self, step: str, student: str, problem_set: str) -> Path:
        """A folder of nbgrader's layout; `step` is "source", "release", "submitted", …"""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, problem_set))

    def is_graded(self, student: str, problem_set: str) -> bool:
        """Whether a student's work was graded; an extension alone also has an entry."""
        return (
            self.path("autograded", student, problem_set) / f"{problem_set}.ipynb"
        ).is_file()

    def students(self, problem_set: str) -> list[str]:
        """Ids of all who handed something in for this set, in order.

        Raises:
            GraderError: if nobody has.
        """
        submitted = self.path("submitted", "*", problem_set)
        root = Path(self.directory.root) / self.directory.submitted_directory
        found = sorted(
            entry.name
            for entry in (root.iterdir() if root.is_dir() else [])
            if not entry.name.startswith(".")
            and not entry.is_symlink()
            and (entry / problem_set).is_dir()
        )
        if not found:
            raise GraderError(f"Nobody has handed in {problem_set!r}: {submitted} is empty.")
        return found

    def gradebook(self) -> Gradebook:
        """Open the gradebook, as a context manager; it is made if it is missing."""
        make_gradebook(self.directory.db_url)
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def check_disk(self) -> None:
        """Raise a GraderError while there is too little room to write grades safely."""
        free = shutil.disk_usage(self.folder).free
        if free < LEAST_FREE_BYTES:
            raise GraderError(
                f"Only {free // MIB} MiB are free on the disk of {self.folder}; "
                f"make {LEAST_FREE_BYTES // MIB} MiB free and run the command again. "
                "Nothing was changed."
            )
