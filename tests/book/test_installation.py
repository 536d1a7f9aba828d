"""The commands of the installation page are the README's, and those that can run here do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from .conftest import REPOSITORY

PAGE = (REPOSITORY / "book" / "front" / "installation.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)
# What starts a server, builds everything, or installs or removes something.
NOT_HERE = re.compile(r"^\s*(make|rm|\.venv/bin/jupyter lab|python3 -m venv|\S*pip |~|git )")


def test_the_two_commands_are_the_readme_s():
    assert BLOCKS[0] == BLOCK.findall(README)[0]
    assert re.findall(r"^make.*?(?=\s+#)", BLOCKS[0], re.MULTILINE) == ["make", "make test"]


def test_every_make_command_exists():
    targets = set(
        re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    )
    named = {
        word
        for text in (PAGE, README)
        for line in re.findall(r"^make (.*?)(?:\s+#.*)?$|`make ([^`]*)`", text, re.MULTILINE)
        for word in "".join(line).split()
        if "=" not in word
    }
    assert named and named <= targets


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if any(not NOT_HERE.match(line) for line in block.splitlines())],
)
def test_commands_run_as_they_are_written(block, tmp_path: Path):
    for name in (".venv", "book", "exercises"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    lines = [line for line in block.splitlines() if not NOT_HERE.match(line)]
    run = subprocess.run(
        ["bash", "-ec", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True
    )
    # An untouched problem set fails its own checks, and says so by its status.
    expected = 1 if "grader validate" in block else 0
    assert run.returncode == expected, run.stderr
    written = re.search(r"--output (\S+)", block)
    assert written is None or (tmp_path / written[1]).is_file()
