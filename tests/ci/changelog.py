"""Print what CHANGELOG.md says of a version: python -m tests.ci.changelog v1.2.0"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def notes(text: str, version: str) -> str:
    """What the changelog says of a version.

    Args:
        text: the changelog; each version has a heading like ``## 1.2.0 (2026-11-28)``.
        version: with or without the "v" of its tag.

    Raises:
        KeyError: if it says nothing.
    """
    number = re.escape(version.removeprefix("v"))
    pattern = rf"^## {number}(?: [^\n]*)?\n(.*?)(?=^## |\Z)"
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise KeyError(version)
    return found[1].strip()


def main() -> int:
    """Print the notes; 1 where there are none."""
    version = sys.argv[1]
    try:
        print(notes(CHANGELOG.read_text(encoding="utf-8"), version))
    except KeyError:
        print(
            f'CHANGELOG.md has no section for {version}: rename "## Unreleased" to '
            f'"## {version.removeprefix("v")} (date)" and commit that before the tag.',
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
