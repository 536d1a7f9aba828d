"""What makes a first change easy does what CONTRIBUTING says."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from .conftest import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text("utf-8")
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
HOOKS = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]


def recipe(target: str) -> str:
    """The lines of a target, with the Makefile's variables written out."""
    found = re.search(rf"^{target}:.*\n((?:[\t@ie].*\n)+)", MAKEFILE, re.M)
    assert found, target
    text = found[1].replace("$(PROOFREAD)", "PYTHONPATH=book/_ext $(BIN)/python -m proofread")
    return text.replace("$(BIN)", ".venv/bin")


@pytest.mark.parametrize("hook", HOOKS["hooks"], ids=lambda hook: hook["id"])
def test_a_commit_is_checked_by_what_ci_runs(hook: dict) -> None:
    ours = "".join(map(recipe, ("lint", "types", "korean", "drift")))
    entry = hook["entry"].removeprefix("env ").replace("ruff check --fix", "ruff check")
    first = re.findall(r"^drift: (\S+) ", MAKEFILE, re.M)
    assert entry in ours or entry.removeprefix("make ") in first


def test_every_tool_of_the_quick_checks_is_a_hook() -> None:
    entries = " ".join(hook["entry"] for hook in HOOKS["hooks"])
    ours = "".join(map(recipe, ("lint", "types", "korean", "drift")))
    tools = set(re.findall(r"\.venv/bin/(?:python -m )?(\S+)|(scripts/\S+)", ours))
    assert len(tools) >= 8
    for tool in tools:
        assert "".join(tool) in entries


def test_both_languages_name_the_same_commands() -> None:
    english, korean = CONTRIBUTING.split("\n---\n")
    commands = [set(re.findall(r"`(make [^`]+)`", part)) for part in (english, korean)]
    assert commands[0] - {"make help"} == commands[1] - {"make help"}
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
    for command in commands[0]:
        assert command.split()[1] in targets, command
    for name in re.findall(r"\| `([a-z]+\.yml)` \|", english):
        assert (REPOSITORY / ".github" / "workflows" / name).is_file()
        assert f"| `{name}` |" in korean


def test_the_dev_container_has_what_apt_installs() -> None:
    text = (REPOSITORY / ".devcontainer" / "devcontainer.json").read_text("utf-8")
    found = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))
    container = (REPOSITORY / ".devcontainer" / found["build"]["dockerfile"]).read_text("utf-8")
    installer = (REPOSITORY / "scripts" / "install-system-packages").read_text("utf-8")
    for packages in re.findall(r"packages\+?=\(([^)]*)\)", installer):
        assert set(packages.split()) <= set(container.split())
    assert found["remoteUser"] != "root", "a sandbox made by root would be root's"
    assert found["onCreateCommand"] == "make .venv/complete"


@pytest.mark.parametrize("name", ["extensions.json", "settings.json", "tasks.json"])
def test_the_editor_s_settings_can_be_read(name: str) -> None:
    assert json.loads((REPOSITORY / ".vscode" / name).read_text("utf-8"))
