"""What earlier builds found out about chapters, as long as nothing could have changed it.

To know where a chapter's run belongs, its cells and all that they import are read, and torch
is asked for the device. Most builds change none of that.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from build_inputs import digest
from nbformat import NotebookNode

from .store import PINS, Entry, Store, hash_of, profile, python_version, read_chapter

# What names devices, or hides them: our own variables and those of CUDA, ROCm and torch.
VARIABLES = ("EXECUTED_ON", "DLCOURSE_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "PYTORCH_")
DEVICES = ("nvidia*", "dxg", "kfd")


@dataclass(frozen=True)
class Found:
    """What is known of a page.

    Attributes:
        text: hash of the page's text.
        code: hash of its code cells; empty without cells.
        parts: see `Entry`; empty without cells.
        key: the entry's key; empty without cells.
    """

    text: str
    code: str
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
        self._packages = packages(root)
        self._before: dict[str, Found] = {}
        self._now: dict[str, Found] = {}
        # There is no file, or an earlier version wrote it, or not to its end.
        with suppress(OSError, ValueError, KeyError):
            kept = json.loads(notes.read_text(encoding="utf-8"))
            now = {name: self._packages.get(name) for name in kept["packages"]}
            if kept["around"] == self._around and kept["packages"] == now:
                self._before = {name: Found(**found) for name, found in kept["pages"].items()}

    def entry(self, page: Path, *, afresh: bool = False) -> Entry | None:
        """Where the run of a page belongs; None if it has no code cells.

        Args:
            page: the page's file.
            afresh: whether to find it out again though nothing is seen to have changed.
        """
        name = page.relative_to(self._root).with_suffix("").as_posix()
        text = hash_of(page.read_bytes())
        found = None if afresh else self._now.get(name) or self._before.get(name)
        if found is None or found.text != text:
            found = self._find(name, page, text, found)
        self._now[name] = found
        if not found.key:
            return None
        return Entry(name, found.parts, Store.folder_of(self._root, name) / found.key)

    def _find(self, name: str, page: Path, text: str, before: Found | None) -> Found:
        nb = read_chapter(page)
        if nb is None:
            return Found(text, "", {}, "")
        code = hash_of(_code(nb).encode())
        if before is not None and before.code == code:
            return Found(text, code, before.parts, before.key)
        entry = Store.here(self._root).entry(name, nb)
        return Found(text, code, entry.parts, entry.key)

    def keep(self) -> None:
        """Write down what is known of the pages that were asked for."""
        if self._now != self._before:
            pages = {name: asdict(found) for name, found in sorted(self._now.items())}
            self._notes.parent.mkdir(parents=True, exist_ok=True)
            # A page can come to need another package only through a change in what is covered.
            used = {part.split("/")[0] for found in self._now.values() for part in found.parts}
            needed = {name: self._packages[name] for name in sorted(used & set(self._packages))}
            kept = {"around": self._around, "packages": needed, "pages": pages}
            self._notes.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            self._before = dict(self._now)


def _code(nb: NotebookNode) -> str:
    """All that jupyter-cache's hash of a notebook may cover: kernel, and cells with tags."""
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    told = [nb.metadata, [(cell.metadata, cell.source) for cell in cells]]
    return json.dumps(told, default=str)  # YAML has dates


def surroundings(root: Path) -> str:
    """A hash of all that any notebook's key may depend on beside its cells and the packages.

    These are the names of what can be imported from `root`, the pins, the code that makes keys,
    the profile, Python, and what shows that torch might find other devices than before, without
    asking torch.
    """
    own = Path(__file__).parent
    held = [
        digest(root, [*(root / name for name in PINS), *root.glob("*.py")]),
        digest(own, own.glob("*.py")),
    ]
    told = sorted(item for item in os.environ.items() if item[0].startswith(VARIABLES))
    devices = sorted(path.name for pattern in DEVICES for path in Path("/dev").glob(pattern))
    names = sorted(path.parent.name for path in root.glob("*/__init__.py"))
    around = [str(root), held, names, told, devices, _torch(), profile(), python_version()]
    return hash_of(json.dumps(around).encode())


def packages(root: Path) -> dict[str, str]:
    """A hash of all files of each package below `root`, by its name."""
    folders = [path.parent for path in root.glob("*/__init__.py")]
    return {folder.name: digest(folder, folder.rglob("*")) for folder in folders}


@functools.cache
def _torch() -> str:
    """The version that is installed; it names the kind of build, too."""
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return ""
