from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.console import to_json
from grader.course import SAMPLE_CLASS, find_course
from grader.errors import GraderError, in_plain_words, one_line

from .tiny import RIGHT, FakeExecutor, TinyCourse, role_of


def grader(tiny: TinyCourse, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--course", str(tiny.folder), *arguments])


def one_complaint(result: Result) -> str:
    """The single line on stderr that begins with the command's name."""
    assert result.exit_code == 1, result.output
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("grader: ")]
    assert "Traceback" not in result.output
    return line


@pytest.fixture
def fake_runs(monkeypatch: pytest.MonkeyPatch) -> FakeExecutor:
    """Let `grader autograde` run nothing."""
    fake = FakeExecutor()
    real = __import__("grader.autograde", fromlist=["run_all"]).run_all

    def run_all(notebooks: Any, limits: Any, **options: Any) -> Any:
        return real(notebooks, limits, **{**options, "executor": fake})

    monkeypatch.setattr("grader.autograde.run_all", run_all)
    return fake


@pytest.mark.parametrize(
    "command",
    [
        *("", "release", "collect", "autograde", "feedback", "report", "validate"),
        *("formgrader", "serve", "roster", "deadline", "regrade", "anonymize", "reveal"),
        *("student", "student export", "student delete"),
    ],
)
def test_help_explains_and_lists_exit_statuses(command: str) -> None:
    result = CliRunner().invoke(main, [*command.split(), "--help"])
    assert result.exit_code == 0
    assert "Exit status:" in result.output and "130" in result.output
    assert len(result.output.splitlines()) > 12


@pytest.mark.parametrize(
    "arguments",
    [["autograde"], ["report", "sums", "--format", "xml"], ["nothing"], ["autograde", "--x"]],
)
def test_wrong_use_is_status_2(tiny: TinyCourse, arguments: list[str]) -> None:
    assert grader(tiny, *arguments).exit_code == 2


@pytest.mark.parametrize("command", ["release", "autograde", "feedback", "report"])
def test_an_unknown_problem_set_is_one_line(tiny: TinyCourse, command: str) -> None:
    line = one_complaint(grader(tiny, command, "nope"))
    assert line == "grader: There is no problem set 'nope'; there are: sums."


def test_a_folder_that_is_no_course_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--course", str(tmp_path), "report", "sums"])
    assert "is no course folder: it has no nbgrader_config.py" in one_complaint(result)


def test_how_the_course_is_found(
    tiny: TinyCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    assert find_course() == SAMPLE_CLASS
    monkeypatch.setenv("GRADER_COURSE", str(tiny.folder))
    assert find_course() == tiny.folder
    monkeypatch.delenv("GRADER_COURSE")
    monkeypatch.chdir(tiny.folder)
    assert find_course() == tiny.folder


def test_release_and_its_check(tiny: TinyCourse) -> None:
    assert grader(tiny, "release", "--check").exit_code == 0
    source = tiny.solutions / "sums" / "sums.md"
    source.write_text(source.read_text(encoding="utf-8").replace("two", "2"), encoding="utf-8")
    line = one_complaint(grader(tiny, "release", "--check", "sums"))
    assert "sums.ipynb is not what its source gives: run `grader release sums`" in line
    assert grader(tiny, "release", "all").exit_code == 0
    assert grader(tiny, "release", "--check").exit_code == 0


def test_grade_feedback_report(tiny: TinyCourse, fake_runs: FakeExecutor) -> None:
    tiny.submit("ann")
    tiny.path("bob").write_text("no notebook")
    result = grader(tiny, "autograde", "sums")
    assert result.exit_code == 0
    assert "sums: 2 of 2 graded" in result.stdout
    assert "sums:" in result.stderr and "0/2" in result.stderr  # the bar with its estimate
    troubles = [line for line in result.stderr.splitlines() if line.startswith("bob: ")]
    assert len(troubles) == 1 and "unreadable" in troubles[0]
    result = grader(tiny, "feedback", "sums")
    assert result.exit_code == 0 and tiny.page("ann").exists() and tiny.page("bob").exists()
    found = json.loads(grader(tiny, "report", "sums", "--format", "json").stdout)
    assert [(row["student"], row["score"]) for row in found] == [("ann", 9), ("bob", 0)]
    assert grader(tiny, "report", "sums", "--format", "csv").stdout.startswith("student,score")
    assert "9 / 14" in grader(tiny, "report", "sums").stdout


def test_results_as_json(tiny: TinyCourse, fake_runs: FakeExecutor) -> None:
    tiny.submit("ann")
    (graded,) = json.loads(grader(tiny, "autograde", "sums", "--json").stdout)
    assert (graded["student"], graded["status"]) == ("ann", "graded")
    pages = json.loads(grader(tiny, "feedback", "sums", "--json").stdout)
    assert pages == {"ann": str(tiny.page("ann"))}
    assert json.loads(grader(tiny, "release", "--check", "--json").stdout) == {"sums": []}
    made = json.loads(grader(tiny, "release", "sums", "--json").stdout)
    assert made == {"sums": str(tiny.folder / "release" / "sums")}
    result = CliRunner().invoke(main, ["validate", "--json", str(tiny.path("ann"))])
    checks = json.loads(result.stdout)["checks"]
    assert [check["passed"] for check in checks] == [True] * 3


def test_options_of_autograde(tiny: TinyCourse, fake_runs: FakeExecutor) -> None:
    for student in ("ann", "bob"):
        tiny.submit(student)
    assert "1 of 1" in grader(tiny, "autograde", "sums", "--student", "bob").stdout
    assert "2 of 2" in grader(tiny, "autograde", "sums").stdout
    assert len(fake_runs.notebooks) == 2
    grader(tiny, "autograde", "sums", "--force")
    assert len(fake_runs.notebooks) == 4
    line = one_complaint(grader(tiny, "autograde", "sums", "--student", "zoe"))
    assert "'zoe' has handed in nothing" in line


def test_what_was_not_graded_makes_status_1(tiny: TinyCourse, fake_runs: FakeExecutor) -> None:
    tiny.submit("ann")
    tiny.submit("x\ny")
    result = grader(tiny, "autograde", "sums")
    assert "tried again" in one_complaint(result)
    assert "x y: not graded: the folder's name is no student id" in result.stderr


def test_no_submissions_at_all(tiny: TinyCourse) -> None:
    assert "Nobody has handed in" in one_complaint(grader(tiny, "autograde", "sums"))
    assert "Nothing is graded yet" in one_complaint(grader(tiny, "feedback", "sums"))


def test_a_set_that_was_never_released(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    (tiny.folder / "release" / "sums" / "sums.ipynb").unlink()
    assert "run `grader release sums`" in one_complaint(grader(tiny, "autograde", "sums"))


def test_missing_bubblewrap(tiny: TinyCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.submit("ann")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert "bubblewrap is not installed" in one_complaint(grader(tiny, "autograde", "sums"))
    assert not (tiny.folder / "autograded").exists()


def test_no_free_disk(tiny: TinyCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.submit("ann")
    monkeypatch.setattr("grader.course.LEAST_FREE_BYTES", 2**60)
    assert "Nothing was changed" in one_complaint(grader(tiny, "autograde", "sums"))


def test_a_disk_that_fills_up_meanwhile(
    tiny: TinyCourse, fake_runs: FakeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.submit("ann")

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    line = one_complaint(grader(tiny, "autograde", "sums"))
    assert "The disk is full while writing" in line and "kept" in line


def test_a_broken_gradebook(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    (tiny.folder / "gradebook.db").write_bytes(b"this is no database" * 100)
    for command in ("autograde", "report", "feedback", "release"):
        line = one_complaint(grader(tiny, command, "sums"))
        assert "The gradebook cannot be used (file is not a database)" in line


def test_a_locked_gradebook(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    with (tiny.folder / "nbgrader_config.py").open("a") as config:
        config.write(
            "\nc.CourseDirectory.db_url = f'sqlite:///{here}/gradebook.db?timeout=0'\n"
        )
    holder = sqlite3.connect(tiny.folder / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        line = one_complaint(grader(tiny, "autograde", "sums"))
    finally:
        holder.close()
    assert "database is locked" in line


def test_a_folder_that_cannot_be_written(tiny: TinyCourse, fake_runs: FakeExecutor) -> None:
    tiny.submit("ann")
    (tiny.folder / "autograded").write_text("a file where a folder should be")
    assert "cannot be used" in one_complaint(grader(tiny, "autograde", "sums"))


@pytest.mark.sandbox
def test_ctrl_c_keeps_what_is_graded_and_leaves_no_process(tiny: TinyCourse) -> None:
    tiny.submit("ann")
    tiny.submit("bob", share="import time\ndef share(a, b):\n    time.sleep(600)")
    tiny.limit(cell_seconds=600, notebook_seconds=600)
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "--course", str(tiny.folder), "autograde", "sums"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # What runs in the background of a shell is born deaf to SIGINT, as are its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    record = tiny.folder / "autograded" / "ann" / "sums" / "grading.json"
    deadline = time.monotonic() + 120
    while not record.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    others = psutil.Process(process.pid).children(recursive=True)
    assert {"bwrap", "python"} <= {other.name().rstrip("0123456789.") for other in others}
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "grader: stopped. What was done is kept" in errors
    assert "Traceback" not in errors
    assert tiny.scores("ann")["share-check"] == 4
    assert psutil.wait_procs(others, timeout=60)[1] == []


def test_validate_runs_the_visible_checks(tiny: TinyCourse) -> None:
    path = tiny.submit("ann", add="def add(a, b):\n    return 4")
    before = path.read_bytes()
    result = CliRunner().invoke(main, ["validate", str(path)])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "FAILED  add-check"
    assert lines[1].strip() == "1 + 2 is 3. | 1 + 2는 3입니다."
    assert "1 of 3 visible checks fail." in lines[-1]
    assert path.read_bytes() == before
    tiny.submit("ann")
    result = CliRunner().invoke(main, ["validate", str(path)])
    assert result.exit_code == 0
    assert "All 3 visible checks pass. | 공개된 확인 3개를 모두 통과했습니다." in result.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no file"),
        ("", "is not a Jupyter notebook"),
        ("print('hello')", "is not a Jupyter notebook"),
        ("{}", "is not a Jupyter notebook"),
        ("[" * 100_000, "is not a Jupyter notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "no checks"),
    ],
)
def test_validate_names_what_is_no_problem_set(
    tmp_path: Path, content: str | None, words: str
) -> None:
    path = tmp_path / "sums.ipynb"
    if content is not None:
        path.write_text(content)
    assert words in one_complaint(CliRunner().invoke(main, ["validate", str(path)]))


def test_validate_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in one_complaint(CliRunner().invoke(main, ["validate", str(tmp_path)]))


def test_validate_with_a_kernel_that_is_not_installed(tiny: TinyCourse) -> None:
    nb = tiny.notebook(**RIGHT)
    nb.metadata.kernelspec = {"name": "julia-1.6", "display_name": "Julia"}
    line = one_complaint(CliRunner().invoke(main, ["validate", str(tiny.submit("ann", nb))]))
    assert "asks for the kernel 'julia-1.6', which is not installed here (there is " in line


def test_validate_does_not_trip_over_odd_metadata(tiny: TinyCourse) -> None:
    nb = tiny.notebook(**RIGHT)
    data = json.loads(nbformat.writes(nb))
    data["metadata"]["kernelspec"] = "python3"
    for cell in data["cells"]:
        cell["metadata"].setdefault("nbgrader", {"grade_id": 7})
    path = tiny.path("ann")
    path.write_text(json.dumps(data))
    assert "asks for" not in CliRunner().invoke(main, ["validate", str(path)]).output
    role_of(nb, "add-check").metadata.nbgrader = "x"  # type: ignore[assignment]
    path.write_text(nbformat.writes(nb))
    result = CliRunner().invoke(main, ["validate", str(path)])
    assert "Traceback" not in result.output and result.exit_code in (0, 1)


def test_errors_without_a_known_cause_are_not_hidden() -> None:
    assert in_plain_words(KeyError("x")) is None
    assert in_plain_words(GraderError("a\nb")) == "a b"
    missing = in_plain_words(ModuleNotFoundError("no", name="nbgrader"))
    assert missing is not None and "pip install 'dlcourse[grader]'" in missing
    assert in_plain_words(ModuleNotFoundError("no", name="grader.nothing")) is None
    assert in_plain_words(PermissionError(errno.EACCES, "Permission denied", "/x")) == (
        "/x cannot be used: Permission denied."
    )


def test_one_line() -> None:
    assert one_line("a\x1b[31m\tb\nc") == "a [31m b c"
    assert one_line("x" * 50, 10) == "xxxxxxxxx…"


def test_json_holds_nothing_a_terminal_obeys() -> None:
    text = "a\x1b[31m\x7f\x9b31m\x85\u202eb\u2028\ufeff\udc80 한글 é"
    shown = to_json({"note": text})
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert json.loads(shown) == {"note": text}
    assert "한글 é" in shown
