"""The command line; `make korean` and `make test` call it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.sources import REPOSITORY, solutions_folder

from . import __doc__ as PURPOSE  # noqa: N812
from .findings import Finding, findings, load_terms
from .pairs import Pair, pairs
from .staleness import compare, hashes, read_lock, write_lock

BOOK, SOLUTIONS = "book", "solutions"


@click.group(help=PURPOSE)
@click.option("--root", type=click.Path(path_type=Path, exists=True), default=REPOSITORY)
@click.pass_context
def main(context: click.Context, root: Path) -> None:
    """Remember the folder to work on."""
    context.obj = root


@main.command()
@click.pass_obj
def check(root: Path) -> None:
    """Print all findings; exit with 1 if there are any."""
    terms = load_terms(root / "book" / "terms.yml")
    lock = read_lock(_lock(root))
    found: list[Finding] = []
    for name, texts in _sources(root).items():
        path = Path(name)
        for pair in texts:
            found += findings(pair, terms, path)
        state = compare(texts, lock.get(name, []))
        found += [
            Finding(path, pair.line, "the English changed and the Korean did not; mend it, or "
                    f"run: make korean-accept FILES={name}")
            for pair in state.stale
        ]  # fmt: skip
        found += [
            Finding(path, pair.line, "not in the lock yet; run: make korean-record")
            for pair in state.new
        ]
    for finding in sorted(found, key=lambda finding: (finding.path, finding.line)):
        click.echo(str(finding), err=True)
    if found:
        sys.exit(1)
    click.echo(f"The Korean of {len(_sources(root))} files is as it should be.")


@main.command()
@click.pass_obj
def record(root: Path) -> None:
    """Note every pair but those whose Korean is stale."""
    lock = read_lock(_lock(root))
    # Without the sources of the problem sets what is known of them stays known.
    absent = not any(solutions_folder(root).rglob("*.md"))
    entries = {name: lock[name] for name in lock if absent and name.startswith(f"{SOLUTIONS}/")}
    for name, texts in _sources(root).items():
        stale = compare(texts, lock.get(name, [])).stale
        kept = [hashes(pair) for pair in texts if pair not in stale]
        # A stale pair keeps its old entry, which is what makes it stale.
        waiting = {hashes(pair)[1] for pair in stale}
        old = [entry for entry in lock.get(name, []) if entry[1] in waiting]
        entries[name] = [*kept, *old]
        for pair in stale:
            click.echo(f"{name}:{pair.line}: stale, not recorded", err=True)
    write_lock(_lock(root), entries)


@main.command()
@click.argument("files", nargs=-1, required=True)
@click.pass_obj
def accept(root: Path, files: tuple[str, ...]) -> None:
    """Say that all Korean in FILES is right for the English as it is now."""
    sources = _sources(root)
    unknown = sorted(set(files) - set(sources))
    if unknown:
        raise click.ClickException(f"{unknown[0]} is no source with Korean in it.")
    entries = read_lock(_lock(root))
    for name in files:
        entries[name] = [hashes(pair) for pair in sources[name]]
    write_lock(_lock(root), entries)


def _lock(root: Path) -> Path:
    return root / "book" / "korean.lock"


def _sources(root: Path) -> dict[str, list[Pair]]:
    found = {}
    for name, folder in ((BOOK, root / BOOK), (SOLUTIONS, solutions_folder(root))):
        for path in sorted(folder.rglob("*.md")):
            texts = list(pairs(path.read_text(encoding="utf-8")))
            if texts:
                found[f"{name}/{path.relative_to(folder).as_posix()}"] = texts
    return found


if __name__ == "__main__":
    main(prog_name="proofread")
