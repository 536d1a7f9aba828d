"""Split the repository into what may be public and what holds answers.

    python -m tests.tools.split PUBLIC PRIVATE

PUBLIC gets every tracked file but the answers, PRIVATE the sources of the problem sets and
their right and wrong answers, in the form that DLCOURSE_SOLUTIONS expects. Neither gets the
history, which holds answers too. The sample class stays out of both, for one student in it
has everything right; `python -m tests.tools.make_students` makes it anew from PRIVATE.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import click

from grader.course import REPOSITORY
from tests.problem_sets.sheet import ANSWERS

LEFT_OUT = PurePosixPath("grader/sample_class/submitted")


def tracked(repository: Path = REPOSITORY) -> Iterator[PurePosixPath]:
    """Every file that git knows and that is there.

    Raises:
        click.ClickException: outside a git repository.
    """
    command = ["git", "-C", str(repository), "ls-files", "-z"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(f"{repository} is no git repository: {done.stderr.strip()}")
    for name in filter(None, done.stdout.split("\0")):
        if (repository / name).is_file():
            yield PurePosixPath(name)


def private_place(file: PurePosixPath) -> PurePosixPath | None:
    """Where a file belongs below the private folder; None for one that may be public."""
    match file.parts:
        case ("solutions", *rest):
            return PurePosixPath(*rest)
        case ("tests", "problem_sets", name, *rest) if rest:
            return PurePosixPath(name, ANSWERS, *rest)
    return None


def split(public: Path, private: Path, repository: Path = REPOSITORY) -> None:
    """Write both folders, which must be new or empty.

    Raises:
        click.ClickException: where they are not, or outside a git repository.
    """
    for folder in (public, private):
        if folder.is_dir() and any(folder.iterdir()):
            raise click.ClickException(f"{folder} is not empty.")
    for file in tracked(repository):
        if file.is_relative_to(LEFT_OUT):
            continue
        place = private_place(file)
        target = private / place if place else public / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repository / file, target)


@click.command(help=__doc__)
@click.argument("public", type=click.Path(path_type=Path, file_okay=False))
@click.argument("private", type=click.Path(path_type=Path, file_okay=False))
def main(public: Path, private: Path) -> None:
    """Split, and say what to do next."""
    split(public, private)
    click.echo(f"{public}: may be published as a new repository, without this one's history.")
    click.echo(f"{private}: keep it to yourself; export DLCOURSE_SOLUTIONS={private.resolve()}")


if __name__ == "__main__":
    main()
