"""The workflows say what they should, and their shell steps do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.notebooks import budget

from .conftest import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
NAMES = [path.name for path in WORKFLOWS]


def workflow(name: str) -> dict:
    found = yaml.safe_load((REPOSITORY / ".github" / "workflows" / name).read_text("utf-8"))
    found["on"] = found.pop(True)  # YAML reads `on` as a truth value
    return found


def steps(name: str) -> list[dict]:
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]


each = pytest.mark.parametrize("name", NAMES)


def test_all_five_are_there() -> None:
    assert NAMES == ["ci.yml", "gpu.yml", "pages.yml", "release.yml", "weekly.yml"]


@pytest.mark.parametrize("tool", ["actionlint", "zizmor"])
def test_the_linters_find_nothing(tool: str) -> None:
    path = shutil.which(tool, path=f"{REPOSITORY / '.venv' / 'bin'}:{os.environ['PATH']}")
    if path is None and tool == "zizmor" and sys.version_info < (3, 11):
        pytest.skip("zizmor has no wheel for Python 3.10")
    assert path is not None, f"{tool} is missing: requirements.txt pins it"
    words = {"actionlint": map(str, WORKFLOWS), "zizmor": ["--offline", ".github"]}
    done = subprocess.run([path, *words[tool]], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@each
def test_rights_are_the_least_and_named_by_each_job(name: str) -> None:
    found = workflow(name)
    assert found["permissions"] == {}
    for job in found["jobs"].values():
        assert job["permissions"], "a job without its own permissions"
        assert "timeout-minutes" in job or "uses" in job
    assert "concurrency" in found
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@each
def test_shell_steps_are_scripts_or_make(name: str) -> None:
    for step in steps(name):
        if "run" not in step:
            continue
        words = step["run"].split()
        assert "\n" not in step["run"].strip() and "${{" not in step["run"]
        if words[0] == "make":
            targets = re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.M)
            assert {word for word in words[1:] if "=" not in word} <= set(targets)
        else:
            assert os.access(REPOSITORY / words[0], os.X_OK), words[0]


def test_no_workflow_runs_a_fork_s_code_with_rights() -> None:
    for name in NAMES:
        triggers = workflow(name)["on"]
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers)
        text = (REPOSITORY / ".github" / "workflows" / name).read_text("utf-8")
        assert "secrets." not in text and "secrets: inherit" not in text


def test_the_gpu_runs_a_pull_request_only_after_the_label() -> None:
    found = workflow("gpu.yml")
    assert found["on"]["pull_request"] == {"types": ["labeled"]}
    job = found["jobs"]["notebooks"]
    assert job["runs-on"] == "${{ vars.GPU_RUNNER }}"
    assert "vars.GPU_RUNNER != ''" in job["if"]
    assert "github.event.label.name == 'run-on-gpu'" in job["if"]
    for step in job["steps"]:
        if "github.token" in str(step.get("env", "")):
            assert "pull_request" not in step["if"] and "push" in step["if"]
    assert found["on"]["schedule"], "weekly"
    fetch = next(step for step in job["steps"] if step.get("run") == "scripts/fetch-executed")
    assert "schedule" not in fetch["if"], "the weekly run begins from cold"


def test_only_the_main_branch_is_published() -> None:
    deploy = workflow("pages.yml")["jobs"]["deploy"]
    assert "github.ref == 'refs/heads/main'" in deploy["if"]
    assert "github.event_name != 'pull_request'" in deploy["if"]


def test_the_gpu_run_is_the_local_command() -> None:
    runs = [step.get("run") for step in steps("gpu.yml")]
    assert "make notebooks PROFILE=full" in runs
    makefile = (REPOSITORY / "Makefile").read_text()
    assert "scripts/run-notebooks" in makefile.split("\nnotebooks:")[1].split("\n\n")[0]


def test_the_gpu_runs_again_when_anything_changes_that_its_cells_or_pages_are_made_from() -> (
    None
):
    paths = workflow("gpu.yml")["on"]["push"]["paths"]
    folders = ("book", "dlcourse", "solutions", "exercises", "grader", "scripts")
    assert {f"{folder}/**" for folder in folders} <= set(paths)
    files = ("pyproject.toml", "requirements.txt", "constraints.txt", "_config.yml", "_toc.yml")
    assert set(files) <= set(paths)
    for path in paths:
        name = path.removesuffix("/**")
        assert (REPOSITORY / name).exists() or name == "solutions", path


@each
def test_wheels_have_no_cuda_but_where_there_is_a_gpu(name: str) -> None:
    index = workflow(name).get("env", {}).get("PIP_EXTRA_INDEX_URL")
    assert index == (None if name == "gpu.yml" else "https://download.pytorch.org/whl/cpu")


def test_ci_runs_everything_on_both_versions_of_python() -> None:
    job = workflow("ci.yml")["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [
        "scripts/prepare-runner",
        "make",
        "make test",
        "scripts/in-control-group .venv/bin/pytest tests/grader/test_control_groups.py",
        "scripts/summarize",
    ]


def test_every_notebook_has_its_estimate_and_the_gpu_run_has_time_for_all() -> None:
    assert list(budget.problems()) == []
    assert budget.total_minutes() < budget.allowed_minutes()


def test_what_failed_on_the_gpu_is_kept() -> None:
    kept = {
        step["with"]["name"]: step
        for step in steps("gpu.yml")
        if step.get("uses", "").startswith("actions/upload-artifact@")
    }
    assert kept["executed-cells"]["with"]["path"] == "_build/executed"
    assert kept["execution-reports"]["if"] == "failure()"
    taken = [step for step in steps("pages.yml") if "download-artifact" in step.get("uses", "")]
    assert [step["with"] for step in taken] == [
        {"name": "executed-cells", "path": "_build/executed"}
    ]


def test_all_pins_of_one_action_are_the_same() -> None:
    uses = {step["uses"] for name in NAMES for step in steps(name) if "uses" in step}
    actions = [use.split("@")[0].removesuffix("/restore").removesuffix("/save") for use in uses]
    versions = {use.split("@")[1] for use in uses}
    assert len(versions) == len(set(actions))


def test_updates_are_proposed_for_all_that_is_pinned() -> None:
    found = yaml.safe_load((REPOSITORY / ".github" / "dependabot.yml").read_text("utf-8"))
    kinds = {update["package-ecosystem"]: update for update in found["updates"]}
    assert {"github-actions", "pip"} <= set(kinds)
    assert all(update["cooldown"]["default-days"] >= 7 for update in kinds.values())


def test_scripts_can_be_run_and_stop_at_the_first_error() -> None:
    for path in sorted(Path(REPOSITORY / "scripts").iterdir()):
        if path.is_file() and path.suffix == "":
            text = path.read_text("utf-8")
            assert os.access(path, os.X_OK), path
            assert text.startswith("#!/usr/bin/env bash\n# "), f"{path} does not say what it is"
            assert re.search(r"^set -[eu]*o pipefail$", text, re.M), path
