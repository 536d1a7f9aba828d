from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from . import people
from .tiny import TinyCourse, make_course


def pytest_configure(config: pytest.Config) -> None:
    """Pass over what nbgrader and nbformat remark upon on purpose here."""
    for warning in ("sqlalchemy.exc.SAWarning", "nbformat.warnings.DuplicateCellId"):
        config.addinivalue_line("filterwarnings", f"ignore::{warning}")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a course and its solutions, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    make_course(folder)
    return folder


@pytest.fixture
def tiny(template: Path, tmp_path: Path) -> TinyCourse:
    """A fresh tiny course with nothing handed in."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return TinyCourse(tmp_path)


@pytest.fixture(scope="session")
def graded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """A class graded once in the sandbox, with feedback; tests only look at it."""
    from grader.feedback import write_feedback

    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    tiny = TinyCourse(folder)
    people.hand_in(tiny)
    tiny.before = people.contents(tiny.folder / "submitted")
    tiny.records = tiny.grade()
    write_feedback(tiny.course, "sums")
    return tiny


@pytest.fixture(scope="session")
def forks_possible() -> None:
    """Skip where forks would hide the interpreter from themselves, as where /tmp is its folder.

    There `grader` starts each sandbox afresh, and says so.
    """
    from grader import warm
    from grader.errors import GraderError

    try:
        warm.server_command(0, 0)
    except GraderError as error:
        if "which forks replace" in str(error):
            pytest.skip(str(error))
        raise


@pytest.fixture(scope="module")
def address(forks_possible: None) -> str:
    """The address of this process's server."""
    from grader import warm

    found = warm.address()
    assert found, warm.problem()
    return found
