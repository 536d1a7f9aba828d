"""The commands about a class and its people; `grader.cli` adds them to its own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from .console import EPILOG, TROUBLE, json_option, print_json, say
from .errors import one_line


@click.command(epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def roster(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Put a class list (CSV) into the gradebook.

    The first line names the columns: id, first_name, last_name (or name), email. All of the
    list is taken or none of it; nobody is taken out of the gradebook.
    """
    from .course import open_course
    from .roster import import_roster, read_roster

    done = import_roster(open_course(ctx.obj), read_roster(file))
    if as_json:
        print_json(asdict(done))
        return
    counts = f"{len(done.added)} added, {len(done.changed)} changed, {len(done.same)} as before"
    click.echo(f"{file.name}: {counts}")


@click.command(epilog=EPILOG)
@click.argument("name")
@click.argument("time", default="")
@click.option(
    "--student",
    "students",
    metavar="ID",
    multiple=True,
    help="A later deadline for this one alone; repeatable.",
)
@click.option("--remove", is_flag=True, help="Take away the deadline, or the students' own.")
@json_option
@click.pass_context
def deadline(
    ctx: click.Context,
    name: str,
    time: str,
    students: tuple[str, ...],
    remove: bool,
    as_json: bool,
) -> None:
    """Show or set a deadline, for all or for single students.

    TIME is like '2026-03-01 18:00 +0900'; without an offset, this machine's, which is also how
    times are shown (JSON has UTC as well). What being late costs is worked out anew for
    everybody concerned (c.LateSubmissionPlugin); nothing is run again. A student's extension
    moves with the class's deadline.
    """
    from . import deadline as tool
    from .course import open_course

    if time and remove:
        raise click.UsageError("Give a TIME or --remove, not both.")
    if students and not (time or remove):
        raise click.UsageError("Say until when, or --remove.")
    course = open_course(ctx.obj)
    if students:
        tool.extend(course, name, students, time)
    elif time or remove:
        tool.set_deadline(course, name, time)
    found = tool.deadlines(course, name)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        click.echo(f"{one_line(one.student, 60) or name}: {one.local or 'no deadline'}")


@click.command(epilog=EPILOG)
@json_option
@click.pass_context
def anonymize(ctx: click.Context, as_json: bool) -> None:
    """Put codes in place of all ids and names.

    For grading without knowing whose work it is: folders, gradebook, reports, feedback and
    formgrader show codes until `grader reveal`. Run it again when nbgrader's own collect
    brought new submissions. What a student wrote into the notebook itself is not changed.
    """
    from .anonymous import anonymize as hide
    from .course import open_course

    done = hide(open_course(ctx.obj))
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(f"{done.students} students have codes now; {done.codes_file} has the names.")


@click.command(epilog=EPILOG)
@json_option
@click.pass_context
def reveal(ctx: click.Context, as_json: bool) -> None:
    """Put ids and names back in place of codes.

    Pages of feedback written meanwhile show codes until `grader feedback` writes them anew.
    """
    from .anonymous import reveal as show
    from .course import open_course

    done = show(open_course(ctx.obj))
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(f"{done.students} students have their names again.")


@click.group(epilog=EPILOG)
def student() -> None:
    """Give one student's data out, or delete it."""


@student.command("export", epilog=EPILOG)
@click.argument("student_id", metavar="ID")
@click.option(
    "--to", "target", type=click.Path(path_type=Path), help="The archive. Default: ID.zip here."
)
@json_option
@click.pass_context
def export_data(
    ctx: click.Context, student_id: str, target: Path | None, as_json: bool
) -> None:
    """Write all of one student's data into a zip archive, to be given to them.

    Submissions, feedback, and from the gradebook names, times, points and comments. Graded
    notebooks stay out: they hold the hidden tests.
    """
    from .course import open_course
    from .personal import export

    course = open_course(ctx.obj)
    target = target or Path(f"{Path(student_id).name}.zip")
    names = export(course, student_id, target)
    if as_json:
        print_json({"archive": str(target), "files": names})
    else:
        click.echo(f"{target}: {len(names)} files")


@student.command("delete", epilog=EPILOG)
@click.argument("student_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def delete_data(ctx: click.Context, student_id: str, yes: bool, as_json: bool) -> None:
    """Delete all of one student's data from the course: folders and gradebook.

    There is no way back. Copies elsewhere stay: nbgrader's exchange, the archives they came
    in, backups, class reports made before.
    """
    from .course import open_course
    from .personal import delete, holdings

    course = open_course(ctx.obj)
    held = holdings(course, student_id)
    if not yes:
        sets = ", ".join(held.problem_sets) or "none"
        question = (
            f"Delete {one_line(student_id, 60)}: {len(held.folders)} folders and the grades of "
            f"these problem sets: {sets}?"
        )
        if not click.confirm(question, err=True):
            say("nothing was deleted.")
            ctx.exit(TROUBLE)
    done = delete(course, student_id)
    if as_json:
        print_json(
            {
                "student": student_id,
                "folders": [str(folder) for folder in done.folders],
                "problem_sets": done.problem_sets,
            }
        )
    else:
        click.echo(f"{one_line(student_id, 60)}: deleted.")


COMMANDS = (roster, deadline, anonymize, reveal, student)
