"""What a template begins passes every check as it is."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.sources import SOLUTIONS, solutions_folder
from tests.problem_sets.sheet import needs_sources

from .conftest import REPOSITORY, Copy

pytestmark = needs_sources  # each test begins from the set `gan`

TITLES = ("TITLE=Points at random", "KO=무작위로 뽑은 점")


def load(path: Path) -> ModuleType:
    """Import a script that is no part of a package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


begin = load(REPOSITORY / "scripts" / "begin.py")


def expect_green(copy: Copy, *targets: str) -> None:
    for target in targets:
        code, said = copy.make(target)
        assert code == 0, f"make {target}:\n{said}"


@pytest.mark.slow
def test_a_new_chapter_passes_all_checks_at_once(copy: Copy) -> None:
    code, said = copy.make("new-chapter", "NAME=tiny/points", *TITLES)
    assert code == 0, said
    assert "- file: tiny/page\n  - file: tiny/points" in copy.path("_toc.yml").read_text()
    expect_green(copy, "korean", "drift", "notebooks", "site")
    html = copy.path("_build/html/tiny/points.html").read_text("utf-8")
    assert "Points at random" in html and "무작위로 뽑은 점" in html


@pytest.mark.slow
def test_a_new_problem_set_passes_all_checks_at_once(copy: Copy) -> None:
    take_setup_cell_and_chapter(copy)
    code, said = copy.make("new-problem-set", "NAME=points", "CHAPTER=gan/gan", *TITLES)
    assert code == 0, said
    expect_green(copy, "korean", "drift")
    # Its own notebook is enough: the other one takes a minute.
    shutil.rmtree(copy.path("solutions/gan"))
    expect_green(copy, "notebooks")
    code, said = copy.run(".venv/bin/grader", "validate", "exercises/points/points.ipynb")
    assert code == 1 and "NotImplementedError" in said, "an untouched set fails its checks"


def take_setup_cell_and_chapter(copy: Copy) -> None:
    """Copy what a new problem set is made from: another set, and a chapter."""
    shutil.copytree(solutions_folder() / "gan", copy.path("solutions") / "gan")
    shutil.copytree(REPOSITORY / "exercises" / "gan", copy.path("exercises") / "gan")
    with copy.path("tests/notebooks/budget.yml").open("a") as budget:
        budget.write("solutions/gan/gan: {seconds: 60, work: 1, speed: 1}\n")
    copy.path("book/gan").mkdir()
    shutil.copy(REPOSITORY / "book" / "gan" / "gan.md", copy.path("book/gan/gan.md"))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that a beginning looks at."""
    (tmp_path / "book" / "gan").mkdir(parents=True)
    shutil.copy(REPOSITORY / "book" / "gan" / "gan.md", tmp_path / "book" / "gan")
    shutil.copytree(solutions_folder() / "gan", tmp_path / "solutions" / "gan")
    # Else what begins here would be written to the folder that the instructor keeps.
    monkeypatch.delenv(SOLUTIONS, raising=False)
    shutil.copy(REPOSITORY / "_toc.yml", tmp_path)
    (tmp_path / "tests" / "notebooks").mkdir(parents=True)
    (tmp_path / "tests" / "notebooks" / "budget.yml").write_text("a: {}\n")
    return tmp_path


def test_a_chapter_stands_behind_the_last_of_its_part(root: Path) -> None:
    begin.begin_chapter(root, "gan/points", "Points", "점")
    toc = (root / "_toc.yml").read_text("utf-8")
    lines = [line.strip() for line in toc.splitlines()]
    place = lines.index("- file: gan/points")
    assert lines[place - 1].startswith("- file: gan/")
    assert lines[place + 1].startswith("- caption:")
    assert (root / "tests/notebooks/budget.yml").read_text().splitlines() == [
        "a: {}",
        "book/gan/points: {seconds: 5, work: 1, speed: 1}",
    ]
    page = (root / "book" / "gan" / "points.md").read_text("utf-8")
    assert "# Points {ko}`점`" in page and "{{" not in page


def test_a_problem_set_points_to_sections_of_its_chapter(root: Path) -> None:
    begin.begin_problem_set(root, "points", "gan/gan", "Points", "점")
    source = (root / "solutions" / "points" / "points.md").read_text("utf-8")
    assert "{{" not in source
    chapter = (root / "book" / "gan" / "gan.md").read_text("utf-8")
    for key in begin.SECTIONS:
        place = source.split(f'    {key}="gan/gan: ')[1].split('"')[0]
        english, korean = place.split(" | ")
        assert f"{english} {{ko}}`{korean}`" in chapter
    first = (root / "solutions" / "gan" / "gan.md").read_text("utf-8")
    assert begin.SETUP.search(source)[0] == begin.SETUP.search(first)[0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("points", "Points", "점"), "NAME is 'points'; it must be like gan/wgan"),
        (("gan/Points", "Points", "점"), "it must be like gan/wgan"),
        (("gan/gan", "Points", "점"), "book/gan/gan.md is there already"),
        (
            ("nowhere/points", "Points", "점"),
            "There is no part 'nowhere'; there are: appendix,",
        ),
        (("gan/points", "", "점"), "TITLE must be the title in English"),
        (("gan/points", "점", "점"), "TITLE must be the title in English"),
        (("gan/points", "Points", "Points"), "KO must be the title in Korean"),
    ],
)
def test_what_cannot_be_begun_is_said_in_a_line(
    root: Path, words: tuple[str, ...], says: str
) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(begin.CannotBeginError, match=says):
        begin.begin_chapter(root, *words)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def make_file(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "says", "there"),
    [
        (("Points", "gan/gan", "Points", "점"), "it must be like wgan", {}),
        (("gan", "gan/gan", "Points", "점"), "solutions/gan is there already", {}),
        (("points", "gan/none", "Points", "점"), "There is no book/gan/none.md", {}),
        (
            ("points", "gan/gan", "Points", "점"),
            "^solutions/points is there already",
            {"solutions/points/notes.txt": "no source yet"},
        ),
        (
            ("points", "gan/gan", "Points", "점"),
            "^book/problem_sets/points.md is there already",
            {"book/problem_sets/points.md": "written by hand"},
        ),
        (
            ("points", "gan/gan", "Points", "점"),
            "^exercises/points is there already",
            {"exercises/points/points.ipynb": "released elsewhere"},
        ),
        (
            ("points", "gan/gan", "Points", "점"),
            "There is no part 'problem_sets'; there are: gan",
            {"book/problem_sets/index.md": "", "_toc.yml": "  - file: gan/gan\n"},
        ),
        (
            ("points", "gan/gan", "Points", "점"),
            "budget.yml names solutions/points/points already",
            {"tests/notebooks/budget.yml": "solutions/points/points: {}\n"},
        ),
    ],
)
def test_a_problem_set_that_cannot_be_begun(
    root: Path, words: tuple[str, ...], says: str, there: dict[str, str]
) -> None:
    for name, text in there.items():
        make_file(root / name, text)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(begin.CannotBeginError, match=says):
        begin.begin_problem_set(root, *words)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_page_that_the_contents_name_is_not_named_twice(root: Path) -> None:
    make_file(root / "_toc.yml", "  - file: gan/gan\n  - file: gan/points\n")
    with pytest.raises(begin.CannotBeginError, match=r"_toc.yml names gan/points already"):
        begin.begin_chapter(root, "gan/points", "Points", "점")


def test_a_problem_set_begins_where_the_sources_are(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path_factory.mktemp("private")
    (root / "solutions" / "gan").rename(private / "gan")
    make_file(root / "book" / "problem_sets" / "index.md")
    monkeypatch.setenv(SOLUTIONS, str(private))
    written = begin.begin_problem_set(root, "points", "gan/gan", "Points", "점")
    assert written == [
        private / "points" / "points.md",
        root / "tests" / "notebooks" / "budget.yml",
        root / "book" / "problem_sets" / "points.md",
        root / "_toc.yml",
    ]
    assert all(path.is_file() for path in written)
    assert not (root / "solutions" / "points").exists()
