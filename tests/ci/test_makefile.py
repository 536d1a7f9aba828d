"""What the Makefile makes of its variables."""

from __future__ import annotations

import pytest

from grader.sources import SOLUTIONS
from tests import commands

from .conftest import REPOSITORY

SHOW = f"shown:;@echo made $({SOLUTIONS}), told $${SOLUTIONS}"


@pytest.mark.parametrize(
    ("named", "folder"),
    [
        (None, "solutions"),
        ("", "solutions"),
        (" ", "solutions"),
        (" ../private ", "../private"),
    ],
)
@pytest.mark.parametrize("on_the_command_line", [False, True])
def test_an_empty_name_of_the_sources_folder_is_no_name(
    named: str | None, folder: str, on_the_command_line: bool
) -> None:
    given = {} if named is None else {SOLUTIONS: named}
    words = [f"{name}={value}" for name, value in given.items()] if on_the_command_line else []
    variables = commands.environment(**({} if on_the_command_line else given))
    make = ["make", "--no-print-directory", f"--eval={SHOW}", *words, "shown"]
    done = commands.run(make, REPOSITORY, variables)
    assert done.stdout == f"made {folder}, told {folder}\n"
