"""The commands that tell how it went: feedback, report, and the students' own validate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .console import EPILOG, TROUBLE, json_option, print_json, say
from .errors import one_line

if TYPE_CHECKING:
    from .course import Course
    from .validate import Check


@click.command(epilog=EPILOG)
@click.argument("name")
@click.option(
    "--student", "students", metavar="ID", multiple=True, help="Only this one; repeatable."
)
@json_option
@click.pass_context
def feedback(ctx: click.Context, name: str, students: tuple[str, ...], as_json: bool) -> None:
    """Write a page of feedback for each graded student.

    Pages are in both languages, run no script, load nothing, and never show hidden tests.
    They lie in feedback/ID/NAME/NAME.html, where nbgrader's release_feedback finds them.
    """
    from .course import open_course
    from .feedback import write_feedback

    course = open_course(ctx.obj)
    pages = write_feedback(course, name, students)
    if as_json:
        print_json({student: str(path) for student, path in pages.items()})
        return
    count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
    click.echo(f"{name}: {count} in {course.path('feedback', '', '')}")


@click.command(epilog=EPILOG)
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
    """Show grades, or write them for another program.

    As html: a page in both languages with how each task went, usual failures, times, limits,
    pairs of similar code, and links to the pages of feedback.
    """
    from .course import open_course

    if threshold is not None and form != "html":
        raise click.UsageError("--copied belongs to --format html.")
    course = open_course(ctx.obj)
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


@click.command(epilog=EPILOG)
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results to this file as JUnit XML too.",
)
@json_option
@click.pass_context
def validate(ctx: click.Context, notebook: Path, junit: Path | None, as_json: bool) -> None:
    """Run a notebook's visible checks, for students.

    제출하기 전에 공개된 확인 셀을 실행합니다.

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
            f"공개된 확인 {total}개 가운데 {failed}개가 실패했습니다."
        )
    else:
        click.echo(
            f"All {total} visible checks pass. | 공개된 확인 {total}개를 모두 통과했습니다."
        )


COMMANDS = (feedback, report, validate)
