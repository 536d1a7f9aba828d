"""Commands over every notebook; the Makefile calls them.

python -m tests.notebooks run       compare the checked outputs of all, with nbval
python -m tests.notebooks repeat 3  execute all three times; the outputs must stay the same
python -m tests.notebooks check     name references that are out of step with their chapter
python -m tests.notebooks make      write the references anew
python -m tests.notebooks waiting   name those whose run is not in the cache
python -m tests.notebooks budget    GPU minutes of each, as estimated
"""

from __future__ import annotations

import sys
from pathlib import Path

import click
import nbformat
import pytest
from execution_cache.store import Store
from tabulate import tabulate

from . import budget as estimates
from . import references
from .replay import Runs
from .runs import run_of

NOTEBOOKS = references.REPOSITORY / "_build" / "notebooks"
REPORTS = references.REPOSITORY / "_build" / "reports"
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
    problems += estimates.problems()
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


@main.command()
@click.option("--book", is_flag=True, help="Leave the solved problem sets out.")
def waiting(book: bool) -> None:
    """Exit with 1 and name each notebook that would be executed, and why."""
    store = Store.here(references.REPOSITORY)
    names = [f"book/{name}" for name in references.chapters()]
    names += [] if book else references.solved_sets()
    left = 0
    for name in names:
        entry = store.entry(name, references.notebook(name))
        if not entry.complete:
            click.echo(f"{name} would be executed: {entry.why()}", err=True)
            left += 1
    if left:
        sys.exit(1)
    click.echo(f"The runs of all {len(names)} notebooks are there.")


@main.command()
def budget() -> None:
    """Print the estimate of GPU minutes for each notebook."""
    headers = ("notebook", "seconds, small profile", "minutes, full profile on a GPU")
    click.echo(tabulate(list(estimates.table()), headers=headers))


def _judge(chapters: tuple[str, ...], fresh: bool) -> int:
    compared = Store.here(references.REPOSITORY).profile == "small"
    if not compared:
        click.echo("Stored outputs are those of the small profile: nothing is compared.")
    paths = [_write(f"book/{name}", _reference(name, compared)) for name in _chosen(chapters)]
    if not chapters:
        paths += [_write(name, references.notebook(name)) for name in references.solved_sets()]
    plugin = Runs(NOTEBOOKS, fresh=fresh, reports=REPORTS)
    report = f"--junitxml={REPORTS / 'notebooks.xml'}"
    return int(pytest.main([*NBVAL, report, *map(str, paths)], plugins=[plugin]))


def _reference(chapter: str, compared: bool) -> nbformat.NotebookNode:
    """What nbval judges by: in the full profile it is enough that no cell fails."""
    found = references.reference(chapter)
    if not compared:
        for cell in found.cells:
            tags = [tag for tag in cell.metadata.get("tags", []) if tag != references.CHECKED]
            cell.metadata["tags"] = tags
    return found


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
