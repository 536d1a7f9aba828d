"""Name what is not pinned: packages, the actions of workflows, what workflows install.

`make lint` runs it: python -m tests.ci.pins
Each finding is a line ``file:line: what is wrong``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("requirements.txt", "constraints.txt")
# A name, perhaps with extras, exactly one version, perhaps a condition on the platform.
EXACT = re.compile(r"^[A-Za-z0-9][\w.-]*(\[[\w,.-]+\])?==[\w.+!]+(\s*;.+)?$")
USES = re.compile(r"^\s*(?:-\s+)?uses:\s*(?P<what>\S+)\s*(?P<comment>#.*)?$")
# A commit cannot be moved, a tag can; the comment says which version the commit is.
COMMIT = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
VERSION = re.compile(r"#\s*v\d+(\.\d+)*$")
INSTALLS = re.compile(r"\b(pip3?|uv pip|pipx|npm|gem|cargo) install\b|\b(npx|uvx)\b")


def findings(root: Path = REPOSITORY) -> Iterator[str]:
    """A line for each thing that could be another version tomorrow.

    Args:
        root: the repository.
    """
    for name in PACKAGES:
        yield from _of_packages(root / name, name)
    for path in sorted((root / ".github").rglob("*.yml")):
        yield from _of_workflow(path, path.relative_to(root).as_posix())


def _of_packages(path: Path, shown: str) -> Iterator[str]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        wanted = line.partition("#")[0].strip()
        if wanted and not EXACT.match(wanted):
            yield f"{shown}:{number}: {wanted} is not pinned; write {_name(wanted)}==VERSION"


def _name(wanted: str) -> str:
    return re.split(r"[\s<>=!~;@]", wanted, maxsplit=1)[0]


def _of_workflow(path: Path, shown: str) -> Iterator[str]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := USES.match(line):
            what, comment = found["what"], found["comment"] or ""
            if what.startswith("./"):
                continue
            if not COMMIT.match(what):
                yield f"{shown}:{number}: {what} is not pinned by a commit's full hash"
            elif not VERSION.match(comment):
                yield f"{shown}:{number}: {what} lacks a comment with its version"
        elif INSTALLS.search(line.partition("#")[0]):
            yield f"{shown}:{number}: installs something; scripts do that, from pinned files"


def main() -> int:
    """Print the findings; 1 if there are any."""
    found = list(findings())
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
