"""What grading leaves beside each autograded notebook, written whole or not at all."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .course import Course

RECORD = "grading.json"
GRADED, STOPPED, UNREADABLE, MISSING = "graded", "stopped", "unreadable", "missing"
FAILED = "failed"
"""Not graded at all, through no fault of the submission; tried again the next time."""


@dataclass(frozen=True)
class Record:
    """How grading one submission went; kept beside the autograded notebook."""

    status: str
    """One of the five above; "stopped" is a run that a crash or a limit cut short."""
    english: str
    korean: str
    seconds: float
    digest: str
    """Hash of the submission and of what it was graded with."""
    means: str = ""
    """How its kernel was started, and what held it within its limits."""


def read_record(course: Course, student: str, name: str) -> Record | None:
    """The record of a graded submission, or None."""
    path = course.path("autograded", student, name) / RECORD
    try:
        return Record(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_result(
    course: Course, student: str, name: str, nb: NotebookNode, record: Record
) -> None:
    """Write an autograded notebook and then its record, the sign that all is written."""
    folder = course.path("autograded", student, name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).unlink(missing_ok=True)
    write_whole(folder / f"{name}.ipynb", nbformat.writes(nb) + "\n")
    write_whole(
        folder / RECORD, json.dumps(asdict(record), ensure_ascii=False, indent=1) + "\n"
    )


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a full disk or a power cut leaves the old one or the new.

    Raises:
        OSError: if it cannot be written; no half file is left.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            if isinstance(content, str):
                # A lone surrogate, which JSON lets in, has no UTF-8; it becomes a "?".
                content = content.encode("utf-8", "replace")
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        error.filename = error.filename or str(path)
        raise
