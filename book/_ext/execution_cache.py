"""Keep executed cells where nothing that they depend on can change unseen.

myst-nb's cache looks at a chapter's code cells only. What those cells call is just as much a
part of their outputs, so the cache lies in a folder named after a hash of the library, its
data, the pinned packages, the profile and the kind of device.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

REPOSITORY = Path(__file__).resolve().parents[2]
CACHES = REPOSITORY / "_build" / "executed"
# Caches of earlier states are kept for a change that is taken back, but not for ever.
KEPT = 4


def dependencies(root: Path) -> list[Path]:
    """Files outside the chapters that executed cells depend on."""
    library = [
        path
        for path in sorted((root / "dlcourse").rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return [*library, root / "requirements.txt", root / "constraints.txt"]


def device_kind() -> str:
    """The kind of device that the library would run on: "cuda", "mps" or "cpu"."""
    from dlcourse.runtime import device

    return device().type


def cache_key(root: Path, profile: str, device: str) -> str:
    """Hash of all that outputs depend on besides the cells themselves."""
    digest = hashlib.sha256(f"{profile} {device}".encode())
    for path in dependencies(root):
        digest.update(f"\0{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _choose_cache(app: Sphinx, config: Config) -> None:
    key = cache_key(REPOSITORY, os.environ.get("DLCOURSE_PROFILE", "small"), device_kind())
    folder = CACHES / key
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    config.nb_execution_cache_path = str(folder)
    for old in sorted(CACHES.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old)


def setup(app: Sphinx) -> dict[str, object]:
    """Set the folder before myst-nb reads it."""
    app.connect("config-inited", _choose_cache)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
