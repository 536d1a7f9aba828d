"""What the image is made from: it can be made from a public copy, and holds no class's data."""

from __future__ import annotations

from pathlib import PurePosixPath

from grader.sources import REPOSITORY
from tests.tools.split import private_place

FILE = REPOSITORY / "grader" / "Containerfile"


def copied() -> list[str]:
    """Names of all that the steps of the image copy."""
    steps = [line.split() for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [name for step in steps if step[:1] == ["COPY"] for name in step[1:-1]]


def test_nothing_is_copied_by_name_that_a_public_copy_lacks() -> None:
    assert "." in copied()
    for name in copied():
        assert (REPOSITORY / name).exists(), name
        assert private_place(PurePosixPath(name, "gan", "gan.md")) is None, name


def test_what_comes_in_is_listed_and_no_class_is() -> None:
    ignored = FILE.with_name(f"{FILE.name}.dockerignore").read_text(encoding="utf-8")
    rules = [line for line in ignored.splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*", "all that is not listed stays out"
    last = rules.index("!grader")
    assert {"!dlcourse", "!solutions", "!exercises", "!pyproject.toml"} <= set(rules)
    assert {"grader/sample_class/*", "grader/big_class"} <= set(rules[last:])
