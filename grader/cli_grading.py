"""The commands that grade: by machine, again, and by hand."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from .console import EPILOG, TROUBLE, json_option, print_json, printable, progress, say
from .errors import one_line

if TYPE_CHECKING:
    from .record import Record


@click.command(epilog=EPILOG)
@click.argument("name")
@click.option(
    "--student", "students", metavar="ID", multiple=True, help="Only this one; repeatable."
)
@click.option("--force", is_flag=True, help="Grade again what is graded and unchanged.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Notebooks run at once. Default: what cores and memory allow.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run the notebooks on the dask.distributed cluster of this scheduler, as in "
    "tcp://host:8786. Its workers need dlcourse[grader] and bubblewrap.",
)
@click.option(
    "--mode",
    type=click.Choice(["isolated", "compat"]),
    help="isolated keeps hidden tests out of the student's process; compat runs them there, as "
    "nbgrader does. Default: what nbgrader_config.py sets (c.ProblemSets.mode).",
)
@click.option(
    "--no-sandbox",
    is_flag=True,
    help="Run submissions with your own rights, without any protection. Only work you trust.",
)
@json_option
@click.pass_context
def autograde(
    ctx: click.Context,
    name: str,
    students: tuple[str, ...],
    force: bool,
    workers: int | None,
    scheduler: str | None,
    mode: str | None,
    no_sandbox: bool,
    as_json: bool,
) -> None:
    """Run and score the submissions of a problem set.

    Each notebook runs in a sandbox of its own, without network and under the limits of the
    course (c.Limits in nbgrader_config.py). What is graded and unchanged is skipped. One
    student's trouble never stops the class; it is listed at the end.
    """
    from .autograde import autograde as grade
    from .autograde import choose_students
    from .course import open_course
    from .pool import cluster
    from .record import FAILED, GRADED

    if scheduler and workers:
        raise click.UsageError("--workers is for this machine; a cluster has its own.")
    course = open_course(ctx.obj)
    total = len(choose_students(course, name, students))
    with (
        cluster(scheduler) if scheduler else nullcontext() as executor,
        progress(total, name) as step,
    ):
        records = grade(
            course,
            name,
            students=students,
            force=force,
            sandboxed=not no_sandbox,
            workers=workers,
            executor=executor,
            mode=mode,
            progress=lambda student, record: step(),
        )
    for student, record in records.items():
        if record.status != GRADED:
            click.echo(_trouble_line(student, record), err=True)
    graded = sum(record.status != FAILED for record in records.values())
    if as_json:
        print_json([{"student": who, **asdict(record)} for who, record in records.items()])
    else:
        click.echo(
            f"{name}: {graded} of {total} graded; `grader report {name}` shows the grades."
        )
        for means in sorted({record.means for record in records.values()} - {""}):
            click.echo(means)
    if graded < total:
        say("what is not graded will be tried again by the same command.")
        ctx.exit(TROUBLE)


def _trouble_line(student: str, record: Record) -> str:
    status = "not graded" if record.status == "failed" else record.status
    return f"{one_line(printable(student), 60)}: {status}: {one_line(record.english)}"


@click.command(epilog=EPILOG)
@click.argument("name")
@click.argument("tasks", metavar="TASK...", nargs=-1, required=True)
@click.option("--workers", type=click.IntRange(min=1), help="Notebooks run at once.")
@click.option("--no-sandbox", is_flag=True, help="As for `grader autograde`.")
@json_option
@click.pass_context
def regrade(
    ctx: click.Context,
    name: str,
    tasks: tuple[str, ...],
    workers: int | None,
    no_sandbox: bool,
    as_json: bool,
) -> None:
    """Grade tasks again whose hidden tests were mended.

    First mend the source and run `grader release NAME`. Everybody's notebook runs again. TASK
    is the id of a graded cell, as `grader report` lists it. All other points, by machine or by
    hand, and all comments stay.
    """
    from .course import open_course
    from .record import FAILED
    from .regrade import points_by_hand
    from .regrade import regrade as again

    course = open_course(ctx.obj)
    course.check_problem_set(name)
    with progress(len(course.students(name)), name) as step:
        records, changes = again(
            course,
            name,
            tasks,
            workers=workers,
            sandboxed=not no_sandbox,
            progress=lambda student, record: step(),
        )
    failed = [student for student, record in records.items() if record.status == FAILED]
    by_hand = points_by_hand(course, name, tasks)
    if as_json:
        told = {"changes": [asdict(one) for one in changes], "by_hand": by_hand}
        print_json(told | {"not_graded": failed})
    else:
        for one in changes:
            click.echo(f"{one_line(one.student, 60)}: {one.before:g} -> {one.after:g}")
        click.echo(f"{name}: {len(changes)} of {len(records)} students have other points now.")
        if by_hand:
            listed = one_line(", ".join(by_hand))
            click.echo(f"Points that were set by hand stay: {listed}.")
        if changes:
            click.echo(f"`grader feedback {name}` writes the pages of feedback anew.")
    if failed:
        say(f"{len(failed)} could not be graded and keep their points: run this again.")
        ctx.exit(TROUBLE)


@click.command(epilog=EPILOG)
@click.option("--port", type=click.IntRange(1, 65535), default=8890, show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.pass_context
def formgrader(ctx: click.Context, port: int, no_browser: bool) -> None:
    """Grade by hand and comment in nbgrader's formgrader.

    It is served on 127.0.0.1 alone, with a token; Ctrl-C ends it. `serve` and `formgrader` are
    the same.
    """
    from .course import open_course
    from .formgrader import serve

    ctx.exit(serve(open_course(ctx.obj), port, open_browser=not no_browser))


COMMANDS = (autograde, regrade, formgrader)
