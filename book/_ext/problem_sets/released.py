"""What the released notebook of a problem set says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

HEADING = re.compile(r"^##? (?P<words>.+)$", re.MULTILINE)
TASK = re.compile(
    r"Task (?P<number>\d+): (?P<english>.+?) \((?P<points>\d+) points?\)"
    r" · 문제 \d+: (?P<korean>.+?) \(\d+점\)"
)
MINUTES = re.compile(r"(\d+) to (\d+) minutes")


class ReleaseError(Exception):
    """A released notebook that is missing, or that does not say what its page must show."""


@dataclass(frozen=True)
class Task:
    """One task, with the points of the cells below its heading."""

    number: int
    english: str
    korean: str
    stated: int
    """Points that its heading names."""
    by_machine: float = 0
    by_hand: float = 0

    @property
    def points(self) -> float:
        """All points of the task."""
        return self.by_machine + self.by_hand


@dataclass(frozen=True)
class Released:
    """A released problem set."""

    name: str
    title: str
    """As the notebook's first heading has it, in both languages."""
    notebook: Path
    tasks: tuple[Task, ...]
    minutes: tuple[int, int] | None
    """How long it takes, from and to, as its first cell says."""

    @property
    def points(self) -> float:
        """All points of the set."""
        return sum(task.points for task in self.tasks)

    @property
    def files(self) -> list[Path]:
        """The notebook, then whatever it needs beside it."""
        others = {path for path in self.notebook.parent.iterdir() if path.is_file()}
        return [self.notebook, *sorted(others - {self.notebook})]


def path_of(folder: Path, name: str) -> Path:
    """Where the released notebook of a set lies."""
    return folder / name / f"{name}.ipynb"


def names(folder: Path) -> list[str]:
    """All sets that are released in a folder, in alphabetical order."""
    found = (path.parent.name for path in folder.glob("*/*.ipynb"))
    return sorted({name for name in found if path_of(folder, name).is_file()})


def read_released(folder: Path, name: str) -> Released:
    """Read one set.

    Raises:
        ReleaseError: if there is none, or its headings do not fit the points of its cells.
    """
    path = path_of(folder, name)
    if not path.is_file():
        raise ReleaseError(f"the problem set {name!r} is not released: {path} does not exist")
    try:
        nb = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat lets every parser's own error through
        raise ReleaseError(f"{path} is no notebook ({type(error).__name__})") from error
    tasks = _tasks(nb)
    if not tasks:
        raise ReleaseError(
            f"{path} has no headings like '## Task 1: sums (20 points) · 문제 1: 덧셈 (20점)'"
        )
    for task in tasks:
        if task.points != task.stated:
            raise ReleaseError(
                f"{path}: the heading of task {task.number} names {task.stated} points, its "
                f"cells give {task.points:g}"
            )
    return Released(name, _title(nb), path, tuple(tasks), _minutes(nb))


def _tasks(nb: NotebookNode) -> list[Task]:
    tasks: list[Task] = []
    open_task = False
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for heading in HEADING.finditer(cell.source):
                found = TASK.fullmatch(heading["words"].strip())
                open_task = found is not None
                if found:
                    words = found["english"], found["korean"]
                    tasks.append(Task(int(found["number"]), *words, int(found["points"])))
        if open_task:
            tasks[-1] = _with_points(tasks[-1], cell.metadata.get("nbgrader", {}))
    return tasks


def _with_points(task: Task, role: dict) -> Task:
    points = float(role.get("points", 0))
    if role.get("task") or (role.get("grade") and role.get("solution")):
        return replace(task, by_hand=task.by_hand + points)
    return replace(task, by_machine=task.by_machine + points) if role.get("grade") else task


def _first_text(nb: NotebookNode) -> str:
    return next((cell.source for cell in nb.cells if cell.cell_type == "markdown"), "")


def _title(nb: NotebookNode) -> str:
    found = re.search(r"^# (.+)$", _first_text(nb), re.MULTILINE)
    return found[1] if found else ""


def _minutes(nb: NotebookNode) -> tuple[int, int] | None:
    found = MINUTES.search(_first_text(nb))
    return (int(found[1]), int(found[2])) if found else None
