"""The shell steps of the workflows, run with stand-ins for what only GitHub has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from . import changelog, newest, summary
from .conftest import REPOSITORY, Checkout


def test_without_a_gpu_the_full_profile_stops_with_one_clear_line() -> None:
    done = subprocess.run(
        [REPOSITORY / "scripts" / "run-notebooks"],
        # Where there is a GPU, none may be seen.
        env={**os.environ, "DLCOURSE_PROFILE": "full", "CUDA_VISIBLE_DEVICES": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("The full profile needs a GPU, and torch ")
    assert "sees no CUDA device here" in done.stdout and done.stdout.count("\n") == 1


def test_training_somewhere_else_than_it_should_is_told() -> None:
    from tests.notebooks import gpu

    kind = "cuda" if torch.cuda.is_available() else "cpu"
    gpu.require_training_on(kind)
    with pytest.raises(gpu.NotOnGpuError, match=f"must happen on mtia, .* were on {kind}"):
        gpu.require_training_on("mtia")


def test_all_checks_run_though_one_fails_and_leave_their_seconds(checkout: Checkout) -> None:
    checkout.program("make", '#!/bin/sh\n[ "$2" != types ]\n')
    old = checkout.root / "_build" / "reports" / "old.xml"
    old.parent.mkdir(parents=True)
    old.write_text("")
    code, said = checkout.run("run-checks", "lint", "types", "unit")
    assert code == 1 and said.rstrip().endswith("Failed: types")
    assert [line for line in said.splitlines() if line.endswith(" s")][-1].startswith(
        "== unit:"
    )
    assert "So far: lint 0 s types 0 s" in said
    assert not old.exists(), "a report of an earlier run would be taken for one of this"
    seconds = summary.checks_of(old.parent)
    assert [name for name, _ in seconds] == ["lint", "types", "unit"]
    assert checkout.run("run-checks", "lint")[0] == 0


def test_executed_cells_of_the_last_good_run_are_fetched(checkout: Checkout) -> None:
    old = checkout.root / "_build" / "executed" / "old"
    old.mkdir(parents=True)
    code, said = checkout.run("fetch-executed", GH_RUN="17", GH_CELLS="yes")
    assert (code, said) == (0, "Fetched the executed cells of run 17.\n")
    assert not old.exists() and (checkout.root / "_build/executed/cell").is_file()
    told = checkout.told()
    assert "--branch main --status success" in told and "run download 17" in told
    # A fork's branch may be called main too.
    assert '.event == "push" or .event == "schedule"' in told


@pytest.mark.parametrize(("run", "says"), [("", "No earlier run"), ("17", "are gone")])
def test_without_executed_cells_everything_runs(
    checkout: Checkout, run: str, says: str
) -> None:
    code, said = checkout.run("fetch-executed", GH_RUN=run)
    assert code == 0 and says in said and "every notebook is executed" in said


RUN = {"GITHUB_REPOSITORY": "some/course", "GITHUB_RUN_ID": "5", "NEWEST": "failure"}


def test_a_failing_week_opens_an_issue(checkout: Checkout) -> None:
    code, said = checkout.run("open-issue", **RUN, LINKS="success")
    assert code == 0, said
    told = checkout.told()
    assert "issue create --title The weekly run fails" in told
    assert "newest allowed versions: failure" in told and "sites: success" in told
    assert "https://github.com/some/course/actions/runs/5" in told


def test_a_second_failing_week_adds_to_the_open_issue(checkout: Checkout) -> None:
    code, said = checkout.run("open-issue", **RUN, GH_ISSUE="12")
    assert code == 0, said
    assert "issue comment 12" in checkout.told() and "issue create" not in checkout.told()


def test_the_preview_is_announced(checkout: Checkout) -> None:
    page = checkout.root / "summary.md"
    address = "https://github.com/some/course/artifacts/9"
    variables = {"PREVIEW": address, "GITHUB_STEP_SUMMARY": str(page), "GITHUB_RUN_ID": "5"}
    assert checkout.run("announce-preview", **variables)[0] == 0
    assert address in page.read_text() and "gh run download 5" in page.read_text()
    assert checkout.run("announce-preview", PREVIEW="")[0] != 0


def test_the_release_is_made_of_notes_and_archive(checkout: Checkout) -> None:
    release = checkout.root / "_build" / "release"
    release.mkdir(parents=True)
    (release / "notes.md").write_text("- Something.")
    (release / "deep-learning-side-by-side-1.0.0.zip").write_text("")
    code, said = checkout.run("publish-release", "v1.0.0")
    assert code == 0, said
    assert "release create v1.0.0 --verify-tag" in checkout.told()
    assert "_build/release/deep-learning-side-by-side-1.0.0.zip" in checkout.told()


def test_a_runner_that_needs_nothing_is_left_alone(checkout: Checkout) -> None:
    checkout.program("chromium", "#!/bin/sh\n")
    checkout.program("sudo", "#!/bin/sh\necho sudo $* >>$GH_LOG\n")
    assert checkout.run("prepare-runner", RESTRICTED="/nowhere") == (0, "")
    assert checkout.told() == ""
    (checkout.root / "restricted").write_text("1")
    code, said = checkout.run("prepare-runner", RESTRICTED=str(checkout.root / "restricted"))
    assert code == 0 and "apparmor_restrict_unprivileged_userns=0" in checkout.told(), said


def test_a_machine_without_control_groups_is_told_so(checkout: Checkout) -> None:
    code, said = checkout.run("in-control-group", "echo", "ran", CGROUP=str(checkout.root))
    assert code == 1
    assert said.startswith("There is no cgroup v2 with a limit on memory at ")
    assert len(said.splitlines()) == 1


def test_only_ready_cells_are_published_from_a_gpu(checkout: Checkout) -> None:
    checkout.program("make", '#!/bin/sh\necho make $* >>"$GH_LOG"\n')
    python = checkout.root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\necho "python $* $DLCOURSE_PROFILE" >>"$GH_LOG"\nexit $READY\n'
    )
    python.chmod(0o755)
    assert checkout.run("build-site", EXECUTED_ON="", READY="0")[0] == 0
    assert checkout.told() == "make site\n"
    checkout.log.unlink()
    assert checkout.run("build-site", EXECUTED_ON="cuda", READY="1")[0] == 1
    assert checkout.told().splitlines()[-1] == "python -m tests.notebooks waiting --book full"
    assert checkout.run("build-site", EXECUTED_ON="cuda", READY="0")[0] == 0
    assert checkout.told().endswith("make site PROFILE=full\n")


REPORT = """<testsuites><testsuite>
<testcase classname="_build.notebooks.book.tiny.page.ipynb" name="Cell 1" time="3.5">
<failure message="x">#x1B[91mCell 1: Cell outputs differ#x1B[0m
ValueError: planted</failure></testcase>
<testcase classname="tests.book.test_links" name="test_no_link_is_dead[a]" time="9">
<failure message="x">tests/book/test_links.py:57: in test_no_link_is_dead
    assert dead_links(page) == []
tests/book/test_links.py:41: AssertionError</failure></testcase>
<testcase classname="tests.x" name="fine" time="0.5"/>
</testsuite></testsuites>"""
PAGE = "# T\n\n```{code-cell}\na = 1\n```\n\n````md\n```{code-cell}\nno cell\n```\n````\n\n\
```{code-cell}\n:tags: [x]\nb = 2\n```\n"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    (tmp_path / "book" / "tiny").mkdir(parents=True)
    (tmp_path / "book" / "tiny" / "page.md").write_text(PAGE)
    (tmp_path / "notebooks.xml").write_text(REPORT)
    (tmp_path / "checks.tsv").write_text("lint\t12\nunit\t100\n")
    return tmp_path


def test_the_summary_links_the_failing_cell_and_test(reports: Path, monkeypatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "some/course")
    monkeypatch.setenv("GITHUB_SHA", "abc")
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    cases = summary.read(reports, root=reports)
    text = "\n".join(summary.summary(cases, summary.checks_of(reports)))
    assert "2 of 3 tests and cells failed" in text
    at = "https://github.com/some/course/blob/abc"
    assert f"[book/tiny/page.md:13]({at}/book/tiny/page.md?plain=1#L13)" in text
    assert "book/tiny/page.md, code cell 2" in text and "ValueError: planted" in text
    assert f"({at}/tests/book/test_links.py?plain=1#L41)" in text
    slowest = [line for line in text.splitlines() if line.startswith("| ") and "." in line]
    assert slowest[0] == "| 100.0 | make unit, all of it |"
    assert len(slowest) == 5


def test_without_reports_the_summary_says_so(tmp_path: Path) -> None:
    said = list(summary.summary(summary.read(tmp_path), summary.checks_of(tmp_path)))
    assert said == ["There are no reports: nothing was checked yet."]


CHANGES = """# Changes

## Unreleased

- New.

## 1.1.0 (2026-12-01)

- Later.

## 1.0.0

- First.
"""


def test_notes_are_those_of_the_version() -> None:
    assert changelog.notes(CHANGES, "v1.1.0") == "- Later."
    assert changelog.notes(CHANGES, "1.0.0") == "- First."
    for missing in ("v1.1", "v1.1.00", "v2.0.0"):
        with pytest.raises(KeyError):
            changelog.notes(CHANGES, missing)


def test_a_release_without_notes_is_not_built(checkout: Checkout) -> None:
    shutil.copytree(REPOSITORY / "tests" / "ci", checkout.root / "tests" / "ci")
    shutil.copy(REPOSITORY / "CHANGELOG.md", checkout.root)
    checkout.program("make", '#!/bin/sh\necho make >>"$GH_LOG"\n')
    old = checkout.root / "_build" / "release" / "deep-learning-side-by-side-1.0.0.zip"
    old.parent.mkdir(parents=True)
    old.write_text("")
    code, said = checkout.run("make-release", "v99.0.0", PYTHON=sys.executable)
    assert code == 1 and "CHANGELOG.md has no section for v99.0.0" in said
    assert not old.exists(), "it would be published with the next release"
    assert checkout.told() == ""


def allowed(package: str) -> str:
    """What pyproject.toml lets a package be, like torch>=2.9."""
    text = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    found = re.search(rf'"({package}[<>=][^"]*)"', text)
    assert found, package
    return found[1]


def test_newest_versions_stay_within_what_is_allowed(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "requirements.txt", "constraints.txt"):
        shutil.copy(REPOSITORY / name, tmp_path)
    wanted = list(newest.ranges(tmp_path))
    assert {allowed("torch"), allowed("nbgrader")} <= {*wanted}
    kept = [line for line in wanted if line.startswith(("jupyter-book", "ruff"))]
    assert all("==" in line for line in kept) and len(kept) == 2
    newest.pin("# by uv\ntorch==9.9\nsympy==1.99\nnbgrader==0.9.9\n", tmp_path)
    assert (tmp_path / "requirements.txt").read_text() == "torch==9.9\nnbgrader==0.9.9\n"
    assert "sympy==1.99" in (tmp_path / "constraints.txt").read_text()


def test_the_weekly_run_pins_what_uv_finds(checkout: Checkout) -> None:
    shutil.copytree(REPOSITORY / "tests" / "ci", checkout.root / "tests" / "ci")
    for name in ("pyproject.toml", "requirements.txt", "constraints.txt"):
        shutil.copy(REPOSITORY / name, checkout.root)
    (checkout.root / "_build").mkdir()
    # Stands for `uv pip compile … IN --output-file OUT`.
    checkout.program(
        "uv", '#!/bin/sh\necho "$*" >>"$GH_LOG"\necho torch==9.9 >_build/newest.txt\n'
    )
    uv = str(checkout.root / "bin" / "uv")
    code, said = checkout.run("allow-newest", UV=uv, PYTHON=sys.executable)
    assert code == 0, said
    assert "--upgrade" in checkout.told() and "_build/newest.in" in checkout.told()
    assert f"{allowed('torch')}\n" in (checkout.root / "_build" / "newest.in").read_text()
    assert (checkout.root / "requirements.txt").read_text() == "torch==9.9\n"


def test_pins_of_one_name_in_two_forms_are_one() -> None:
    assert newest.name("Syne_Tune[extra]==1") == newest.name("syne-tune>=0.16") == "syne-tune"
