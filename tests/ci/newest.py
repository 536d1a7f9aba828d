"""Ranges for the weekly run with the newest versions that `pyproject.toml` allows.

python -m tests.ci.newest ranges     print what may be newest, as requirements
python -m tests.ci.newest pin FILE   pin what uv made of it in both files of pins

scripts/allow-newest calls both. From Python 3.11 on it needs the standard library alone, for it
runs before the virtual environment is there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:  # comes with mypy and pytest
    import tomli as tomllib

REPOSITORY = Path(__file__).resolve().parents[2]


def ranges(root: Path = REPOSITORY) -> Iterator[str]:
    """A requirement for each direct dependency.

    What `pyproject.toml` gives a range may be newest within it; the book's tools and the
    checks, of which it says nothing, stay as they are pinned.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed: dict[str, str] = {}
    for group in (project["dependencies"], *project["optional-dependencies"].values()):
        allowed.update({name(wanted): wanted for wanted in group})
    yield from allowed.values()
    for line in _requirements(root / "requirements.txt"):
        if name(line) not in allowed:
            yield line


def pin(compiled: str, root: Path = REPOSITORY) -> None:
    """Write the pins that uv found into requirements.txt and constraints.txt."""
    lines = [line for line in compiled.splitlines() if line and not line.startswith("#")]
    direct = {name(line) for line in ranges(root)}
    (root / "requirements.txt").write_text(
        "".join(f"{line}\n" for line in lines if name(line) in direct)
    )
    (root / "constraints.txt").write_text("".join(f"{line}\n" for line in lines))


def name(requirement: str) -> str:
    """The name of what is required, as the index writes it, without extras."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[._-]+", "-", found[0].lower()) if found else ""


def _requirements(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def main() -> None:
    """Do what the first argument says."""
    if sys.argv[1:2] == ["ranges"]:
        print("\n".join(ranges()))
    elif sys.argv[1:2] == ["pin"]:
        pin(Path(sys.argv[2]).read_text(encoding="utf-8"))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
