"""A public copy without answers: what needs none works, the rest says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from grader.course import CONFIG_NAME, REPOSITORY, SAMPLE_CLASS
from grader.sources import SOLUTIONS
from tests import commands
from tests.problem_sets.sheet import mistakes, needs_sources, released_names, right_ways

from .split import split, tracked

pytestmark = [
    needs_sources,
    pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="needs git's list of files"),
]
SET = "gan"
CURE = f"name the folder that holds the sources with {SOLUTIONS}"
Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The public and the private folder."""
    root = tmp_path_factory.mktemp("split")
    split(root / "public", root / "private")
    return root / "public", root / "private"


@pytest.fixture
def public(folders: tuple[Path, Path]) -> Path:
    return folders[0]


@pytest.fixture
def run(public: Path) -> Run:
    """Run a command inside the public folder, as whoever has cloned it would."""

    def run_there(*words: str, solutions: Path | None = None) -> subprocess.CompletedProcess:
        given = {SOLUTIONS: str(solutions)} if solutions else {}
        paths = os.pathsep.join([str(public), str(public / "book" / "_ext")])
        environment = commands.environment(PYTHONPATH=paths, **given)
        return commands.run(words, public, environment, stderr=subprocess.PIPE)

    return run_there


def grader(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "grader.cli", *words)


def only_line(done: subprocess.CompletedProcess) -> str:
    """What a command that failed for a known reason says, below its progress."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("grader: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_no_answer_is_public_and_nothing_is_lost(folders: tuple[Path, Path]) -> None:
    public, private = folders
    assert not (public / "solutions").exists()
    assert not any((public / "tests" / "problem_sets").glob("*/*"))
    assert not (public / "grader" / "sample_class" / "submitted").exists()
    for path in public.rglob("*.md"):
        if "templates" not in path.parts:  # what a new set begins with answers nothing
            assert "### BEGIN SOLUTION" not in path.read_text(encoding="utf-8"), path
    for file in tracked():
        if file.parts[0] == "solutions":
            assert (private / file.relative_to("solutions")).is_file()
    ways = right_ways(SET)
    assert ways
    assert (private / SET / "answers" / "right" / next(iter(ways))).is_dir()


def test_generation_names_what_is_missing_and_the_cure(run: Run) -> None:
    for words in (("release", SET), ("release", "all"), ("release", "all", "--check")):
        line = only_line(run(*grader(*words)))
        assert "There is no source" in line and CURE in line


def test_students_can_validate(run: Run) -> None:
    done = run(*grader("validate", f"exercises/{SET}/{SET}.ipynb"))
    assert done.returncode == 1, done.stderr  # nobody has solved it yet
    assert "Traceback" not in done.stderr
    assert "losses_discriminator-values" in done.stdout + done.stderr


@pytest.mark.sandbox
def test_grading_needs_the_source_in_isolated_mode_and_the_gradebook_alone_in_compat(
    folders: tuple[Path, Path], run: Run
) -> None:
    public, private = folders
    course = public / "course"
    handed_in = course / "submitted" / "ann" / SET
    handed_in.mkdir(parents=True)
    config = (SAMPLE_CLASS / CONFIG_NAME).read_text(encoding="utf-8")
    (course / CONFIG_NAME).write_text(config, encoding="utf-8")
    released = public / "exercises" / SET / f"{SET}.ipynb"
    (handed_in / released.name).write_bytes(released.read_bytes())
    given = ("--course", "course")

    # As where the instructor has the source, and puts only the gradebook here.
    made = run(*grader(*given, "release", SET, "--no-trial"), solutions=private)
    assert made.returncode == 0, made.stderr
    shutil.rmtree(course / "source")
    line = only_line(run(*grader(*given, "autograde", SET)))
    assert "Isolated mode needs the instructor's version" in line
    assert f"grader release {SET}" in line and "--mode compat" in line
    done = run(*grader(*given, "autograde", SET, "--mode", "compat"))
    assert done.returncode == 0, done.stderr
    assert "1 of 1 graded" in done.stdout


def test_make_passes_over_what_needs_sources_with_one_line_each(public: Path, run: Run) -> None:
    (public / ".venv").symlink_to(REPOSITORY / ".venv")
    try:
        targets = ("exercises", "sample-class", "drift", "site")
        given = ("-o", ".venv/complete", "-o", "_build/done/system")
        done = run("make", "--dry-run", *given, *targets)
    finally:
        (public / ".venv").unlink()
    assert done.returncode == 0, done.stderr
    assert "grader release" not in done.stdout
    assert done.stdout.count("no sources of problem sets") == 3
    assert "jupyter-book build" in done.stdout


def test_the_pages_of_problem_sets_are_built(run: Run, tmp_path: Path) -> None:
    settings = {
        "extensions": "myst_parser,bilingual,problem_sets",
        "myst_enable_extensions": "colon_fence,dollarmath",
        "root_doc": "problem_sets/index",
        "include_patterns": "problem_sets/*",
        # The chapters that they link to are not built here.
        "suppress_warnings": "myst.xref_missing,ref,toc.not_included",
        "html_math_renderer": "mathjax",
    }
    given = [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
    done = run(sys.executable, "-m", "sphinx", "-C", "-q", *given, "book", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for name in set(released_names()) & {
        path.parts[1] for path in tracked() if path.parts[0] == "exercises"
    }:
        page = (tmp_path / "problem_sets" / f"{name}.html").read_text(encoding="utf-8")
        assert f"{name}.ipynb" in page and "by machine" in page


def test_the_korean_is_proofread_without_the_sources(run: Run) -> None:
    done = run(sys.executable, "-m", "proofread", "check")
    assert "solutions/" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.slow
def test_all_tests_can_be_collected(run: Run) -> None:
    done = run(sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_with_the_private_folder_named_everything_is_back(
    folders: tuple[Path, Path], run: Run
) -> None:
    code = f"from tests.problem_sets.sheet import *; print(names(), len(mistakes({SET!r})))"
    done = run(sys.executable, "-c", code, solutions=folders[1])
    assert f"{SET!r}" in done.stdout, done.stderr
    assert done.stdout.endswith(f"] {len(mistakes(SET))}\n")
    words = grader("release", SET, "--check")
    assert run(*words, solutions=folders[1]).returncode == 0


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "mine.txt").write_text("mine")
    with pytest.raises(click.ClickException, match="is not empty"):
        split(tmp_path / "public", tmp_path / "private")
    assert not (tmp_path / "private").exists()
