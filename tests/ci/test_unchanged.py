"""A check that passed on the very same tree is not run again."""

from __future__ import annotations

import shutil

import pytest

from tests import commands

from .conftest import Checkout


@pytest.fixture
def tree(checkout: Checkout) -> Checkout:
    """A checkout under git, with a check that counts how often it ran."""
    (checkout.root / "page.md").write_text("text")
    (checkout.root / "check").write_text("echo ran >>ran\necho checking\ngrep text page.md\n")
    (checkout.root / ".gitignore").write_text("ran\n_build\n")
    checkout.root.joinpath("ran").touch()
    for words in (("init", "-q"), ("add", "-A")):
        done = commands.run(["git", *words], checkout.root, commands.environment())
        assert done.returncode == 0, done.stdout
    return checkout


def check(tree: Checkout, **variables: str) -> tuple[int, str, int]:
    """Run the check: its status, its last line, and how often it ran by now."""
    code, said = tree.run("unless-unchanged", "it", "bash", "check", **variables)
    return code, said.splitlines()[-1], (tree.root / "ran").read_text().count("ran")


def test_what_passed_on_the_same_tree_is_not_checked_again(tree: Checkout) -> None:
    assert check(tree) == (0, "text", 1)
    assert check(tree) == (0, "text", 1)
    _, said = tree.run("unless-unchanged", "it", "bash", "check")
    assert said.startswith("Nothing has changed since this passed")
    assert check(tree, FRESH="1") == (0, "text", 2)
    assert check(tree, DLCOURSE_PROFILE="full") == (0, "text", 3)


@pytest.mark.parametrize(
    "changed", ["page.md", "new.md", "solutions/a.md", "_build/html/a.html"]
)
def test_any_change_is_checked(tree: Checkout, changed: str) -> None:
    assert check(tree)[2] == 1
    path = tree.root / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("other text")
    assert check(tree)[2] == 2


def test_a_check_that_failed_is_never_taken_as_passed(tree: Checkout) -> None:
    assert check(tree)[0] == 0
    (tree.root / "page.md").write_text("wrong")
    assert check(tree)[::2] == (1, 2)
    assert check(tree)[::2] == (1, 3)
    (tree.root / "page.md").write_text("text")
    assert check(tree)[::2] == (0, 4)


def test_what_make_and_git_say_to_their_children_is_not_for_the_checkout(
    tree: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"GIT_DIR": "/nowhere", "MAKEFLAGS": "n", "DLCOURSE_SOLUTIONS": "/nowhere"}
    for name, value in {**told, "FRESH": "1"}.items():
        monkeypatch.setenv(name, value)
    assert check(tree) == (0, "text", 1)
    assert check(tree) == (0, "text", 1)


def test_a_tree_without_git_is_always_checked(tree: Checkout) -> None:
    shutil.rmtree(tree.root / ".git")
    assert check(tree)[::2] == (0, 1)
    assert check(tree)[::2] == (0, 2)


def test_what_a_program_says_beside_its_version_is_no_change(tree: Checkout) -> None:
    tree.program("chromium", "#!/bin/sh\necho Chromium 1\ndate +%N >&2\n")
    assert check(tree) == (0, "text", 1)
    assert check(tree) == (0, "text", 1)
    tree.program("chromium", "#!/bin/sh\necho Chromium 2\n")
    assert check(tree) == (0, "text", 2)


@pytest.mark.parametrize("tool", ["sha256sum", "stat"])
def test_without_the_tools_that_tell_trees_apart_it_is_always_checked(
    tree: Checkout, tool: str
) -> None:
    tree.program(tool, "#!/bin/sh\necho no such option >&2\nexit 1\n")
    assert check(tree)[::2] == (0, 1)
    assert check(tree)[::2] == (0, 2)


def test_a_tree_edited_while_it_was_checked_is_checked_again(tree: Checkout) -> None:
    edits = "echo more >>page.md\n"
    (tree.root / "check").write_text((tree.root / "check").read_text() + edits)
    assert check(tree)[2] == 1
    (tree.root / "page.md").write_text("text")  # as it was when the check began
    assert check(tree)[2] == 2


def test_a_mode_of_a_file_is_part_of_the_tree(tree: Checkout) -> None:
    assert check(tree)[2] == 1
    (tree.root / "page.md").chmod(0o755)
    assert check(tree)[2] == 2


def test_the_report_of_the_run_that_passed_is_put_back(tree: Checkout) -> None:
    report = tree.root / "_build" / "reports" / "it.xml"
    (tree.root / "check").write_text(f"mkdir -p {report.parent}; echo seen >{report}")
    for _ in range(2):
        tree.run("unless-unchanged", "it", "bash", "check")
        assert report.read_text() == "seen\n"
        shutil.rmtree(report.parent)
