"""The command `grader`: from releasing problem sets to the pages of feedback.

Imports of what does the work stay inside the commands: `--help` is quick, students who only
validate need no gradebook, and worker processes, which import this module first, start fast.
"""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .cli_class import COMMANDS
from .console import EPILOG, TROUBLE, Group, json_option, print_json, printable, progress, say
from .errors import GraderError, one_line

if TYPE_CHECKING:
    from .course import Course
    from .record import Record
    from .validate import Check


@click.group(cls=Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--course",
    "course_folder",
    metavar="FOLDER",
    help="The course folder, which holds nbgrader_config.py. Default: $GRADER_COURSE, else "
    "this folder if it is one, else the sample class.",
)
@click.version_option(package_name="dlcourse", prog_name="grader")
@click.pass_context
def main(ctx: click.Context, course_folder: str | None) -> None:
    """Release problem sets, grade a class in a sandbox, and give feedback.

    A course is a folder in nbgrader's own layout (source, release, submitted, autograded,
    feedback, gradebook.db); nbgrader's commands and its formgrader work on it too.
    """
    ctx.obj = course_folder


def _course(ctx: click.Context) -> Course:
    from .course import Course, find_course

    return Course(find_course(ctx.obj))


@main.command(epilog=EPILOG)
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
    """Make the release versions of problem sets from their sources.

    solutions/NAME/NAME.md becomes a notebook without answers and hidden tests, through
    nbgrader's own generate_assignment. Without a name, or with `all`, every set is made.
    For sets graded in isolated mode the reference solution is then graded that way, unless
    nothing has changed, and test cells it earns less than all points for are named.
    """
    from .release import drift
    from .release import release as make

    course = _course(ctx)
    chosen = [name for name in names if name != "all"]
    if not names or "all" in names:
        chosen = course.sources()
        if not chosen:
            raise GraderError(f"There are no problem sets in {course.solutions}.")
    if not check:
        made = {name: str(make(course, name)) for name in chosen}
        if as_json:
            print_json(made)
        else:
            click.echo("\n".join(f"{name}: {folder}" for name, folder in made.items()))
        if not no_trial and not _all_run_isolated(course, chosen):
            ctx.exit(TROUBLE)
        return
    stale = {name: drift(course, name) for name in chosen}
    for name, files in stale.items():
        for file in files:
            place = course.path("release", ".", name) / file
            say(f"{place} is not what its source gives: run `grader release {name}`.")
    if as_json:
        print_json(stale)
    elif not any(stale.values()):
        click.echo(f"{len(chosen)} problem sets are as their sources give them.")
    ctx.exit(TROUBLE if any(stale.values()) else 0)


def _all_run_isolated(course: Course, names: list[str]) -> bool:
    """Try test cells in isolated mode and name those that fail there."""
    from .course import ISOLATED
    from .isolated.verify import failing_cells

    fine = True
    for name in names:
        if course.mode(name) != ISOLATED:
            continue
        try:
            failing = failing_cells(course, name)
        except GraderError as error:
            say(f"{name}: its test cells were not tried in isolated mode: {error}")
            continue
        for cell, why in failing.items():
            fine = False
            say(
                f"{name}: the test cell {cell!r} does not run in isolated mode ({why}); "
                "reword it, or set the mode of the problem set to compat."
            )
    return fine


@main.command(epilog=EPILOG)
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
    """Take submissions of one problem set out of zip or tar archives, or of the exchange.

    For what Moodle and Canvas give as "all submissions", or a folder for each student. Only
    the notebooks are taken; nothing in an archive can be written anywhere else.
    """
    if exchange == bool(archives):
        raise click.UsageError("Name either archives or --exchange.")
    if exchange:
        from .exchange import collect_exchange

        found = collect_exchange(_course(ctx), name, update=update, any_owner=any_owner)
    else:
        from .collect import collect as take

        options = {"layout": layout, "received": received}
        found = take(_course(ctx), name, archives, update=update, **options)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        if one.note:
            click.echo(f"{one_line(one.student, 60)}: {one.status}: {one.note}", err=True)
    counts = Counter(one.status for one in found)
    listed = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    click.echo(f"{name}: {len(found)} students: {listed}")


@main.command(epilog=EPILOG)
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
    """Run and score the submissions of one problem set.

    Each notebook runs in a sandbox of its own, without network and under the limits of the
    course (c.Limits in nbgrader_config.py). What is graded and unchanged is skipped. One
    student's trouble never stops the class; it is listed at the end.
    """
    from .autograde import autograde as grade
    from .autograde import choose_students
    from .pool import cluster
    from .record import FAILED, GRADED

    if scheduler and workers:
        raise click.UsageError("--workers is for this machine; a cluster has its own.")
    course = _course(ctx)
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


@main.command(epilog=EPILOG)
@click.argument("name")
@click.option(
    "--student", "students", metavar="ID", multiple=True, help="Only this one; repeatable."
)
@json_option
@click.pass_context
def feedback(ctx: click.Context, name: str, students: tuple[str, ...], as_json: bool) -> None:
    """Write an HTML page of feedback for each graded student.

    Pages are in both languages, run no script, load nothing, and never show hidden tests.
    They lie in feedback/ID/NAME/NAME.html, where nbgrader's release_feedback finds them.
    """
    from .feedback import write_feedback

    course = _course(ctx)
    pages = write_feedback(course, name, students)
    if as_json:
        print_json({student: str(path) for student, path in pages.items()})
        return
    click.echo(f"{name}: {len(pages)} pages in {course.path('feedback', '', '')}")


@main.command(epilog=EPILOG)
@click.argument("name")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "moodle", "canvas", "junit", "html"]),
    default="table",
    show_default=True,
    help="How to write them; moodle and canvas are CSV files those import, html is a page.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file. Default: stdout; for html reports/NAME.html in the course.",
)
@click.option(
    "--copied",
    "threshold",
    type=float,
    help="With html: name pairs whose code is alike from this share on, such as 0.8 "
    "(c.CopyCheck in nbgrader_config.py has this and more).",
)
@click.pass_context
def report(
    ctx: click.Context,
    name: str,
    form: str,
    as_json: bool,
    output: Path | None,
    threshold: float | None,
) -> None:
    """Show the grades of one problem set, or write them for another program.

    As html: a page in both languages with how each task went, usual failures, times, limits,
    pairs of similar code, and links to the pages of feedback.
    """
    if threshold is not None and form != "html":
        raise click.UsageError("--copied belongs to --format html.")
    course = _course(ctx)
    if form == "html":
        from .classreport import report_path

        output = output or report_path(course, name)
        text = _class_report(course, name, output, threshold)
    else:
        from .junit import of_rows
        from .report import FORMATS, rows

        forms = {**FORMATS, "junit": of_rows}
        text = forms["json" if as_json else form](rows(course, name))
    if output is None:
        click.echo(text.rstrip("\n"))
        return
    from .record import write_whole

    output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output, text.rstrip("\n") + "\n")
    if as_json and form == "html":
        print_json({"page": str(output)})
    else:
        click.echo(str(output))


def _class_report(course: Course, name: str, target: Path, threshold: float | None) -> str:
    from .classreport import class_report
    from .copied import CopyCheck

    given = {} if threshold is None else {"threshold": threshold}
    check = CopyCheck.from_config(course.config, **given)
    return class_report(course, name, target, check)


@main.command(epilog=EPILOG)
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results to this file as JUnit XML too.",
)
@json_option
@click.pass_context
def validate(ctx: click.Context, notebook: Path, junit: Path | None, as_json: bool) -> None:
    """Run the visible checks of your own NOTEBOOK before you hand it in.

    For students: it runs your code as you, from the first cell, and needs no sandbox and no
    course folder. Exit status 1 if a check fails. Hidden tests are not in it.
    """
    from .limits import Limits
    from .validate import validate as run_checks

    checks, trouble = run_checks(notebook, Limits())
    failed = sum(not check.passed for check in checks)
    if junit is not None:
        from .junit import of_checks
        from .record import write_whole

        write_whole(junit, of_checks(checks, notebook.stem, trouble))
    if as_json:
        print_json({"checks": [asdict(check) for check in checks], "trouble": trouble})
    else:
        _show_checks(checks, trouble)
    ctx.exit(TROUBLE if failed else 0)


def _show_checks(checks: list[Check], trouble: str) -> None:
    for check in checks:
        click.echo(f"{'ok    ' if check.passed else 'FAILED'}  {check.name}")
        for line in check.message.splitlines():
            click.echo(f"        {one_line(line)}")
    if trouble:
        say(one_line(trouble))
    total, failed = len(checks), sum(not check.passed for check in checks)
    if failed:
        click.echo(
            f"{failed} of {total} visible checks fail. | "
            f"공개 검사 {total}개 중 {failed}개가 실패했습니다."
        )
    else:
        click.echo(
            f"All {total} visible checks pass. | 공개 검사 {total}개를 모두 통과했습니다."
        )


@main.command(epilog=EPILOG)
@click.option("--port", type=click.IntRange(1, 65535), default=8890, show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.pass_context
def formgrader(ctx: click.Context, port: int, no_browser: bool) -> None:
    """Open nbgrader's formgrader on the course, to grade by hand and to comment.

    It is served on 127.0.0.1 alone, with a token; Ctrl-C ends it.
    """
    from .formgrader import serve

    ctx.exit(serve(_course(ctx), port, open_browser=not no_browser))


main.add_command(formgrader, "serve")
for _command in COMMANDS:
    main.add_command(_command)


if __name__ == "__main__":
    main()
