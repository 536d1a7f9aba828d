"""The offline archive: what is in it, and that it runs without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pytest

from grader.plain import LABELLED_MATH, plain_markdown
from grader.release import read_source
from tests.notebooks import references

from . import archive
from .conftest import REPOSITORY

CHAPTER = "front/installation"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive with one chapter, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(references, "chapters", lambda: [CHAPTER])
        archive.pack(folder / "a.zip", archive.contents())
        archive.pack(folder / "b.zip", archive.contents())
    assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()
    with zipfile.ZipFile(folder / "a.zip") as packed:
        packed.extractall(folder)
    return folder / archive.TOP


def test_everything_that_is_needed_is_packed(unpacked: Path) -> None:
    found = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    wanted = {"README.md", "requirements.txt", "constraints.txt", "pyproject.toml", "LICENSE"}
    wanted |= {"dlcourse/runtime.py", "exercises/gan/gan.ipynb", f"notebooks/{CHAPTER}.ipynb"}
    assert wanted <= found
    assert any(name.startswith("dlcourse/data/") and "." in name for name in found)
    assert not any(
        part in name for name in found for part in ("__pycache__", "solutions", "grader")
    )


def test_a_notebook_has_its_outputs_and_both_languages(unpacked: Path) -> None:
    nb = nbformat.read(unpacked / "notebooks" / f"{CHAPTER}.ipynb", as_version=4)
    nbformat.validate(nb)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert "device:" in str(code[0].outputs)
    chapter = references.notebook(f"book/{CHAPTER}")
    sources = [cell.source for cell in chapter.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code] == sources
    words = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    assert "Installation · 설치" in words and '<div lang="ko">' in words


def test_it_runs_without_a_network(unpacked: Path, tmp_path: Path) -> None:
    command = [
        "jupyter",
        "execute",
        f"notebooks/{CHAPTER}.ipynb",
        "--output",
        str(tmp_path / "ran"),
    ]
    command[0] = str(REPOSITORY / ".venv" / "bin" / "jupyter")
    if shutil.which("bwrap"):
        command = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", *command]
    done = subprocess.run(
        command,
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("chapter", references.chapters())
def test_every_chapter_can_be_written_in_plain_markdown(chapter: str) -> None:
    page = REPOSITORY / "book" / f"{chapter}.md"
    labels = dict.fromkeys(label for _, label in LABELLED_MATH.findall(page.read_text("utf-8")))
    numbers = {label: number for number, label in enumerate(labels, 1)}
    for cell in read_source(page).cells:
        if cell.cell_type == "markdown":
            plain = plain_markdown(archive.simpler(cell.source), archive._link(1), numbers)
            left = re.search(
                r"(?<!:)\{(ko|doc|ref|eq|cite:[pt]|figure|dropdown)\}|^:{3,}", plain, re.M
            )
            assert left is None, plain


@pytest.mark.parametrize(
    ("myst", "plain"),
    [
        ("{cite:p}`goodfellow2014generative, li2020asha`", "(Goodfellow 2014; Li 2020)"),
        ("{cite:t}`li2020asha`", "Li 2020"),
        ("One.\n\n```{index} loss\n```\n\nTwo.", "One.\n\n\nTwo."),
        ("```{index}\nsingle: loss\n```\nTwo.", "Two."),
        ("see {ref}`the report <report>`", "see the report"),
        ("{doc}`two\nwords </gan/gan>`", "{doc}`two words </gan/gan>`"),
        ("Missing {ko}`` `make`가 없습니다. `` |", "Missing · `make`가 없습니다. |"),
        (
            "::::{dropdown} Answer {ko}`답`\n:open:\nFour.\n\n:::{ko}\n넷.\n:::\n::::\n",
            "<details>\n<summary>Answer · 답</summary>\n\nFour.\n\n:::{ko}\n넷.\n:::\n\n"
            "</details>\n\n",
        ),
        ("```{raw} html\n:file: ../a.svg\n```\n", "![Drawing | 그림](../a.svg)\n"),
        (
            "```{figure} a.png\n:alt: A | 가\n:width: 5\n\nWords\n```\n",
            "![A | 가](a.png)\n\nWords\n\n",
        ),
    ],
)
def test_what_only_a_book_has_is_written_out(myst: str, plain: str) -> None:
    assert archive.simpler(myst) == plain
