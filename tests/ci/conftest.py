"""A small copy of the repository in which something can be broken, and one of its scripts."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import commands
from tests.grader.tiny import SOURCE as SUMS

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "book" / "_ext"))
COPIED = ("dlcourse", "grader", "scripts", "tests", "book/_ext", "book/_static")
COPIED += (
    "book/terms.yml",
    ".github",
    ".gitignore",
    "Makefile",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "requirements.txt",
    "constraints.txt",
    "_config.yml",
)
# What git leaves out by name is made on this machine: grades of the sample class, caches.
LEFT_OUT = shutil.ignore_patterns(
    *(
        Path(line).name
        for line in (REPOSITORY / ".gitignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
)
TOC = "format: jb-book\nroot: index\nchapters:\n  - file: tiny/page\n"
INDEX = "# A book {ko}`책`\n\nIt has one page.\n\n:::{ko}\n한 쪽짜리 책입니다.\n:::\n"
PAGE = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# The generator {ko}`생성자`

The generator makes points. {doc}`Back <../index>`.

:::{ko}
생성자는 점을 만듭니다. {doc}`돌아가기 <../index>`.
:::

![A cloud of points | 점으로 된 구름](../_static/logo.svg)

```{code-cell} ipython3
:tags: [nbval-check-output]

points = [1, 2, 3]
print("points:", len(points))
```
"""
# Stands for GitHub's own program, and writes down what it is told.
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$GH_LOG"
case "$1 $2" in
  "run list") printf '%s' "$GH_RUN" ;;
  "run download") [ -n "$GH_CELLS" ] || exit 1; mkdir -p "${@: -1}"; echo x >"${@: -1}/cell" ;;
  "issue list") printf '%s' "$GH_ISSUE" ;;
esac
"""


@dataclass(frozen=True)
class Copy:
    """A copy of the repository with a book of one page."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / name

    def plant(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def line(self, name: str, words: str) -> int:
        """The number of the line in which words stand."""
        lines = self.path(name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if words in line)

    def run(self, *command: str, **variables: str) -> tuple[int, str]:
        """Run a command there; its status and all that it says."""
        environment = commands.environment(PYTHONPATH=str(self.root), **variables)
        done = commands.run(command, self.root, environment)
        return done.returncode, done.stdout

    def make(self, *targets: str) -> tuple[int, str]:
        """Run targets of the Makefile, without installing anything."""
        return self.run("make", "--no-print-directory", "-o", ".venv/complete", *targets)

    def python(self, *words: str) -> tuple[int, str]:
        """Run the interpreter."""
        return self.run(".venv/bin/python", *words)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy that others are copied from: recorded Korean, stored outputs."""
    root = tmp_path_factory.mktemp("pristine") / "course"
    for name in COPIED:
        source = REPOSITORY / name
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT)
        else:
            shutil.copy2(source, target)
    for reference in (root / "tests" / "notebooks").rglob("*.ipynb"):
        reference.unlink()
    names = ("book/tiny/page", "solutions/sums/sums")
    estimates = "".join(f"{name}: {{seconds: 5, work: 1, speed: 1}}\n" for name in names)
    (root / "tests" / "notebooks" / "budget.yml").write_text(estimates)
    (root / ".venv").symlink_to(REPOSITORY / ".venv")
    (root / "_toc.yml").write_text(TOC)
    (root / "book" / "tiny").mkdir()
    (root / "book" / "index.md").write_text(INDEX, encoding="utf-8")
    (root / "book" / "references.bib").write_text("")
    (root / "book" / "tiny" / "page.md").write_text(PAGE, encoding="utf-8")
    (root / "solutions" / "sums").mkdir(parents=True)
    (root / "solutions" / "sums" / "sums.md").write_text(SUMS, encoding="utf-8")
    copy = Copy(root)
    for code, said in (
        copy.make("korean-record"),
        copy.python("-m", "grader.cli", "release", "sums", "--no-trial"),
        copy.python("-m", "tests.notebooks", "make"),
    ):
        assert code == 0, said
    return root


@pytest.fixture
def copy(pristine: Path, tmp_path: Path) -> Copy:
    """A copy of one's own."""
    root = tmp_path / "course"
    shutil.copytree(pristine, root, symlinks=True)
    return Copy(root)


@pytest.fixture(scope="session")
def intact(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Assert, once for each, that a target passes where nothing is planted."""
    # A copy of its own: other copies would find there what the targets have made.
    root = tmp_path_factory.mktemp("intact") / "course"
    shutil.copytree(pristine, root, symlinks=True)
    passed: set[str] = set()

    def check(target: str) -> None:
        if target not in passed:
            code, said = Copy(root).make(target)
            assert code == 0, f"make {target} fails without any plant:\n{said}"
            passed.add(target)

    return check


class Checkout:
    """A folder with our scripts, a stand-in for `gh`, and what it was told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(REPOSITORY / "scripts", root / "scripts")
        (root / "bin").mkdir()
        self.log = root / "gh.log"
        self.program("gh", GH)

    def program(self, name: str, text: str) -> None:
        path = self.root / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, script: str, *words: str, **variables: str) -> tuple[int, str]:
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        given = {"GH_LOG": str(self.log), "GH_RUN": "", "GH_CELLS": "", "GH_ISSUE": ""}
        environment = commands.environment(PATH=path, **{**given, **variables})
        done = commands.run([self.root / "scripts" / script, *words], self.root, environment)
        return done.returncode, done.stdout

    def told(self) -> str:
        return self.log.read_text() if self.log.is_file() else ""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)
