"""Tell what failed, with a link to the place, and what took longest: Markdown on stdout.

It reads the JUnit reports of nbval and pytest, and the seconds of each check, which
`make test` leaves in `_build/reports`. scripts/summarize calls it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from .cells import cells

REPOSITORY = Path(__file__).resolve().parents[2]
REPORTS = REPOSITORY / "_build" / "reports"
SLOWEST = 10
NOTEBOOK = re.compile(r"(?:.*\.)?_build\.notebooks\.(?P<name>.+)\.ipynb$")
CELL = re.compile(r"^Cell (?P<number>\d+)$")
PLACE = re.compile(r"^(?P<path>[\w./-]+\.py):(?P<line>\d+): ", re.MULTILINE)
# Colours; pytest writes the sign they begin with, which XML cannot hold, in words.
ESCAPES = re.compile(r"(\x1b|#x1B)\[[0-9;]*m")


@dataclass(frozen=True)
class Case:
    """A test, or a cell of a notebook.

    Attributes:
        name: what the reader should see.
        seconds: how long it took.
        path: of the file below the repository that a failure points to.
        line: in that file; 0 where it is unknown.
        failure: the first words of what went wrong, or "".
    """

    name: str
    seconds: float
    path: str
    line: int = 0
    failure: str = ""


def read(reports: Path, root: Path = REPOSITORY) -> list[Case]:
    """All tests and cells of the reports in a folder."""
    found = []
    for report in sorted(reports.glob("*.xml")):
        for element in ElementTree.parse(report).iter("testcase"):
            found.append(_case(element, root))
    return found


def _case(element: ElementTree.Element, root: Path) -> Case:
    classname, name = element.get("classname", ""), element.get("name", "")
    seconds = float(element.get("time", 0))
    wrong = next((child for child in element if child.tag in ("failure", "error")), None)
    text = "" if wrong is None else ESCAPES.sub("", wrong.text or wrong.get("message") or "?")
    if (notebook := NOTEBOOK.match(classname)) and (cell := CELL.match(name)):
        path = notebook["name"].replace(".", "/") + ".md"
        line = _line_of_cell(root / path, int(cell["number"]))
        return Case(f"{path}, code cell {int(cell['number']) + 1}", seconds, path, line, text)
    places = list(PLACE.finditer(text))
    path = places[-1]["path"] if places else _module(classname, root)
    line = int(places[-1]["line"]) if places else 0
    return Case(f"{classname}::{name}", seconds, path, line, text)


def _line_of_cell(path: Path, number: int) -> int:
    if not path.is_file():
        return 0
    lines = [cell.line for cell in cells(path.read_text(encoding="utf-8"))]
    return lines[number] if number < len(lines) else 0


def _module(classname: str, root: Path) -> str:
    """The file of a test from its dotted name, whose end may be a class."""
    parts = classname.split(".")
    while parts and not (root / "/".join(parts)).with_suffix(".py").is_file():
        parts.pop()
    return "/".join(parts) + ".py" if parts else ""


def link(case: Case) -> str:
    """The place as a link where GitHub says where the repository is, else as plain text."""
    place = f"{case.path}:{case.line}" if case.line else case.path
    repository, commit = os.environ.get("GITHUB_REPOSITORY"), os.environ.get("GITHUB_SHA")
    if not (repository and commit and case.path):
        return place
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    # Without plain=1 GitHub renders Markdown and has no lines to point to.
    anchor = f"?plain=1#L{case.line}" if case.line else ""
    return f"[{place}]({server}/{repository}/blob/{commit}/{case.path}{anchor})"


def summary(cases: list[Case], checks: list[tuple[str, float]]) -> Iterator[str]:
    """The lines of the summary."""
    failed = [case for case in cases if case.failure]
    if not cases:
        yield "There are no reports: nothing was checked yet."
    elif not failed:
        yield f"All {len(cases):,} tests and cells passed."
    else:
        yield f"### {len(failed)} of {len(cases):,} tests and cells failed"
        yield ""
        for case in failed:
            yield f"- {link(case)}: {case.name}"
            yield ""
            yield from (f"      {line}" for line in _last_words(case.failure))
            yield ""
    timed = [(case.seconds, case.name) for case in cases]
    timed += [(seconds, f"make {name}, all of it") for name, seconds in checks]
    if timed:
        yield ""
        yield f"### The {SLOWEST} slowest"
        yield ""
        yield "| seconds | what |"
        yield "| ---: | --- |"
        for seconds, name in sorted(timed, reverse=True)[:SLOWEST]:
            yield f"| {seconds:.1f} | {name} |"


def _last_words(failure: str) -> list[str]:
    lines = [line for line in failure.splitlines() if line.strip()]
    return lines[-12:]


def checks_of(reports: Path) -> list[tuple[str, float]]:
    """Name and seconds of each check that scripts/run-checks ran."""
    path = reports / "checks.tsv"
    if not path.is_file():
        return []
    pairs = (line.split("\t") for line in path.read_text().splitlines())
    return [(name, float(seconds)) for name, seconds in pairs]


def main() -> None:
    """Print the summary of a folder, by default _build/reports."""
    reports = Path(sys.argv[1]) if len(sys.argv) > 1 else REPORTS
    print("\n".join(summary(read(reports), checks_of(reports))))


if __name__ == "__main__":
    main()
