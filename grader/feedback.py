"""Feedback pages: each task, its points and the message of the check that failed.

One HTML file a student, in nbgrader's layout, that needs nothing else and runs no script. The
source of hidden tests never gets in: their cells show the message alone, and lines of theirs
that a submission printed are blacked out.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from traitlets import default
from traitlets.config import Config

from . import markup
from .course import Course
from .errors import GraderError
from .exchange import address_pages
from .execute import failure
from .hidden import Hidden
from .record import Record, read_record, write_whole
from .result import Result, find_result

MOST_RICH = 200_000
"""Characters of a notebook that are rendered; the rest is shown as plain text."""
HEADING = re.compile(r"^#{1,6} +(\S.*)$", re.MULTILINE)
PICTURE_KINDS = ("image/png", "image/jpeg", "image/svg+xml")


@dataclass(frozen=True)
class Task:
    """One graded cell as the page's table shows it."""

    name: str
    title: str
    """The nearest heading above, or an empty text."""
    score: float
    points: float
    state: str
    """"full", "part", "none" or "pending"."""
    message: Markup
    comment: str


@dataclass(frozen=True)
class Block:
    """One cell as the page shows it."""

    kind: str
    """"markdown" or "code"."""
    body: Markup
    outputs: list[Markup]
    task: Task | None
    hidden: bool
    comment: str


def write_feedback(
    course: Course,
    name: str,
    students: Sequence[str] = (),
    progress: Callable[[str], None] = lambda student: None,
) -> dict[str, Path]:
    """Write the feedback pages of all graded students, or of some.

    Returns:
        The written file of each student.

    Raises:
        GraderError: for an unknown set, or where nothing is graded yet.
    """
    course.check_problem_set(name)
    with course.gradebook() as gradebook:
        graded = sorted(
            submission.student.id
            for submission in gradebook.assignment_submissions(name)
            if course.is_graded(submission.student.id, name)
        )
        if not graded:
            raise GraderError(f"Nothing is graded yet: run `grader autograde {name}` first.")
        missing = sorted(set(students) - set(graded))
        if missing:
            raise GraderError(f"{missing[0]!r} is not graded yet for {name!r}.")
        pages = {
            student: _write_page(course, gradebook, name, student, progress)
            for student in graded
            if not students or student in students
        }
    address_pages(course, name, pages)
    return pages


def _write_page(
    course: Course,
    gradebook: Gradebook,
    name: str,
    student: str,
    progress: Callable[[str], None],
) -> Path:
    graded = course.path("autograded", student, name) / f"{name}.ipynb"
    try:
        nb = nbformat.read(graded, as_version=4)
    except (OSError, ValueError) as error:
        raise GraderError(
            f"{graded} cannot be read: run `grader autograde {name} --force` and try again."
        ) from error
    result = find_result(gradebook, name, student)
    html = page(nb, name, student, result, read_record(course, student, name), course.config)
    path = course.path("feedback", student, name) / f"{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, html)
    progress(student)
    return path


def page(
    nb: NotebookNode,
    name: str,
    student: str,
    result: Result,
    record: Record | None,
    config: Config,
) -> str:
    """The feedback page of one autograded notebook, as HTML."""
    secret = Hidden(result.sources, config)
    blocks: list[Block] = []
    spent = 0
    title = heading = ""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = secret.cut_out(cell.source)
        if cell.cell_type == "markdown" and (found := _headings(cell.source)):
            heading = found[-1]
            title = title or found[0]
        spent += _length(cell)
        blocks.append(_block(cell, heading, result, secret, rich=spent < MOST_RICH))
    return render(
        "feedback",
        name=name,
        title=title or name,
        student=student,
        result=result,
        trouble=_trouble(record),
        tasks=[block.task for block in blocks if block.task],
        blocks=blocks,
    )


def render(template: str, **facts: Any) -> str:
    """Fill in `template`.html, with the shared style sheet and its own, if there is one.

    The page allows no other style, no script and no outside address; everything that is no
    `Markup` is escaped.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader"), autoescape=True, trim_blocks=True
    )
    sheets = dict.fromkeys(("feedback.css", f"{template}.css"))
    style = "\n".join(
        environment.get_template(sheet).render()
        for sheet in sheets
        if sheet in environment.list_templates()
    )
    return environment.get_template(f"{template}.html").render(
        t=markup.pair,
        bilingual=markup.bilingual,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        **facts,
    )


def headings(cells: NotebookNode) -> list[str]:
    """The headings of a Markdown cell, or of all of a notebook's."""
    if "cells" in cells:
        return [
            heading
            for cell in cells.cells
            if cell.cell_type == "markdown"
            for heading in headings(cell)
        ]
    return _headings(cells.source)


def _headings(source: str) -> list[str]:
    # Closing marks are cut off here: as part of the pattern they take time with the square of
    # a line's length.
    return [found.rstrip().rstrip("#").rstrip() for found in HEADING.findall(source)]


def _trouble(record: Record | None) -> Markup:
    return (
        markup.pair(record.english, record.korean) if record and record.english else Markup("")
    )


def _length(cell: NotebookNode) -> int:
    html = [str(output.get("data", {}).get("text/html", "")) for output in _outputs(cell)]
    return len(cell.source) + sum(map(len, html))


def _outputs(cell: NotebookNode) -> list[NotebookNode]:
    return list(cell.get("outputs", []))


def _block(
    cell: NotebookNode, heading: str, result: Result, secret: Hidden, *, rich: bool
) -> Block:
    role = cell.metadata.get("nbgrader", {})
    name = role.get("grade_id", "")
    task = None
    if name in result.points and (role.get("grade") or role.get("task")):
        task = _task(cell, name, heading, result, secret)
    hidden = name in secret.cells and cell.cell_type == "code"
    body, outputs = Markup(""), list[Markup]()
    if hidden:
        pass
    elif cell.cell_type != "code":
        body = markup.markdown(cell) if rich else markup.plain(cell.source)
    else:
        body = markup.code(cell.source) if rich else markup.escaped(cell.source)
        checked = task is not None and not role.get("solution")
        shown = [] if checked else _outputs(cell)
        outputs = [_output(output, secret, rich=rich) for output in shown]
    kind = "code" if cell.cell_type == "code" else "markdown"
    comment = "" if task else result.comments.get(name, "")
    return Block(kind, body, outputs, task, hidden, comment)


def _task(cell: NotebookNode, name: str, heading: str, result: Result, secret: Hidden) -> Task:
    score, points, pending = result.points[name]
    if pending:
        state = "pending"
    elif score >= points:
        state = "full"
    else:
        state = "part" if score > 0 else "none"
    message = secret.black_out("" if state == "full" else failure(cell) or "")
    comment = result.comments.get(name, "")
    return Task(name, heading, score, points, state, markup.bilingual(message), comment)


def _output(output: NotebookNode, secret: Hidden, *, rich: bool) -> Markup:
    if output.output_type == "stream":
        return markup.plain(secret.black_out(output.text))
    if output.output_type == "error":
        return markup.plain(secret.black_out(markup.strip_ansi("\n".join(output.traceback))))
    data: dict[str, Any] = output.get("data", {})
    for kind in PICTURE_KINDS:
        if kind in data:
            content = str(data[kind])
            if kind == "image/svg+xml":
                content = base64.b64encode(content.encode()).decode()
            return markup.picture(kind, content)
    if "text/html" in data and rich:
        return markup.clean(secret.black_out(str(data["text/html"])))
    return markup.plain(secret.black_out(str(data.get("text/plain", ""))))


class FeedbackExporter(Exporter):
    """The same pages for nbgrader's own generate_feedback, and so for its formgrader."""

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Make the page of an autograded notebook that nbgrader has opened."""
        nb, found = super().from_notebook_node(nb, resources, **kwargs)
        names = found["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            result = find_result(gradebook, names["notebook"], names["student"])
        record = None
        return page(nb, names["notebook"], names["student"], result, record, self.config), found
