"""From a problem set's MyST source to the notebook students get.

`solutions/<set>/<set>.md` becomes a plain notebook in the course's source folder, and
nbgrader's own generate_assignment makes the release version from it.
"""

from __future__ import annotations

import copy
import hashlib
import logging
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from .course import Course, make_gradebook
from .errors import GraderError
from .plain import plain_markdown

SOLUTION_ONLY = "solution-only"
# What must never reach a student; nbgrader removes all of it, and this looks again.
SECRETS = re.compile(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")


class DropSolutionOnly(NbGraderPreprocessor):
    """Removes the cells tagged `solution-only` from the release version."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Keep every cell without the tag."""
        nb.cells = [cell for cell in nb.cells if SOLUTION_ONLY not in tags(cell)]
        return nb, resources


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", []))


def read_source(path: Path) -> NotebookNode:
    """Read a MyST text notebook, nbgrader's cell metadata included.

    Raises:
        GraderError: if the file is missing or no MyST text notebook.
    """
    try:
        return jupytext.read(path, fmt="md:myst")
    except FileNotFoundError:
        raise GraderError(f"{path} does not exist.") from None
    except Exception as error:  # jupytext lets every parser's own error through
        raise GraderError(f"{path} is no MyST text notebook: {error}") from error


def plain_notebook(source: Path, book_url: str = "") -> NotebookNode:
    """The notebook of a MyST source, with Markdown every notebook editor renders.

    Cell ids are made from what a cell is called or says, so that the same source always
    gives the same bytes.
    """
    nb = read_source(source)
    nb.metadata = NotebookNode(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    numbers: dict[str, int] = {}
    used: set[str] = set()
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = plain_markdown(cell.source, _linker(book_url), numbers)
        cell.id = _cell_id(cell, used)
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def _linker(book_url: str) -> Any:
    def link(document: str) -> str:
        name = document.strip("/")
        if book_url:
            return f"{book_url.rstrip('/')}/{name}.html"
        # Without a published site the chapter's own source is the place: it lies in the
        # same checkout and every host of repositories renders it.
        return f"../../book/{name}.md"

    return link


def _cell_id(cell: NotebookNode, used: set[str]) -> str:
    named = cell.metadata.get("nbgrader", {}).get("grade_id")
    base = named or hashlib.sha256(cell.source.encode()).hexdigest()[:12]
    found, count = base, 1
    while found in used:
        count += 1
        found = f"{base}-{count}"
    used.add(found)
    return found


def release(course: Course, name: str) -> Path:
    """Generate the release version of a problem set into the course's release folder.

    Returns:
        The folder of the release version.

    Raises:
        GraderError: for an unknown set, a source that is missing or that nbgrader refuses, or
            a leaked answer. The course is then left as it was.
    """
    course.check_problem_set(name)
    course.check_sources(name)
    # Within the course: nbgrader finds sources only below its root.
    with tempfile.TemporaryDirectory(prefix=".release-", dir=course.directory.root) as folder:
        config = copy.deepcopy(course.config)
        for step in ("source", "release"):
            config.CourseDirectory[f"{step}_directory"] = f"{Path(folder).name}/{step}"
        # nbgrader notes cells in the gradebook before it has seen all of them: what it would
        # refuse is found with a gradebook that nobody needs.
        trial = copy.deepcopy(config)
        trial.CourseDirectory.db_url = f"sqlite:///{folder}/gradebook.db"
        _generate(course, trial, name)
        made = _generate(course, config, name)
        _update(course.path("source", ".", name), made.source)
        released = course.path("release", ".", name).resolve()
        _update(released, made.release)
        for file in _files(released) - _files(made.release):
            (released / file).unlink()
    return released


def _update(folder: Path, fresh: Path) -> None:
    """Copy what is new or different; a file that is the same keeps its time."""
    for file in sorted(_files(fresh)):
        if _bytes(fresh / file) != _bytes(folder / file):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(fresh / file, folder / file)


def drift(course: Course, name: str) -> list[str]:
    """Names of release files that differ from what a fresh generation gives.

    Raises:
        GraderError: as for `release`.
    """
    course.check_problem_set(name)
    course.check_sources(name)
    with tempfile.TemporaryDirectory() as folder:
        config = copy.deepcopy(course.config)
        config.CourseDirectory = Config({"root": folder})
        fresh = _generate(course, config, name).release
        committed = course.path("release", ".", name)
        return sorted(
            file
            for file in {*_files(fresh), *_files(committed)}
            if _bytes(fresh / file) != _bytes(committed / file)
        )


def _files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


class _Made(NamedTuple):
    """Folders with both versions of one problem set."""

    source: Path
    release: Path


def _generate(course: Course, config: Config, name: str) -> _Made:
    """Write both versions where `config` says, and the cells into its gradebook."""
    directory = CourseDirectory(config=config)
    source = course.solutions / name / f"{name}.md"
    notebook = plain_notebook(source, config.ProblemSets.get("book_url", ""))
    _check_cells(notebook, source)
    target = Path(directory.format_path(directory.source_directory, ".", name))
    target.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target / f"{name}.ipynb")
    for extra in source.parent.iterdir():
        if extra.is_file() and extra.suffix not in (".md", ".ipynb"):
            shutil.copy2(extra, target / extra.name)
    # What is wrong with it is said here, before nbgrader wraps it in words of its own.
    make_gradebook(directory.db_url)
    directory.assignment_id = name
    generator = GenerateAssignment(coursedir=directory, config=config)
    generator.force = True
    generator.log = quiet_log()
    try:
        generator.start()
    except NbGraderException as error:
        raise GraderError(
            f"nbgrader could not release {name!r}: {last_problem(generator.log) or error}"
        ) from error
    folder = Path(directory.format_path(directory.release_directory, ".", name)).resolve()
    _check_no_secrets(folder)
    return _Made(target, folder)


def _check_cells(notebook: NotebookNode, source: Path) -> None:
    seen: set[str] = set()
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in seen:
            raise GraderError(f"{source}: two cells have the grade_id {grade_id!r}.")
        if grade_id:
            seen.add(grade_id)


def _check_no_secrets(folder: Path) -> None:
    for path in folder.glob("*.ipynb"):
        nb = nbformat.read(path, as_version=4)
        for number, cell in enumerate(nb.cells, 1):
            if SECRETS.search(cell.source) or SOLUTION_ONLY in tags(cell):
                raise GraderError(
                    f"{path}: cell {number} still holds an answer or hidden test."
                )


class _Problems(logging.Handler):
    """Keeps the errors nbgrader logs, so that one clear line can be made of them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [line for line in record.getMessage().splitlines() if line.strip()]


def quiet_log() -> logging.Logger:
    """A logger that keeps errors and prints nothing."""
    log = logging.Logger("grader.nbgrader")
    log.addHandler(_Problems())
    return log


def last_problem(log: logging.Logger) -> str:
    """The last exception line nbgrader logged, if any."""
    lines = [
        line
        for handler in log.handlers
        if isinstance(handler, _Problems)
        for line in handler.lines
    ]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception)\b", line)]
    return (named or lines or [""])[-1]
