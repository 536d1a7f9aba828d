"""The pages of a built site, for what is done to all of them at the end of a build."""

from __future__ import annotations

from pathlib import Path


def pages(folder: Path) -> list[Path]:
    """Every HTML page in the site's folder, in order, but what `_static` brings along."""
    found = sorted(folder.rglob("*.html"))
    return [path for path in found if "_static" not in path.relative_to(folder).parts]
