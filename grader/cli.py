"""The command `grader`: from releasing problem sets to the pages of feedback.

Imports of what does the work stay inside the commands: `--help` is quick, students who only
validate need no gradebook, and worker processes, which import this module first, start fast.
"""

from __future__ import annotations

import click

from . import cli_class, cli_grading, cli_results, cli_sets
from .console import EPILOG, Group


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


for _commands in (cli_sets, cli_class, cli_grading, cli_results):
    for _command in _commands.COMMANDS:
        main.add_command(_command)
main.add_command(cli_grading.formgrader, "serve")


if __name__ == "__main__":
    main()
