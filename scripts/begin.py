"""Begin a chapter or a problem set from a template that passes all checks as it is.

`make new-chapter` and `make new-problem-set` call it, then let the other tools do their part.

    python scripts/begin.py chapter gan/wgan "Wasserstein GANs" "바서슈타인 GAN"
    python scripts/begin.py problem-set wgan gan/gan "Wasserstein GANs" "바서슈타인 GAN"
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from grader.sources import solutions_folder

TEMPLATES = Path(__file__).resolve().parent / "templates"
HANGUL = re.compile(r"[가-힣]")
HEADING = re.compile(r"^(?P<level>#{1,2}) (?P<english>.+?) \{ko\}`(?P<korean>[^`=]+)`$", re.M)
SETUP = re.compile(r"^```\{code-cell\}[^`]*?grade_id: setup\n.*?^```$", re.M | re.S)
# The checks of a problem set point to so many sections of its chapter.
SECTIONS = ("first", "second", "third")
# The part of the book that has a page for each problem set.
SETS = "problem_sets"
TOC, BUDGET = "_toc.yml", "tests/notebooks/budget.yml"


class CannotBeginError(Exception):
    """What was asked for cannot be made; the words say why, and what to give instead."""


def begin_chapter(root: Path, name: str, title: str, korean: str) -> list[Path]:
    """Write a chapter and name it in the table of contents.

    Args:
        root: the repository.
        name: its part and its own name, like "gan/wgan".
        title: in English.
        korean: the title in Korean.

    Returns:
        The files that were written.

    Raises:
        CannotBeginError: for a name that is taken or of another form, or an unknown part.
    """
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*", name):
        raise CannotBeginError(f"NAME is {name!r}; it must be like gan/wgan: a part, a name.")
    if name.startswith(f"{SETS}/"):
        raise CannotBeginError("A problem set begins with make new-problem-set.")
    _check_titles(title, korean)
    page = root / "book" / f"{name}.md"
    _check_free(root, page)
    return _write(
        {
            page: _filled("chapter.md", TITLE=title, KO=korean),
            root / TOC: _toc_with(root, name),
            root / BUDGET: _budget_with(root, f"book/{name}"),
        }
    )


def begin_problem_set(
    root: Path, name: str, chapter: str, title: str, korean: str
) -> list[Path]:
    """Write the source of a problem set, and its page where the book has such pages.

    Args:
        root: the repository.
        name: of the set, like "wgan".
        chapter: the chapter that it belongs to, like "gan/gan".
        title: in English.
        korean: the title in Korean.

    Returns:
        The files that were written.

    Raises:
        CannotBeginError: for a name that is taken or of another form, or a chapter that is
            not there.
    """
    if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name):
        raise CannotBeginError(f"NAME is {name!r}; it must be like wgan or random_search.")
    _check_titles(title, korean)
    source = solutions_folder(root) / name / f"{name}.md"
    page = root / "book" / SETS / f"{name}.md"
    _check_free(root, source.parent, root / "exercises" / name, page)
    known = _headings(root, chapter)
    words = {"CHAPTER": chapter, "TITLE": title, "KO": korean, "NAME": name}
    words |= {"CHAPTER_TITLE": known[0][0], "CHAPTER_KO": known[0][1]}
    sections = [
        f'    {key}="{chapter}: {english} | {in_korean}",'
        for key, (english, in_korean) in zip(SECTIONS, known[1:], strict=False)
    ]
    text = _filled(
        "problem_set.md", SETUP=_setup_cell(root), SECTIONS="\n".join(sections), **words
    )
    files = {source: text, root / BUDGET: _budget_with(root, f"solutions/{name}/{name}")}
    if page.with_name("index.md").is_file():
        files[page] = _filled("problem_set_page.md", **words)
        files[root / TOC] = _toc_with(root, f"{SETS}/{name}")
    return _write(files)


def _check_free(root: Path, *places: Path) -> None:
    for place in places:
        if place.exists():
            shown = place.relative_to(root) if place.is_relative_to(root) else place
            raise CannotBeginError(f"{shown} is there already; choose another NAME.")


def _write(files: dict[Path, str]) -> list[Path]:
    """Write all files; whoever calls this has checked everything before."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _check_titles(title: str, korean: str) -> None:
    if not title.strip() or HANGUL.search(title):
        raise CannotBeginError('TITLE must be the title in English: TITLE="Wasserstein GANs"')
    if not HANGUL.search(korean):
        raise CannotBeginError('KO must be the title in Korean: KO="바서슈타인 GAN"')


def _toc_with(root: Path, name: str) -> str:
    """The table of contents with a page behind the last one of its part."""
    lines = (root / TOC).read_text(encoding="utf-8").splitlines()
    if any(line.strip() == f"- file: {name}" for line in lines):
        raise CannotBeginError(f"{TOC} names {name} already; choose another NAME.")
    part = name.split("/")[0]
    pattern = re.compile(rf"^(?P<indent>\s*- file: ){part}/")
    places = [number for number, line in enumerate(lines) if pattern.match(line)]
    if not places:
        parts = sorted(set(re.findall(r"- file: (\w+)/", "\n".join(lines))))
        raise CannotBeginError(f"There is no part {part!r}; there are: {', '.join(parts)}.")
    indent = pattern.match(lines[places[-1]])
    assert indent is not None
    lines.insert(places[-1] + 1, f"{indent['indent']}{name}")
    return "\n".join(lines) + "\n"


def _budget_with(root: Path, name: str) -> str:
    """The estimates of all notebooks with one more."""
    text = (root / BUDGET).read_text(encoding="utf-8").rstrip("\n")
    if f"\n{name}:" in f"\n{text}":
        raise CannotBeginError(f"{BUDGET} names {name} already; choose another NAME.")
    return f"{text}\n{name}: {{seconds: 5, work: 1, speed: 1}}\n"


def _headings(root: Path, chapter: str) -> list[tuple[str, str]]:
    """Title and sections of a chapter, each in both languages."""
    page = root / "book" / f"{chapter}.md"
    if not page.is_file():
        raise CannotBeginError(f"There is no book/{chapter}.md; CHAPTER must be like gan/gan.")
    found = HEADING.findall(page.read_text(encoding="utf-8"))
    plain = [(english, korean) for _, english, korean in found if "$" not in english]
    if len(plain) <= len(SECTIONS):
        raise CannotBeginError(
            f"book/{chapter}.md has too few sections for the checks to point to: "
            f"{len(SECTIONS)} are needed."
        )
    return plain


def _setup_cell(root: Path) -> str:
    """The cell that all problem sets begin with, from one of them."""
    for source in sorted(solutions_folder(root).glob("*/*.md")):
        if found := SETUP.search(source.read_text(encoding="utf-8")):
            return found[0]
    raise CannotBeginError(
        f"No problem set in {solutions_folder(root)} has a setup cell to begin with."
    )


def _filled(template: str, **words: str) -> str:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for key, value in words.items():
        text = text.replace("{{" + key + "}}", value)
    return text


def main() -> int:
    """Do what the arguments say; 1 and one line where it cannot be done."""
    kind, *words = sys.argv[1:] or [""]
    begin = {"chapter": begin_chapter, "problem-set": begin_problem_set}.get(kind)
    if begin is None or len(words) != {"chapter": 3, "problem-set": 4}[kind]:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path.cwd()
    try:
        for path in begin(root, *words):
            print(f"wrote {path.relative_to(root) if path.is_relative_to(root) else path}")
    except CannotBeginError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
