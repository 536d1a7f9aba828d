"""The commands that give problem sets out and take submissions in."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .console import EPILOG, TROUBLE, json_option, print_json, say
from .errors import GraderError, one_line

if TYPE_CHECKING:
    from .course import Course


@click.command(epilog=EPILOG)
@click.argument("names", metavar="[NAME...|all]", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; fail where a release is not fresh.")
@click.option(
    "--no-trial",
    is_flag=True,
    help="Do not run the reference solution to find test cells that cannot run isolated.",
)
@json_option
@click.pass_context
def release(
    ctx: click.Context, names: tuple[str, ...], check: bool, no_trial: bool, as_json: bool
) -> None:
    """Make the release versions from the sources.

    solutions/NAME/NAME.md becomes a notebook without answers and hidden tests, through
    nbgrader's own generate_assignment. Without a name, or with `all`, every set is made. The
    variable DLCOURSE_SOLUTIONS names another folder in place of solutions/.
    For sets graded in isolated mode the reference solution is then graded that way, unless
    nothing has changed, and test cells it earns less than all points for are named.
    """
    from .course import open_course
    from .release import release as make

    course = open_course(ctx.obj)
    chosen = [name for name in names if name != "all"]
    if not names or "all" in names:
        course.check_sources()
        chosen = course.sources()
    if check:
        ctx.exit(0 if _all_fresh(course, chosen, as_json) else TROUBLE)
    made = {name: str(make(course, name)) for name in chosen}
    if as_json:
        print_json(made)
    else:
        click.echo("\n".join(f"{name}: {folder}" for name, folder in made.items()))
    if not no_trial and not _all_run_isolated(course, chosen):
        ctx.exit(TROUBLE)


def _all_fresh(course: Course, names: list[str], as_json: bool) -> bool:
    """Name the released files that are not what their sources give."""
    from .release import drift

    stale = {name: drift(course, name) for name in names}
    for name, files in stale.items():
        for file in files:
            place = course.path("release", ".", name) / file
            say(f"{place} is not what its source gives: run `grader release {name}`.")
    fresh = not any(stale.values())
    if as_json:
        print_json(stale)
    elif fresh:
        count = "1 problem set is as its source gives it"
        if len(names) > 1:
            count = f"{len(names)} problem sets are as their sources give them"
        click.echo(f"{count}.")
    return fresh


def _all_run_isolated(course: Course, names: list[str]) -> bool:
    """Try test cells in isolated mode and name those that fail there."""
    from .course import ISOLATED
    from .isolated.verify import failing_cells

    fine = True
    for name in names:
        if course.mode(name) != ISOLATED:
            continue
        say(f"{name}: trying its test cells on the reference solution, in isolated mode…")
        try:
            failing = failing_cells(course, name)
        except GraderError as error:
            say(f"{name}: its test cells were not tried in isolated mode: {error}")
            continue
        for cell, why in failing.items():
            fine = False
            say(
                f"{name}: the reference solution does not earn all points of the test cell "
                f"{cell!r} in isolated mode ({why}); mend the solution, reword the cell, or "
                "set the mode of the problem set to compat."
            )
    return fine


@click.command(epilog=EPILOG)
@click.argument("name")
@click.argument("archives", metavar="[ARCHIVE...]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--layout",
    default="",
    metavar="LAYOUT",
    help="moodle, canvas or folders, or a regular expression for a path in the archive with a "
    "group named `student`. Default: the first that fits.",
)
@click.option(
    "--received",
    default="",
    metavar="TIME",
    help="When they were received, for late penalties, as in '2026-03-01 18:00 +0900'. "
    "Without it nobody is late. A time inside the archive is not believed.",
)
@click.option("--update", is_flag=True, help="Replace what differs from what is there.")
@click.option(
    "--exchange",
    is_flag=True,
    help="Take them out of nbgrader's exchange instead; the file system says when they came.",
)
@click.option(
    "--any-owner", is_flag=True, help="With --exchange: where all students share one user."
)
@json_option
@click.pass_context
def collect(
    ctx: click.Context,
    name: str,
    archives: tuple[Path, ...],
    layout: str,
    received: str,
    update: bool,
    exchange: bool,
    any_owner: bool,
    as_json: bool,
) -> None:
    """Take submissions out of archives or the exchange.

    An archive (zip or tar) is what Moodle or Canvas gives as "all submissions", or has a
    folder for each student. Only notebooks are taken; nothing in an archive can be written
    anywhere else. Who has none that can be taken is named, with the reason, which also stands
    on that student's page of feedback.
    """
    from .course import open_course

    if exchange == bool(archives):
        raise click.UsageError("Name either archives or --exchange.")
    if exchange:
        from .exchange import collect_exchange

        found = collect_exchange(open_course(ctx.obj), name, update=update, any_owner=any_owner)
    else:
        from .collect import collect as take

        options = {"layout": layout, "received": received}
        found = take(open_course(ctx.obj), name, archives, update=update, **options)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        if one.note:
            click.echo(f"{one_line(one.student, 60)}: {one.status}: {one.note}", err=True)
    counts = Counter(one.status for one in found)
    listed = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    click.echo(f"{name}: {len(found)} students: {listed}")


COMMANDS = (release, collect)
