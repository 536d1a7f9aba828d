from __future__ import annotations

import copy
import os
import sqlite3
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

from grader.course import Course
from grader.errors import GraderError
from grader.release import drift, plain_notebook, read_source, release

from .tiny import SECRET, SOURCE, TinyCourse, role_of


def rewrite(tiny: TinyCourse, old: str, new: str) -> None:
    assert old in SOURCE
    path = tiny.solutions / "sums" / "sums.md"
    path.write_text(SOURCE.replace(old, new), encoding="utf-8")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_text_notebook_keeps_its_nbgrader_metadata_both_ways(tiny: TinyCourse) -> None:
    nb = read_source(tiny.solutions / "sums" / "sums.md")
    roles = [cell.metadata.nbgrader for cell in nb.cells if "nbgrader" in cell.metadata]
    assert [role.grade_id for role in roles] == [
        *("add", "add-check", "add-hidden", "share", "share-check", "explain")
    ]
    assert [role.get("points") for role in roles] == [None, 2, 3, None, 4, 5]
    text = jupytext.writes(nb, fmt="md:myst")
    again = jupytext.reads(text, fmt="md:myst")
    as_json = nbformat.reads(nbformat.writes(again), as_version=4)
    back = jupytext.reads(jupytext.writes(as_json, fmt="md:myst"), fmt="md:myst")
    for found in (again, as_json, back):
        assert [cell.metadata for cell in found.cells] == [cell.metadata for cell in nb.cells]
        assert [cell.source for cell in found.cells] == [cell.source for cell in nb.cells]


def test_the_released_notebook_holds_no_answer_and_no_hidden_test(tiny: TinyCourse) -> None:
    text = nbformat.writes(tiny.released)
    for secret in (SECRET, "return a + b", "BEGIN", "Because it is so", "secret_pair"):
        assert secret not in text
    assert "raise NotImplementedError()" in role_of(tiny.released, "add").source
    assert role_of(tiny.released, "add-check").metadata.editable is False
    assert {
        role_of(tiny.released, name).metadata.nbgrader.points
        for name in ("add-check", "add-hidden", "share-check", "explain")
    } == {2, 3, 4, 5}


def test_the_gradebook_holds_the_hidden_tests_and_points(tiny: TinyCourse) -> None:
    with tiny.course.gradebook() as gradebook:
        notebook = gradebook.find_notebook("sums", "sums")
        sources = {cell.name: cell.source for cell in notebook.source_cells}
        assert notebook.max_score == 14
    assert SECRET in sources["add-hidden"]


def test_releasing_again_gives_the_same_bytes(tiny: TinyCourse) -> None:
    path = tiny.folder / "release" / "sums" / "sums.ipynb"
    before = path.read_bytes()
    release(tiny.course, "sums")
    assert path.read_bytes() == before
    assert drift(tiny.course, "sums") == []


def test_drift_names_files_that_differ_are_missing_or_too_many(tiny: TinyCourse) -> None:
    (tiny.solutions / "sums" / "data.csv").write_text("1,2\n")
    folder = tiny.folder / "release" / "sums"
    (folder / "old.csv").write_text("3\n")
    rewrite(tiny, "Write two functions.", "Write two short functions.")
    before = sorted(path.name for path in folder.iterdir())
    assert drift(tiny.course, "sums") == ["data.csv", "old.csv", "sums.ipynb"]
    assert sorted(path.name for path in folder.iterdir()) == before


def test_cells_tagged_solution_only_are_dropped(tiny: TinyCourse) -> None:
    cell = "```{code-cell} ipython3\n:tags: [solution-only]\nanswer = 42\n```\n\n## Task 3"
    rewrite(tiny, "## Task 3", cell)
    release(tiny.course, "sums")
    released = (tiny.folder / "release" / "sums" / "sums.ipynb").read_text(encoding="utf-8")
    assert "answer = 42" not in released


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"grade_id": "share-check"', '"grade_id": "add-check"', "two cells have the grade_id"),
        ("### END HIDDEN TESTS", "### END HIDDEN", "nbgrader could not release"),
        ("### END SOLUTION", "### THE END", "nbgrader could not release"),
        ("Write two functions.", "{cite}`x`", "role {cite} has no plain form"),
    ],
)
def test_sources_that_cannot_be_released(
    tiny: TinyCourse, old: str, new: str, words: str
) -> None:
    before = contents(tiny.folder)
    rewrite(tiny, old, new)
    with pytest.raises(GraderError) as caught:
        release(tiny.course, "sums")
    assert words in str(caught.value)
    assert contents(tiny.folder) == before


def test_a_set_that_somebody_has_handed_in_keeps_its_cells_and_its_source(
    tiny: TinyCourse,
) -> None:
    with tiny.course.gradebook() as gradebook:
        gradebook.add_student("kim")
        gradebook.add_submission("sums", "kim")
    before = contents(tiny.folder)
    rewrite(tiny, '"grade_id": "add-check"', '"grade_id": "other-check"')
    with pytest.raises(GraderError, match="there are submissions associated with it"):
        release(tiny.course, "sums")
    assert contents(tiny.folder) == before


def test_what_a_release_works_with_stays_out_of_the_courses_settings(tiny: TinyCourse) -> None:
    course = Course(tiny.folder)
    before = copy.deepcopy(course.config)
    assert release(course, "sums") == tiny.folder / "release" / "sums"
    assert course.config == before
    assert not [path.name for path in tiny.folder.iterdir() if path.name.startswith(".rel")]


def test_an_unknown_set_and_a_missing_source(tiny: TinyCourse) -> None:
    with pytest.raises(GraderError, match="There is no problem set 'nope'; there are: sums"):
        release(tiny.course, "nope")
    with pytest.raises(GraderError, match="does not exist"):
        plain_notebook(tiny.solutions / "none.md")


def test_a_course_with_broken_settings_says_which_file(tiny: TinyCourse) -> None:
    (tiny.folder / "nbgrader_config.py").write_text("c = get_config(\n")
    with pytest.raises(GraderError, match=r"nbgrader_config.py cannot be read \(SyntaxError"):
        Course(tiny.folder).limits  # noqa: B018


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("c.Limits.cell_second = 3", "Limits.cell_second is no limit"),
        ("c.Limits.cell_seconds = 0", "must be a number above 0, not 0"),
        ("c.Limits.memory_bytes = 'much'", "must be a number above 0"),
    ],
)
def test_wrong_limits_are_named(tiny: TinyCourse, line: str, words: str) -> None:
    path = tiny.folder / "nbgrader_config.py"
    path.write_text(f"{path.read_text()}\n{line}\n")
    with pytest.raises(GraderError, match=words):
        Course(tiny.folder).limits  # noqa: B018


def test_a_new_gradebook_has_the_version_nbgrader_gives_it(
    tiny: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.api import get_alembic_version

    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    with sqlite3.connect(tiny.folder / "gradebook.db") as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert found == [(get_alembic_version(),)]
