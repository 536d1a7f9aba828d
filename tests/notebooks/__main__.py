"""Commands over every notebook; the Makefile calls them.

python -m tests.notebooks run       compare the checked outputs of all, with nbval
python -m tests.notebooks repeat 3  execute all three times; the outputs must stay the same
python -m tests.notebooks check     name references that are out of step with their chapter
python -m tests.notebooks make      write the references anew
"""

from __future__ import annotations

import sys
from pathlib import Path

import click
import nbformat
import pytest

from . import references
from .replay import Runs
from .runs import run_of

NOTEBOOKS = references.REPOSITORY / "_build" / "notebooks"
# nbval is loaded before pytest could rewrite the asserts that it does not have.
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
NBVAL = ["--nbval-lax", "-v", "-p", "no:cacheprovider", *QUIET]
NBVAL += ["--nbval-sanitize-with", str(references.HERE / "sanitize.cfg")]


@click.group(help=__doc__)
def main() -> None:
    """Group the commands."""


@main.command()
@click.argument("chapters", nargs=-1)
def make(chapters: tuple[str, ...]) -> None:
    """Write the references of all CHAPTERS, or of those named, like gan/gan."""
    for chapter in _chosen(chapters):
        path = references.path_of(chapter)
        path.parent.mkdir(parents=True, exist_ok=True)
        run = run_of(f"book/{chapter}", say=click.echo)
        if run.failure:
            raise click.ClickException(f"book/{chapter}.md: a cell fails.\n{run.failure}")
        nbformat.write(references.from_run(chapter, run.cells), path)
        click.echo(f"wrote {path.relative_to(references.REPOSITORY)}")
    for path in references.left_over():
        path.unlink()
        click.echo(f"removed {path.relative_to(references.REPOSITORY)}")


@main.command()
def check() -> None:
    """Exit with 1 and name each reference that does not fit its chapter."""
    problems = [line for chapter in references.chapters() for line in references.drift(chapter)]
    for path in references.left_over():
        problems.append(
            f"{path.relative_to(references.REPOSITORY)}: no such chapter in _toc.yml"
        )
    for line in problems:
        click.echo(line, err=True)
    if problems:
        click.echo("Write them anew with: make references", err=True)
        sys.exit(1)


@main.command()
@click.argument("chapters", nargs=-1)
@click.option("--fresh", is_flag=True, help="Execute all, whatever the cache holds.")
def run(chapters: tuple[str, ...], fresh: bool) -> None:
    """Compare all CHAPTERS and solved problem sets, or the chapters named, with nbval.

    Those whose last run still stands are compared with it, the others are executed.
    """
    sys.exit(_judge(chapters, fresh))


@main.command()
@click.argument("times", type=click.IntRange(min=2))
@click.argument("chapters", nargs=-1)
def repeat(times: int, chapters: tuple[str, ...]) -> None:
    """Execute all several TIMES; each must give the outputs stored in the references."""
    for number in range(1, times + 1):
        click.echo(f"Run {number} of {times}")
        if code := _judge(chapters, fresh=True):
            click.echo(f"Run {number} of {times} differs from the references.", err=True)
            sys.exit(code)
    click.echo(f"{times} runs gave the same checked outputs.")


def _judge(chapters: tuple[str, ...], fresh: bool) -> int:
    paths = [_write(f"book/{name}", references.reference(name)) for name in _chosen(chapters)]
    if not chapters:
        paths += [_write(name, references.notebook(name)) for name in references.solved_sets()]
    plugin = Runs(NOTEBOOKS, fresh=fresh)
    return int(pytest.main([*NBVAL, *map(str, paths)], plugins=[plugin]))


def _chosen(names: tuple[str, ...]) -> list[str]:
    known = references.chapters()
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise click.ClickException(
            f"There is no chapter {unknown[0]!r}; there are: {', '.join(known)}."
        )
    return list(names) or known


def _write(name: str, nb: nbformat.NotebookNode) -> Path:
    path = NOTEBOOKS / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, path)
    return path


if __name__ == "__main__":
    main()
