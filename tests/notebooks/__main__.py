"""Commands over every notebook; the Makefile calls them.

python -m tests.notebooks run     execute all under nbval and compare checked outputs
python -m tests.notebooks check   name references that are out of step with their chapter
python -m tests.notebooks make    write the references anew, from the cells the site ran
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import nbformat

from . import references

NOTEBOOKS = references.REPOSITORY / "_build" / "notebooks"
CELL_SECONDS = 1800


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
        nbformat.write(references.from_site(chapter), path)
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
def run(chapters: tuple[str, ...]) -> None:
    """Execute all CHAPTERS and solved problem sets under nbval, or the chapters named."""
    paths = [_write(f"book/{name}", references.reference(name)) for name in _chosen(chapters)]
    if not chapters:
        paths += [_write(f"solutions/{name}", nb) for name, nb in references.solved_sets()]
    command = [
        *(sys.executable, "-m", "pytest", "--nbval-lax", "-v", "-p", "no:cacheprovider"),
        *("--nbval-cell-timeout", str(CELL_SECONDS), "--nbval-current-env"),
    ]
    sys.exit(subprocess.run([*command, *map(str, paths)], check=False).returncode)


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
    for cell in nb.cells:
        # nbval runs cells without a history, and without one IPython overlooks the semicolon
        # that keeps a last line from being shown.
        if cell.cell_type == "code" and cell.source.rstrip().endswith(";"):
            cell.source += "\npass"
    nbformat.write(nb, path)
    return path


if __name__ == "__main__":
    main()
