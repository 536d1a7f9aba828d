"""The command `grader`: release, autograde, feedback, report, validate, formgrader.

Imports of what does the work stay inside the commands: `--help` is quick, students who only
validate need no gradebook, and worker processes, which import this module first, start fast.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import GraderError, in_plain_words, one_line

if TYPE_CHECKING:
    from .course import Course
    from .record import Record

EPILOG = """\b
Exit status:
  0    all done; a student's own failing work is a result, not an error
  1    something must be mended first; one line says what
  2    the command was typed wrongly
  130  stopped with Ctrl-C; what was graded is kept
"""
TROUBLE = 1
STOPPED_BY_HAND = 130


class _Group(click.Group):
    """Prints errors that have a known cause as one line, and never a traceback for them."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.exceptions.Abort):
            _say("stopped. What was done is kept; run the command again to go on.")
            ctx.exit(STOPPED_BY_HAND)
        except BrokenPipeError:
            raise  # click ends quietly when the reader of a pipe has gone
        except Exception as error:
            words = in_plain_words(error)
            if words is None:
                raise
            _say(words)
            ctx.exit(TROUBLE)


def _say(words: str) -> None:
    click.echo(f"grader: {words}", err=True)


@click.group(
    cls=_Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
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
@click.pass_context
def release(ctx: click.Context, names: tuple[str, ...], check: bool) -> None:
    """Make the release versions of problem sets from their sources.

    solutions/NAME/NAME.md becomes a notebook without answers and hidden tests, through
    nbgrader's own generate_assignment. Without a name, or with `all`, every set is made.
    """
    from .release import drift
    from .release import release as make

    course = _course(ctx)
    chosen = [name for name in names if name != "all"]
    if not names or "all" in names:
        chosen = course.sources()
        if not chosen:
            raise GraderError(f"There are no problem sets in {course.solutions}.")
    stale = False
    for name in chosen:
        if not check:
            click.echo(f"{name}: {make(course, name)}")
            continue
        files = drift(course, name)
        stale = stale or bool(files)
        for file in files:
            place = course.path("release", ".", name) / file
            _say(f"{place} is not what its source gives: run `grader release {name}`.")
    if stale:
        ctx.exit(TROUBLE)
    if check:
        click.echo(f"{len(chosen)} problem sets are as their sources give them.")


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
    "--no-sandbox",
    is_flag=True,
    help="Run submissions with your own rights, without any protection. Only work you trust.",
)
@click.pass_context
def autograde(
    ctx: click.Context,
    name: str,
    students: tuple[str, ...],
    force: bool,
    workers: int | None,
    no_sandbox: bool,
) -> None:
    """Run and score the submissions of one problem set.

    Each notebook runs in a sandbox of its own, without network and under the limits of the
    course (c.Limits in nbgrader_config.py). What is graded and unchanged is skipped. One
    student's trouble never stops the class; it is listed at the end.
    """
    from .autograde import autograde as grade
    from .autograde import choose_students
    from .record import FAILED, GRADED

    course = _course(ctx)
    total = len(choose_students(course, name, students))
    with _progress(total, name) as step:
        records = grade(
            course,
            name,
            students=students,
            force=force,
            sandboxed=not no_sandbox,
            workers=workers,
            progress=lambda student, record: step(),
        )
    for student, record in records.items():
        if record.status != GRADED:
            click.echo(_trouble_line(student, record), err=True)
    graded = sum(record.status != FAILED for record in records.values())
    click.echo(f"{name}: {graded} of {total} graded; `grader report {name}` shows the grades.")
    if graded < total:
        _say("what is not graded will be tried again by the same command.")
        ctx.exit(TROUBLE)


def _trouble_line(student: str, record: Record) -> str:
    status = "not graded" if record.status == "failed" else record.status
    return f"{one_line(ascii_safe(student), 60)}: {status}: {one_line(record.english)}"


def ascii_safe(text: str) -> str:
    """`text` with what no terminal can print written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


class _progress:  # noqa: N801 (used as a function)
    """A bar with an estimate on stderr, where stderr is a terminal or a log."""

    def __init__(self, total: int, label: str) -> None:
        from tqdm import tqdm

        self.bar = tqdm(total=total, desc=label, unit="student", file=sys.stderr, leave=False)

    def __enter__(self) -> Callable[[], Any]:
        return lambda: self.bar.update(1)

    def __exit__(self, *error: object) -> None:
        self.bar.close()


@main.command(epilog=EPILOG)
@click.argument("name")
@click.option(
    "--student", "students", metavar="ID", multiple=True, help="Only this one; repeatable."
)
@click.pass_context
def feedback(ctx: click.Context, name: str, students: tuple[str, ...]) -> None:
    """Write an HTML page of feedback for each graded student.

    Pages are in both languages, run no script, load nothing, and never show hidden tests.
    They lie in feedback/ID/NAME/NAME.html, where nbgrader's release_feedback finds them.
    """
    from .feedback import write_feedback

    course = _course(ctx)
    pages = write_feedback(course, name, students)
    click.echo(f"{name}: {len(pages)} pages in {course.path('feedback', '', '')}")


@main.command(epilog=EPILOG)
@click.argument("name")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to print them.",
)
@click.pass_context
def report(ctx: click.Context, name: str, form: str) -> None:
    """Print the grades of one problem set, a line for each student."""
    from .report import FORMATS, rows

    click.echo(FORMATS[form](rows(_course(ctx), name)).rstrip("\n"))


@main.command(epilog=EPILOG)
@click.argument("notebook", type=click.Path(path_type=Path))
@click.pass_context
def validate(ctx: click.Context, notebook: Path) -> None:
    """Run the visible checks of your own NOTEBOOK before you hand it in.

    For students: it runs your code as you, from the first cell, and needs no sandbox and no
    course folder. Exit status 1 if a check fails. Hidden tests are not in it.
    """
    from .limits import Limits
    from .validate import validate as run_checks

    checks, trouble = run_checks(notebook, Limits())
    for check in checks:
        click.echo(f"{'ok    ' if check.passed else 'FAILED'}  {check.name}")
        for line in check.message.splitlines():
            click.echo(f"        {one_line(line)}")
    if trouble:
        _say(one_line(trouble))
    failed = sum(not check.passed for check in checks)
    if failed:
        click.echo(
            f"{failed} of {len(checks)} visible checks fail. | "
            f"공개 검사 {len(checks)}개 중 {failed}개가 실패했습니다."
        )
        ctx.exit(TROUBLE)
    click.echo(
        f"All {len(checks)} visible checks pass. | "
        f"공개 검사 {len(checks)}개를 모두 통과했습니다."
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


if __name__ == "__main__":
    main()
