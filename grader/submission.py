"""Read what a student handed in, without trusting any of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import dateutil.parser  # type: ignore[import-untyped]
import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from .course import Course
from .errors import NotebookError, one_line
from .limits import MIB, Limits, size_text

TIMESTAMP = "timestamp.txt"
REFUSED = "refused.json"
"""Why the collection took no notebook, for the student to read; it lies in its place."""
OFFSET = re.compile(r"[+-]\d{2}:?\d{2}$")
MOST_HASHED = 256 * MIB
"""What lies behind it in a larger file, which may have holes for ever, is not looked at."""
MOST_REASON = 4000
MARKS = '<>"`\\'
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def submission_path(course: Course, student: str, name: str) -> Path:
    """Where a student's notebook lies, or should."""
    return course.path("submitted", student, name) / f"{name}.ipynb"


def student_id_problem(student: str) -> str:
    """Why a folder's name cannot be a student's id, or an empty text."""
    if not student.isprintable() or len(student) > 100:
        return "the folder's name is no student id: it has unprintable or too many characters"
    if set(student) & set(MARKS):
        # nbgrader's formgrader puts ids into its pages as they are.
        return f"the folder's name is no student id: it has one of {' '.join(MARKS)}"
    return ""


def digest(key: str, path: Path) -> str:
    """Hash of `key` (what grades depend on beside the submission), notebook and receipt."""
    found = hashlib.sha256(key.encode())
    parts = [path, path.parent / TIMESTAMP]
    refused = path.parent / REFUSED
    for part in [*parts, refused] if refused.is_file() else parts:
        found.update(b"|")
        if part.is_file() and not part.is_symlink():
            try:
                with part.open("rb") as file:
                    found.update(str(os.fstat(file.fileno()).st_size).encode())
                    for _ in range(MOST_HASHED // MIB):
                        found.update(file.read(MIB))
            except OSError as error:
                found.update(str(error.errno).encode())
    return found.hexdigest()


def receipt_time(path: Path) -> datetime | None:
    """When a submission was received, in UTC, from the timestamp.txt the collection wrote.

    A file that holds no time gives the time it was last written, so that rubbish in it buys
    nobody a later deadline. None where there is no such file.
    """
    stamp = path.parent / TIMESTAMP
    if not stamp.is_file() or stamp.is_symlink():
        return None
    try:
        with stamp.open(encoding="utf-8") as file:
            text = file.read(200).strip()
        # nbgrader takes "+0900" for 900 seconds; dateutil takes it for nine hours.
        found = parse_utc(dateutil.parser.parse(text) if OFFSET.search(text) else text)
        if isinstance(found, datetime) and found.year > 1970:
            return found
    except (ValueError, OverflowError, TypeError):
        pass
    return datetime.fromtimestamp(stamp.stat().st_mtime, timezone.utc).replace(tzinfo=None)


def read_submission(path: Path, limits: Limits) -> NotebookNode:
    """Read a handed-in notebook and keep only what grading needs of it.

    Sources, cell types, claimed grade ids and pasted pictures stay; outputs and every other
    piece of metadata go, whatever they are.

    Returns:
        A valid notebook in nbformat 4, with cell ids made from positions.

    Raises:
        NotebookError: if it is missing, no regular file, too large, or no notebook.
    """
    _check_file(path, limits.submission_bytes)
    wanted = one_line(path.name, 100)
    try:
        # Some editors on Windows put a byte order mark first.
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        nb = _skeleton(data, limits.cells)
        nbformat.validate(nb)
    except NotebookError:
        raise
    except Exception as error:  # whatever the file makes json, nbformat or jsonschema raise
        reason = one_line(str(error) or "no reason given", 120)
        raise NotebookError(
            f"{wanted} is not a Jupyter notebook ({type(error).__name__}: {reason}).",
            f"{wanted} 파일을 Jupyter 노트북으로 읽을 수 없습니다({type(error).__name__}).",
        ) from error
    return nb


def _check_file(path: Path, most: int) -> None:
    wanted = one_line(path.name, 100)
    if path.is_symlink() or path.parent.is_symlink() or (path.exists() and not path.is_file()):
        raise NotebookError(
            f"{wanted} is no regular file.", f"{wanted} 항목은 일반 파일이 아닙니다."
        )
    if not path.exists():
        if reason := _refusal(path):
            raise reason
        others = sorted(one_line(other.name, 100) for other in path.parent.glob("*.ipynb"))
        found = (
            (f" (found {others[0]})", f"({others[0]} 파일만 있습니다)") if others else ("", "")
        )
        raise NotebookError(
            f"No notebook named {wanted} was handed in{found[0]}.",
            f"{wanted} 노트북이 제출되지 않았습니다{found[1]}.",
        )
    if not os.access(path, os.R_OK):
        raise NotebookError(
            f"{wanted} may not be read.", f"{wanted} 파일을 읽을 권한이 없습니다."
        )
    if path.stat().st_size > most:
        size = size_text(most)
        raise NotebookError(
            f"{wanted} is larger than {size}; clear its outputs and hand it in again.",
            f"{wanted} 파일이 {size}보다 큽니다. 출력을 지우고 다시 제출해 주세요.",
        )


def _refusal(path: Path) -> NotebookError | None:
    """Why the collection found a file of this student and took none."""
    file = path.parent / REFUSED
    if not file.is_file() or file.is_symlink():
        return None
    try:
        # With nbgrader's own collect a student can write it, so nothing in it is believed.
        with file.open(encoding="utf-8") as opened:
            found = json.loads(opened.read(MOST_REASON))
        english, korean = one_line(found["english"], 300), one_line(found["korean"], 300)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    wanted = one_line(path.name, 100)
    return NotebookError(
        f"{wanted} was not taken from what was handed in: {english}.",
        f"제출물에서 {wanted} 파일을 가져오지 못했습니다. {korean}",
    )


def _skeleton(data: Any, most_cells: int) -> NotebookNode:
    """The cells of a parsed notebook file of any nbformat, rebuilt from nothing."""
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise ValueError("the file names no nbformat")
    if data["nbformat"] < 4:
        _drop_outputs(data, most_cells)
        data = nbformat.convert(nbformat.from_dict(data), 4)
    elif data["nbformat"] > 4:
        raise ValueError(f"nbformat {data['nbformat']} is not known yet")
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise ValueError("it has no list of cells")
    if len(cells) > most_cells:
        raise _too_many(len(cells), most_cells)
    nb = nbformat.v4.new_notebook()
    nb.cells = [_cell(cell, f"cell-{number}") for number, cell in enumerate(cells, 1)]
    return nb


def _too_many(count: int, most: int) -> NotebookError:
    return NotebookError(
        f"The notebook has {count} cells; at most {most} are allowed. Delete those that are "
        "not part of your answers and hand it in again.",
        f"노트북에 셀이 {count}개 있습니다. {most}개까지 제출할 수 있으므로 답과 상관없는 셀을 "
        "지우고 다시 제출해 주세요.",
    )


def _drop_outputs(data: dict[str, Any], most_cells: int) -> None:
    """Take out of an old notebook what would keep its conversion busy for hours."""
    sheets = [data, *data.get("worksheets", [])[:2]]
    data["worksheets"] = sheets[1:]
    for sheet in sheets:
        cells = sheet.get("cells", [])
        if len(cells) > most_cells:
            raise _too_many(len(cells), most_cells)
        for cell in cells:
            cell["outputs"] = []


def _cell(data: Any, cell_id: str) -> NotebookNode:
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }[data["cell_type"]]
    source = data["source"]
    if isinstance(source, list):
        source = "".join(source)
    cell = make(_text(source), id=cell_id)
    claimed = data.get("metadata", {})
    claimed = claimed.get("nbgrader", {}) if isinstance(claimed, dict) else {}
    grade_id = claimed.get("grade_id") if isinstance(claimed, dict) else None
    if isinstance(grade_id, str):
        cell.metadata["nbgrader"] = NotebookNode(grade_id=_text(grade_id))
    pictures = _pictures(data.get("attachments"))
    if pictures and cell.cell_type == "markdown":
        cell["attachments"] = pictures
    return cell


def _text(source: str) -> str:
    # A lone surrogate can neither be sent to a kernel nor written to a file.
    return source.encode("utf-8", "replace").decode()


def _pictures(given: Any) -> NotebookNode:
    """The pictures pasted into a Markdown cell: part of an answer a person will read."""
    kept = NotebookNode()
    for name, bundle in given.items() if isinstance(given, dict) else ():
        for kind, content in bundle.items() if isinstance(bundle, dict) else ():
            if kind in PICTURES and isinstance(content, str):
                kept.setdefault(_text(name), NotebookNode())[kind] = _text(content)
    return kept
