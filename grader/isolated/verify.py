"""Tell, when a problem set is released, which of its test cells cannot run in isolated mode."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import nbformat

from ..course import Course
from ..errors import one_line
from ..record import write_whole
from . import launch
from .names import make_plan
from .run import run_isolated

CACHE = "isolated_checks.json"
"""Beside the gradebook: what came of the sets that have not changed since."""


def failing_cells(course: Course, name: str, sandboxed: bool = True) -> dict[str, str]:
    """Run the reference solution in isolated mode; why test cells fail there, by grade id.

    A set that has not changed since the last time is not run again.

    Raises:
        GraderError: if there is no sandbox, or a cell of the instructor's fails.
    """
    source = course.path("source", ".", name) / f"{name}.ipynb"
    released = course.path("release", ".", name) / f"{name}.ipynb"
    files = {
        path.name: path.read_bytes()
        for path in sorted(released.parent.iterdir())
        if path.is_file() and path.suffix != ".ipynb"
    }
    key = _key(source, released, files)
    known = _read(course)
    if known.get(name, {}).get("key") == key:
        return dict(known[name]["failing"])
    nb = nbformat.read(source, as_version=4)
    plan = make_plan(nb, nbformat.read(released, as_version=4))
    run = run_isolated(nbformat.writes(nb), course.limits, sandboxed, plan=plan, files=files)
    failing = {}
    for cell, step in plan.tests.items():
        answer = run.answers.get(cell)
        if answer is None:
            failing[cell] = "it was not reached"
        elif answer.points != step.points:
            earned = f"earned {answer.points:g} of {step.points:g} points"
            words = f"{answer.error}: {answer.message}" if answer.error else earned
            failing[cell] = one_line(words)
    known[name] = {"key": key, "failing": failing}
    write_whole(course.folder / CACHE, json.dumps(known, ensure_ascii=False, indent=1) + "\n")
    return failing


def _key(source: Path, released: Path, files: dict[str, bytes]) -> str:
    found = hashlib.sha256(launch.sources(launch.STUDENT + launch.CHECKER).encode())
    for content in (source.read_bytes(), released.read_bytes(), *files.values()):
        found.update(hashlib.sha256(content).digest())
    return found.hexdigest()


def _read(course: Course) -> dict[str, dict]:
    with suppress(OSError, ValueError):
        found = json.loads((course.folder / CACHE).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}
