"""What students get: no answers in it, and nothing their notebook editor can't show."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import jupytext
import pytest
from markdown_it import MarkdownIt
from nbformat import NotebookNode

from grader.course import REPOSITORY, SAMPLE_CLASS, Course
from grader.release import SECRETS, SOLUTION_ONLY, drift, read_source
from tests.ci.leaks import secrets

from .sheet import Sheet, names, needs_sources, released_names, role, source_of

each_set = pytest.mark.parametrize("name", names())
each_release = pytest.mark.parametrize("name", released_names())
KEPT_METADATA = {"deletable", "editable", "jupyter", "nbgrader"}
MYST = re.compile(r"^\s*(:{3,}|`{3,}\{|\+\+\+|\([\w-]+\)=)|\{[\w:]+\}`", re.MULTILINE)


def _files(name: str) -> list[Path]:
    return [path for path in (REPOSITORY / "exercises" / name).rglob("*") if path.is_file()]


def _strings(value: object) -> list[str]:
    """All strings in parsed JSON, metadata and all."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return [value] if isinstance(value, str) else []


def _markdown(nb: NotebookNode) -> list[str]:
    return [cell.source for cell in nb.cells if cell.cell_type == "markdown"]


@needs_sources
@each_set
def test_the_committed_release_is_what_the_source_gives(name: str) -> None:
    assert drift(Course(SAMPLE_CLASS), name) == []


@needs_sources
@each_set
def test_no_answer_hidden_test_or_rubric_is_released(name: str) -> None:
    secret = set(secrets(Sheet(name).notebook))
    assert len(secret) > 50, "the search must know what to look for"
    for path in _files(name):
        text = path.read_text(encoding="utf-8")
        assert not SECRETS.search(text)
        assert SOLUTION_ONLY not in text
        lines = {line.strip() for line in text.splitlines()}
        if path.suffix == ".ipynb":
            lines |= {
                line.strip()
                for part in _strings(json.loads(text))
                for line in part.splitlines()
            }
        leaks = sorted(secret & lines)
        assert leaks == [], path


@each_release
def test_released_metadata_tells_nothing(name: str) -> None:
    nb = Sheet(name, released=True).notebook
    assert set(nb.metadata) == {"kernelspec", "language_info"}
    for cell in nb.cells:
        assert set(cell.metadata) <= KEPT_METADATA
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_all_sets_begin_with_the_same_setup_cell() -> None:
    """What is mended in one set's first cell must be mended in all."""
    first = {}
    for name in released_names():
        cells = Sheet(name, released=True).notebook.cells
        code = next(cell for cell in cells if cell.cell_type == "code")
        assert role(code).get("grade_id") == "setup", name
        first.setdefault(code.source, []).append(name)
    assert len(first) == 1, list(first.values())


@each_release
def test_students_see_no_raw_myst(name: str) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    for text in _markdown(Sheet(name, released=True).notebook):
        assert not MYST.search(text), text
        # A `div` must end, and blank lines around it let its content be Markdown.
        assert text.count('<div lang="ko">\n\n') == text.count("\n\n</div>")
        for token in parser.parse(text):
            if token.type == "html_block":
                assert token.content.strip() in ('<div lang="ko">', "</div>")


@needs_sources
@each_set
def test_every_section_of_the_source_is_released(name: str) -> None:
    def headings(nb: NotebookNode) -> list[str]:
        text = "\n".join(_markdown(nb))
        return [
            line for line in text.splitlines() if line.startswith("#") and "### " not in line
        ]

    found = headings(Sheet(name, released=True).notebook)
    assert found == headings(Sheet(name).notebook)
    assert len(found) > 3


@each_release
def test_links_lead_to_files_of_the_repository(name: str) -> None:
    text = "\n".join(_markdown(Sheet(name, released=True).notebook))
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if ":" not in target]
    assert targets, "a problem set links to its chapter"
    for target in targets:
        assert (REPOSITORY / "exercises" / name / target).is_file(), target


@each_release
def test_messages_point_to_sections_of_the_book(name: str) -> None:
    source = next(
        cell.source
        for cell in Sheet(name, released=True).notebook.cells
        if role(cell).get("grade_id") == "checks"
    )
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call for call in calls if getattr(call.func, "id", "") == "Checks"]
    places = [ast.literal_eval(keyword.value) for call in made for keyword in call.keywords]
    assert len(places) > 2
    for place in places:
        chapter, _, heading = place.partition(": ")
        text = (REPOSITORY / "book" / f"{chapter}.md").read_text(encoding="utf-8")
        english, korean = heading.split(" | ")
        found = [
            re.sub(r"[$\\]", "", line.lstrip("# "))
            for line in re.findall(r"^#+ .+$", text, re.M)
        ]
        assert f"{english} {{ko}}`{korean}`" in found, place


@needs_sources
@each_set
def test_cell_metadata_survives_a_round_trip_through_myst(name: str, tmp_path: Path) -> None:
    source = read_source(source_of(name))
    jupytext.write(source, tmp_path / "again.md", fmt="md:myst")
    again = read_source(tmp_path / "again.md")
    before = [(cell.cell_type, cell.metadata, cell.source) for cell in source.cells]
    assert [(cell.cell_type, cell.metadata, cell.source) for cell in again.cells] == before
    assert sum("nbgrader" in cell.metadata for cell in again.cells) > 10
