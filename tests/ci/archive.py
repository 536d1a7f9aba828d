"""Pack the course for learning without a network: python -m tests.ci.archive FILE.zip

Chapters with their outputs and released problem sets, as notebooks in Markdown that every
editor shows, with the library and its data. `make zip` calls it once the site is built.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.plain import LABELLED_MATH, plain_markdown
from grader.release import read_source
from tests.notebooks import references
from tests.notebooks.runs import run_of

REPOSITORY = Path(__file__).resolve().parents[2]
TOP = "dlcourse-offline"
PLAIN_FILES = ("requirements.txt", "constraints.txt", "pyproject.toml", "LICENSE")
FIGURE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{figure\} (?P<path>\S+)\n(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.M | re.S,
)
DROPDOWN = re.compile(
    r"^(?P<fence>:{3,}|`{3,})\{dropdown\} (?P<title>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.M | re.S,
)
INDEX = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{index\}[^\n]*\n.*?^(?P=fence)[ \t]*\n?", re.M | re.S
)
KO = re.compile(r" ?\{ko\}`(?P<words>[^`]+)`")
ALT = re.compile(r"^:alt: (.+)$", re.M)
OPTION = re.compile(r"^:[\w-]+:.*\n?", re.M)
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)\s:]+)\)")
RAW = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{raw\} html\n:file: (?P<path>\S+)\n(?P=fence)[ \t]*$", re.M
)
PADDED_ROLE = re.compile(r"\s?\{ko\}``\s?(?P<words>.+?)\s?``(?!`)")
BROKEN_ROLE = re.compile(r"\{(?:doc|ref|ko|term)\}`[^`]*\n[^`]*`")
CITATION = re.compile(r"\{cite:(?P<kind>[pt])\}`(?P<keys>[^`]+)`")
KEY = re.compile(r"(?P<author>[a-z-]+)(?P<year>\d{4})")
NAMED = re.compile(r"\{(?:ref|term|index)\}`(?P<words>[^`<]+?)(?:\s*<[^`>]+>)?`")
README = """# Deep Learning, Side by Side · 나란히 배우는 딥러닝

This folder holds the whole course for a computer without a network: `notebooks/` has the
chapters with their outputs, `exercises/` the problem sets, `dlcourse/` the library with its
data. Install the packages once, where there is a network (Python 3.10 to 3.13):

이 폴더에는 네트워크 없이 공부하는 데 필요한 것이 모두 들어 있습니다. `notebooks/`에는 출력이
담긴 장이, `exercises/`에는 과제가, `dlcourse/`에는 데이터가 딸린 라이브러리가 있습니다.
패키지는 네트워크가 있는 곳에서 한 번만 설치하면 됩니다(Python 3.10~3.13).

```bash
python3 -m venv .venv
.venv/bin/pip install --requirement requirements.txt --constraint constraints.txt
.venv/bin/pip install --no-deps .
```

Then everything runs offline. · 그다음부터는 네트워크 없이 실행됩니다.

```bash
.venv/bin/jupyter lab notebooks
```
"""


def contents(root: Path = REPOSITORY) -> Iterator[tuple[str, bytes]]:
    """Names inside the archive and what stands there.

    Args:
        root: the repository.
    """
    yield "README.md", README.encode()
    for name in PLAIN_FILES:
        yield name, (root / name).read_bytes()
    for folder in ("dlcourse", "exercises"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
                yield path.relative_to(root).as_posix(), path.read_bytes()
    pictures: set[Path] = set()
    for chapter in references.chapters():
        nb, shown = notebook(root / "book" / f"{chapter}.md", chapter)
        pictures |= shown
        yield f"notebooks/{chapter}.ipynb", nbformat.writes(nb).encode()
    for path in sorted(pictures):
        yield f"notebooks/{path.relative_to(root / 'book').as_posix()}", path.read_bytes()


def notebook(page: Path, chapter: str) -> tuple[NotebookNode, set[Path]]:
    """A chapter as a notebook with outputs, and the pictures that it shows.

    Args:
        page: its MyST source.
        chapter: its name, like "gan/gan".
    """
    ran = iter(run_of(f"book/{chapter}", say=print).cells)
    text = page.read_text(encoding="utf-8")
    numbers: dict[str, int] = {}
    for _, label in LABELLED_MATH.findall(text):  # so that a later formula can be named too
        numbers.setdefault(label, len(numbers) + 1)
    depth = chapter.count("/")
    cells = []
    for number, cell in enumerate(read_source(page).cells, 1):
        if cell.cell_type == "code":
            done = next(ran)
            new = nbformat.v4.new_code_cell(
                done.source, outputs=done.outputs, execution_count=done.execution_count
            )
        else:
            markdown = plain_markdown(simpler(cell.source), _link(depth), numbers)
            new = nbformat.v4.new_markdown_cell(markdown)
        new.id = f"cell-{number}"
        cells.append(new)
    nb = nbformat.v4.new_notebook(cells=cells, metadata=references.KERNEL)
    shown = {page.parent / found["path"] for cell in cells for found in _images(cell)}
    return nb, {path.resolve() for path in shown if path.is_file()}


def simpler(text: str) -> str:
    """Markdown in which what only a book has is written out."""
    text = RAW.sub(
        lambda found: f"![Drawing | 그림]({found['path']})", FIGURE.sub(_figure, text)
    )
    text = PADDED_ROLE.sub(lambda found: f" · {found['words']}", text)
    text = BROKEN_ROLE.sub(lambda found: found[0].replace("\n", " "), text)
    text = DROPDOWN.sub(_folded, INDEX.sub("", text))
    text = CITATION.sub(_citation, text)
    return NAMED.sub(lambda found: found["words"], text)


def _folded(found: re.Match[str]) -> str:
    """What stays folded until the reader asks for it, such as an answer."""
    title = KO.sub(lambda words: f" · {words['words']}", found["title"])
    body = OPTION.sub("", found["body"]).strip("\n")
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>\n"


def _figure(found: re.Match[str]) -> str:
    alt = ALT.search(found["body"])
    caption = OPTION.sub("", found["body"]).strip("\n")
    return f"![{alt[1] if alt else ''}]({found['path']})\n\n{caption}\n"


def _citation(found: re.Match[str]) -> str:
    """Author and year, which the keys of our bibliography begin with."""
    named = []
    for key in found["keys"].split(","):
        parts = KEY.match(key.strip())
        named.append(f"{parts['author'].title()} {parts['year']}" if parts else key.strip())
    return f"({'; '.join(named)})" if found["kind"] == "p" else "; ".join(named)


def _link(depth: int) -> Callable[[str], str]:
    def link(document: str) -> str:
        # An absolute name counts from the book's root, another one from the page's folder.
        return (
            f"{'../' * depth}{document.strip('/')}.ipynb"
            if document.startswith("/")
            else (f"{document}.ipynb")
        )

    return link


def _images(cell: NotebookNode) -> Iterator[re.Match[str]]:
    if cell.cell_type == "markdown":
        yield from IMAGE.finditer(cell.source)


def pack(target: Path, files: Iterator[tuple[str, bytes]]) -> int:
    """Write an archive whose bytes depend on nothing but its files; how many there are."""
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(f"{TOP}/{name}", (2020, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
            count += 1
    return count


def main() -> None:
    """Write the archive that is named, and say how large it is."""
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    count = pack(target, contents())
    print(f"{target}: {count} files, {target.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
