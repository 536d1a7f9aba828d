"""What earlier builds found out about chapters, as long as nothing could have changed it.

To know where a chapter's run belongs, its cells and all that they import are read, and torch
is asked for the device. Most builds change none of that.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from nbformat import NotebookNode

from .store import PINS, Entry, Store, hash_of, profile, python_version, read_chapter

# What names devices, or hides them: our own variables and those of CUDA, ROCm and torch.
VARIABLES = ("EXECUTED_ON", "DLCOURSE_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "PYTORCH_")
DEVICES = ("nvidia*", "dxg", "kfd")


@dataclass(frozen=True)
class Found:
    """What is known of a page.

    Attributes:
        seen: hash of the page's text and of all that was around it.
        cells: hash of its code cells and of all that was around them; empty without cells.
        parts: see `Entry`; empty without cells.
        key: the entry's key; empty without cells.
    """

    seen: str
    cells: str
    parts: dict[str, str]
    key: str


class Memory:
    """Entries of the store by page, found out again only where something changed.

    Args:
        notes: file that keeps them from build to build.
        root: the repository.
    """

    def __init__(self, notes: Path, root: Path) -> None:
        self._notes = notes
        self._root = root
        self._around = surroundings(root)
        kept = json.loads(notes.read_text()) if notes.is_file() else {}
        self._before = {name: Found(**found) for name, found in kept.items()}
        self._now: dict[str, Found] = {}

    def entry(self, page: Path) -> Entry | None:
        """Where the run of a page belongs; None if it has no code cells."""
        name = page.relative_to(self._root).with_suffix("").as_posix()
        seen = hash_of(f"{self._around}{page.read_text(encoding='utf-8')}".encode())
        found = self._now.get(name) or self._before.get(name)
        if found is None or found.seen != seen:
            found = self._find(name, page, seen, found)
        self._now[name] = found
        if not found.key:
            return None
        return Entry(name, found.parts, Store.folder_of(self._root, name) / found.key)

    def _find(self, name: str, page: Path, seen: str, before: Found | None) -> Found:
        nb = read_chapter(page)
        if nb is None:
            return Found(seen, "", {}, "")
        cells = hash_of(f"{self._around}{_code(nb)}".encode())
        if before is not None and before.cells == cells:
            return Found(seen, cells, before.parts, before.key)
        entry = Store.here(self._root).entry(name, nb)
        return Found(seen, cells, entry.parts, entry.key)

    def keep(self) -> None:
        """Write down what is known of the pages that were asked for."""
        if self._now != self._before:
            self._notes.parent.mkdir(parents=True, exist_ok=True)
            kept = {name: asdict(found) for name, found in sorted(self._now.items())}
            self._notes.write_text(json.dumps(kept, indent=1))
            self._before = dict(self._now)


def _code(nb: NotebookNode) -> str:
    """All that jupyter-cache's hash of a notebook may cover: kernel, and cells with tags."""
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    return json.dumps([nb.metadata, [(cell.metadata, cell.source) for cell in cells]])


def surroundings(root: Path) -> str:
    """A hash of all that any notebook's key may depend on beside its own cells.

    These are every file of the packages below `root`, the pins, the profile, Python, and what
    shows that torch might find other devices than before, without asking torch.
    """
    packages = sorted(path.parent for path in root.glob("*/__init__.py"))
    files = [path for package in packages for path in sorted(package.rglob("*"))]
    files += sorted(root.glob("*.py")) + [root / name for name in PINS]
    held = [
        f"{path.relative_to(root)} {hash_of(path.read_bytes())}"
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    ]
    told = sorted(item for item in os.environ.items() if item[0].startswith(VARIABLES))
    devices = sorted(path.name for pattern in DEVICES for path in Path("/dev").glob(pattern))
    around = [str(root), held, told, devices, _torch(), profile(), python_version()]
    return hash_of(json.dumps(around).encode())


@functools.cache
def _torch() -> str:
    """The version that is installed; it names the kind of build, too."""
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return ""
