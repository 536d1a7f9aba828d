"""The cache of executed cells never lies about the real book and its real library."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from execution_cache.imports import files_needed
from execution_cache.store import Store

from tests.notebooks import references

from .conftest import REPOSITORY

# Runs the imports of each chapter in a child of its own, which has all but our library loaded
# already, and prints which of our modules came with them.
IMPORTING = """
import ast, json, os, sys
import matplotlib, numpy, scipy.stats, torch, torchvision

def imports(sources):
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            line = ast.unparse(node) if isinstance(node, (ast.Import, ast.ImportFrom)) else ""
            if "dlcourse" in line:
                yield line

found = {}
for name, sources in json.load(sys.stdin).items():
    reader, writer = os.pipe()
    if os.fork() == 0:
        for line in imports(sources):
            exec(line, {})
        ours = [m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "dlcourse"]
        os.write(writer, json.dumps(sorted(filter(None, ours))).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as text:
        found[name] = json.loads(text.read())
    os.wait()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def cells() -> dict[str, list[str]]:
    """Sources of the code cells of every chapter."""
    return {
        name: [cell.source for cell in references._code_cells(name)]
        for name in references.chapters()
    }


@pytest.fixture(scope="module")
def imported(cells: dict[str, list[str]]) -> dict[str, set[str]]:
    """Modules of the library that really are loaded by each chapter's imports."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING],
        input=json.dumps(cells),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        name: {Path(path).relative_to(REPOSITORY).as_posix() for path in paths}
        for name, paths in json.loads(done.stdout).items()
    }


def test_whatever_is_imported_is_in_the_key(cells, imported) -> None:
    assert any("dlcourse/gan/training.py" in modules for modules in imported.values())
    for name, modules in imported.items():
        needed = files_needed(REPOSITORY, cells[name])
        known = {path.relative_to(REPOSITORY).as_posix() for path in needed}
        assert modules <= known, f"{name} imports {sorted(modules - known)} unseen"


def test_one_changed_line_of_the_library_runs_exactly_the_chapters_that_need_it(
    cells, imported, tmp_path: Path
) -> None:
    for name in ("dlcourse", "requirements.txt", "constraints.txt"):
        source = REPOSITORY / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    store = Store(tmp_path, "small", "cpu")
    notebooks = {f"book/{name}": references.notebook(f"book/{name}") for name in cells}

    def keys() -> dict[str, str]:
        return {name: store.entry(name, nb).key for name, nb in notebooks.items()}

    first = keys()
    for module in ("dlcourse/gan/losses.py", "dlcourse/hpo/lenet.py"):
        path = tmp_path / module
        text = path.read_text("utf-8")
        path.write_text(f"{text}\nCHANGED = 1\n", encoding="utf-8")
        again = {name for name, key in keys().items() if key != first[name]}
        wanted = {f"book/{name}" for name, modules in imported.items() if module in modules}
        assert 0 < len(wanted) < len(cells)
        assert wanted <= again, module
        # Beyond them only those that import it later, inside a function.
        for name in again - wanted:
            needed = files_needed(tmp_path, cells[name.removeprefix("book/")])
            assert path in needed, f"{name} runs again without need of {module}"
        path.write_text(text, encoding="utf-8")


def test_a_comment_in_the_pins_runs_nothing_and_a_version_runs_all(
    cells, tmp_path: Path
) -> None:
    for name in ("requirements.txt", "constraints.txt"):
        shutil.copy(REPOSITORY / name, tmp_path)
    (tmp_path / "dlcourse").mkdir()
    store = Store(tmp_path, "small", "cpu")
    nb = references.notebook(f"book/{next(iter(cells))}")
    first = store.entry("book/x", nb).key
    pins = tmp_path / "requirements.txt"
    text = pins.read_text("utf-8")
    pins.write_text(f"# About the pins\n{text}")
    assert store.entry("book/x", nb).key == first
    pins.write_text(text.replace("tqdm==", "tqdm==9."))
    assert store.entry("book/x", nb).key != first
