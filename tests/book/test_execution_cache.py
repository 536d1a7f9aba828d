"""Executed cells are kept as long as nothing that they depend on changes, and no longer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import execution_progress
import pytest
from execution_cache import memory
from execution_cache.imports import files_needed
from execution_cache.memory import surroundings
from execution_cache.store import KEPT, Entry, Store, read_chapter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .tiny_course import ALL, FILES, Book


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book(tmp_path_factory.mktemp("course"))


@pytest.fixture
def book(written: Book) -> Iterator[Book]:
    """The book in its first state, with all its cells in the cache."""
    written.build()
    yield written
    written.profile = "small"
    for name, text in FILES.items():
        written.write(name, text)


@pytest.mark.parametrize(
    ("changed", "text", "executed"),
    [
        ("tiny/shapes/round.py", "def circle(): return 3.14\n", ["drawing"]),
        ("tiny/numbers/primes.txt", "2 3 5 7", ["counting"]),
        ("tiny/unused.py", "print('changed')", []),
        ("tiny/__init__.py", "import math\n", ["counting", "drawing"]),
        ("requirements.txt", "torch==2.9.1\n", ALL),
        ("constraints.txt", "sympy==1.14\n", ALL),
        ("requirements.txt", "# Only a comment\n\ntorch==2.9.0\n", []),
        ("book/drawing.md", FILES["book/drawing.md"] + "\nMore text.\n", []),
        (
            "book/drawing.md",
            FILES["book/drawing.md"].replace("circle()", "circle() + 1"),
            ["drawing"],
        ),
    ],
)
def test_a_change_executes_exactly_the_chapters_that_depend_on_it(
    book: Book, changed: str, text: str, executed: list[str]
) -> None:
    book.write(changed, text)
    assert book.build() == executed
    cause = "a code cell" if changed.startswith("book/") else changed
    for chapter in executed:
        assert f"{chapter} is executed: {cause} changed" in book.said
    assert book.build() == []


def test_an_unchanged_book_and_one_changed_back_execute_nothing(book: Book) -> None:
    assert book.build(freshenv=True) == []
    book.write("tiny/shapes/round.py", "def circle(): return 40\n")  # in no other test
    assert book.build() == ["drawing"]
    book.write("tiny/shapes/round.py", FILES["tiny/shapes/round.py"])
    assert book.build() == []
    assert '<span class="mi">40</span>' not in (book.root / "html/drawing.html").read_text()


def test_a_profile_has_runs_of_its_own(book: Book) -> None:
    book.profile = "full"
    assert book.build() == ALL
    assert "drawing is executed: the profile changed" in book.said
    book.profile = "small"
    assert book.build() == []


def test_a_chapter_whose_cell_failed_is_not_kept(book: Book) -> None:
    book.write("tiny/shapes/round.py", "def circle(): raise ValueError('no circle')\n")
    for _ in range(2):
        with pytest.raises(Exception, match=r"drawing\.md"):
            book.build()
        assert "drawing is executed: tiny/shapes/round.py changed" in book.said
    # The failing state is still on disk; only what it printed before may be used, later.
    book.write("tiny/shapes/round.py", FILES["tiny/shapes/round.py"])
    assert book.build() == []


def test_chapters_can_be_read_in_parallel(book: Book) -> None:
    book.write("constraints.txt", "sympy==1.15\n")
    assert book.build(parallel=2) == ALL
    assert book.build(parallel=2) == []


def test_old_runs_and_runs_of_chapters_that_are_gone_are_dropped(book: Book) -> None:
    runs = book.root / "_build" / "executed"
    for number in range(KEPT + 1):
        book.write("tiny/shapes/round.py", f"def circle(): return {number}\n")
        assert book.build() in ([], ["drawing"])
    assert len(list((runs / "book.drawing").iterdir())) == KEPT
    (runs / "book.gone").mkdir()
    book.build()
    assert sorted(path.name for path in runs.iterdir()) == [f"book.{name}" for name in ALL]


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the notebooks whose cells and imports are read, as builds go on."""
    names: set[str] = set()

    def entry(store: Store, name: str, nb: NotebookNode) -> Entry:
        names.add(name.removeprefix("book/"))
        return found(store, name, nb)

    found = Store.entry
    monkeypatch.setattr(Store, "entry", entry)
    return names


@pytest.mark.parametrize(
    ("changed", "text", "again"),
    [
        ("book/drawing.md", FILES["book/drawing.md"] + "\nMore text.\n", []),
        (
            "book/drawing.md",
            FILES["book/drawing.md"].replace("circle()", "circle"),
            ["drawing"],
        ),
        ("book/text-0.md", "# Other text\n", []),
        ("book/text-0.md", FILES["book/alone.md"], ["text-0"]),
        ("tiny/unused.py", "print('changed')", ALL),
        ("tiny/numbers/more.txt", "11 13", ALL),
        ("other.py", "pi = 3", ALL),
        ("other/__init__.py", "pi = 3", ALL),
        ("constraints.txt", "sympy==1.15\n", ALL),
    ],
)
def test_where_runs_belong_is_found_out_again_only_where_it_may_have_changed(
    book: Book, looked_up: set[str], changed: str, text: str, again: list[str]
) -> None:
    book.write(changed, text)
    try:
        book.build()
        assert sorted(looked_up) == again
        looked_up.clear()
        book.build()
        assert not looked_up
    finally:
        if changed not in FILES:
            (book.root / changed).unlink()


def test_notes_that_were_not_written_to_their_end_are_made_anew(
    book: Book, looked_up: set[str]
) -> None:
    notes = book.root / "doctrees" / "executed.json"
    whole = notes.read_text()
    notes.write_text(whole[:-9])
    assert book.build() == []
    assert sorted(looked_up) == ALL
    assert notes.read_text() == whole


def test_other_code_for_keys_is_a_reason_to_look_again(
    book: Book, looked_up: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = shutil.copytree(Path(memory.__file__).parent, tmp_path / "execution_cache")
    monkeypatch.setattr(memory, "__file__", str(own / "memory.py"))
    book.build()
    looked_up.clear()
    book.build()
    assert not looked_up
    (own / "imports.py").write_text("# other code\n")
    book.build()
    assert sorted(looked_up) == ALL


def test_a_package_that_no_chapter_imports_may_change(
    tmp_path: Path, looked_up: set[str]
) -> None:
    book = Book(tmp_path)
    book.write("other/__init__.py", "pi = 3\n")
    book.build()
    looked_up.clear()
    book.write("other/__init__.py", "pi = 4\n")
    book.build()
    assert not looked_up


@pytest.mark.parametrize(
    "variable", ["CUDA_VISIBLE_DEVICES", "EXECUTED_ON", "DLCOURSE_PROFILE"]
)
def test_a_variable_that_may_change_the_device_is_a_reason_to_look_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    book = Book(tmp_path)
    before = surroundings(book.root)
    assert surroundings(book.root) == before
    monkeypatch.setenv(variable, "-1")
    assert surroundings(book.root) != before


def test_devices_have_keys_of_their_own(book: Book) -> None:
    nb = read_chapter(book.root / "book" / "alone.md")
    keys = {
        Store(book.root, "small", device).entry("book/alone", nb).key
        for device in ("cpu", "cuda")
    }
    assert len(keys) == 2


def needed(root: Path, cell: str, modules: dict[str, str]) -> set[str]:
    """Which of the modules, and which data, a cell needs."""
    for name, text in modules.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {path.relative_to(root).as_posix() for path in files_needed(root, [cell])}


MODULES = {
    "p/__init__.py": "",
    "p/data.bin": "",
    "p/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p import c\n",
    "p/b.py": "def late():\n    from . import c\n",
    "p/c.py": "import os, torch\n",
    "p/q/__init__.py": "",
    "p/q/up.py": "from ..b import late\n",
    "p/q/more/table.csv": "1,2",
    "p/q/more/README.md": "About the table",
    "p/dynamic.py": "import importlib as i\nload = lambda name: i.import_module('p.' + name)",
    "p/cyclic.py": "import p.cyclic\n",
}
EVERYTHING = set(MODULES) - {"p/q/more/README.md"}


@pytest.mark.parametrize(
    ("cell", "files"),
    [
        ("import os\nimport p", set()),
        ("from p import a", {"p/a.py"}),
        ("import p.b as short", {"p/b.py", "p/c.py"}),
        ("def f():\n    from p.b import late", {"p/b.py", "p/c.py"}),
        ("from p.q import up", {"p/q/__init__.py", "p/q/up.py", "p/b.py", "p/c.py"}),
        ("import p.cyclic", {"p/cyclic.py"}),
        ("import importlib\nimportlib.import_module('p.a')", {"p/a.py"}),
        ("from importlib.resources import files\nfiles('p.q')", {"p/q/__init__.py"}),
        ("import p.dynamic", EVERYTHING),
        ("from p import *", EVERYTHING),
        ("!python -m p.a", EVERYTHING),
        ("%timeit p.a.f()", EVERYTHING),
        ("%%time\nimport p.a", EVERYTHING),
        ("%matplotlib inline\nfrom p import c", {"p/c.py"}),
    ],
)
def test_the_files_that_a_cell_needs(tmp_path: Path, cell: str, files: set[str]) -> None:
    files = files | {"p/__init__.py", "p/data.bin"}
    if "p/q/__init__.py" in files:
        files.add("p/q/more/table.csv")
    assert needed(tmp_path, cell, MODULES) == files


def test_what_is_not_imported_is_not_needed(tmp_path: Path) -> None:
    cell = "import os, json.decoder\nname = 'p/data.bin'\nclass p: q = 1\np.q"
    assert needed(tmp_path, cell, MODULES) == set()


def test_progress_is_said_every_five_seconds():
    now, lines = 0.0, []
    on_cell_start = execution_progress.cell_reporter(lines.append, lambda: now)
    for now, source in [(1, "a = 1"), (6, "train(\n  b)"), (8, "c"), (12, "draw()")]:  # noqa: B007
        on_cell_start(cell=new_code_cell(source), cell_index=0)
    assert lines == ["  6 s: train(", "  12 s: draw()"]
