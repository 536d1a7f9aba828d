"""Executed notebooks, each under a key of all that its outputs depend on.

A notebook's key covers its code cells, the modules and data of the repository that its
imports reach, the pinned packages, the profile, the kind of device and Python's version.
Every key has a folder of its own with a jupyter-cache in it, so notebooks can be read and
executed side by side.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import myst_nb.core.read as myst
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from nbformat import NotebookNode

from grader.sources import solutions_folder

from .imports import files_needed

REPOSITORY = Path(__file__).resolve().parents[3]
PINS = ("requirements.txt", "constraints.txt")
# Where the runs of all notebooks lie, below the repository.
RUNS = Path("_build", "executed")
# Runs of earlier states are kept for a change that is taken back, but not for ever.
KEPT = 4
# So many causes are named in a line.
NAMED = 3


def profile() -> str:
    """Name of the profile; cells themselves refuse one that does not exist."""
    return os.environ.get("DLCOURSE_PROFILE", "small")


@functools.cache
def device_kind() -> str:
    """The kind of device that cells run on: "cuda", "mps" or "cpu".

    Where they ran elsewhere and only the site is built here, EXECUTED_ON names it.
    """
    if named := os.environ.get("EXECUTED_ON"):
        return named
    from dlcourse.runtime import device

    return device().type


def read_chapter(path: Path) -> NotebookNode | None:
    """The notebook that a MyST file is; None for a page without code cells."""
    text = path.read_text(encoding="utf-8")
    if not myst.is_myst_markdown_notebook(text):
        return None
    nb = myst.read_myst_markdown_notebook(text, path=path)
    return nb if any(cell.cell_type == "code" for cell in nb.cells) else None


@dataclass(frozen=True)
class Entry:
    """A place for the executed cells of one notebook in one state of what they need.

    Attributes:
        name: path of the notebook's source below the repository, without suffix.
        parts: what the key covers; a hash or a value for each.
        folder: the jupyter-cache of this key.
    """

    name: str
    parts: dict[str, str]
    folder: Path

    @property
    def key(self) -> str:
        """Name of the folder."""
        return self.folder.name

    @property
    def complete(self) -> bool:
        """Whether every cell ran to its end."""
        return _complete(self.folder)

    def open(self) -> JupyterCacheAbstract:
        """The jupyter-cache, made if it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "parts.json").write_text(json.dumps(self.parts, indent=1))
        os.utime(self.folder)
        return get_cache(str(self.folder))

    def load(self, nb: NotebookNode) -> NotebookNode | None:
        """The notebook with its stored outputs, or None if it did not run."""
        if not self.complete:
            return None
        try:
            return self.open().merge_match_into_notebook(nb)[1]
        except KeyError:
            return None

    def save(self, nb: NotebookNode, source: Path, seconds: float) -> None:
        """Keep a notebook whose cells have all been executed without an error."""
        bundle = CacheBundleIn(nb, str(source), data={"execution_seconds": seconds})
        self.open().cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

    def why(self) -> str:
        """What became different since the notebook last ran, in a few words."""
        earlier = [path for path in _by_use(self.folder.parent) if _complete(path)]
        if not earlier:
            return "it has not run yet"
        before = json.loads((earlier[-1] / "parts.json").read_text())
        causes = list(_differences(before, self.parts)) or ["its run was not kept"]
        more = f" and {len(causes) - NAMED} more" if len(causes) > NAMED else ""
        return ", ".join(causes[:NAMED]) + more

    def drop_others(self) -> None:
        """Delete the runs of this notebook that were not used for longest."""
        others = [path for path in _by_use(self.folder.parent) if path != self.folder]
        for path in others[: -(KEPT - 1)]:
            shutil.rmtree(path)


@dataclass(frozen=True)
class Store:
    """All executed notebooks of a repository, seen with one profile on one device.

    Attributes:
        root: the repository.
        profile: name of the profile.
        device: kind of device.
    """

    root: Path
    profile: str
    device: str

    @classmethod
    def here(cls, root: Path = REPOSITORY) -> Store:
        """The store as this process would fill it."""
        return cls(root, profile(), device_kind())

    @staticmethod
    def folder_of(root: Path, name: str) -> Path:
        """Where the runs of a notebook lie, for every profile and device."""
        return root / RUNS / name.replace("/", ".")

    def entry(self, name: str, nb: NotebookNode) -> Entry:
        """Where a run of this notebook in the present state belongs.

        Args:
            name: path of its source below the repository, without suffix.
            nb: the notebook; outputs and text cells do not matter.
        """
        folder = self.folder_of(self.root, name)
        # jupyter-cache's own hash of the cells, for it has to find them again.
        _, cells = get_cache(str(folder)).create_hashed_notebook(nb)
        parts = {"a code cell": cells, "Python": python_version()}
        parts |= {"the profile": self.profile, "the kind of device": self.device}
        sources = [cell.source for cell in nb.cells if cell.cell_type == "code"]
        for path in sorted(files_needed(self.root, sources)):
            parts[path.relative_to(self.root).as_posix()] = hash_of(path.read_bytes())
        for pins in PINS:
            parts[pins] = hash_of(_pinned(self.root / pins).encode())
        key = hash_of(json.dumps(parts, sort_keys=True).encode())
        return Entry(name, parts, folder / key)


def drop_strangers(root: Path) -> None:
    """Delete the runs of notebooks whose source is gone from the repository."""
    known = {
        f"{name}.{path.relative_to(folder).with_suffix('').as_posix().replace('/', '.')}"
        for name, folder in (("book", root / "book"), ("solutions", solutions_folder(root)))
        for path in folder.rglob("*.md")
    }
    for folder in (root / RUNS).glob("*"):
        if folder.name not in known:
            shutil.rmtree(folder)


def _complete(folder: Path) -> bool:
    return any(folder.glob("executed/*/base.ipynb"))


def _by_use(folder: Path) -> list[Path]:
    """The runs in a folder, the one used last at the end."""
    return sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime)


def _differences(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for part in sorted(before.keys() | now.keys()):
        if part not in now:
            yield f"{part} is not needed any more"
        elif part not in before:
            yield f"{part} is new"
        elif before[part] != now[part]:
            yield f"{part} changed"


def hash_of(data: bytes) -> str:
    """A short hash for the parts of a key."""
    return hashlib.sha256(data).hexdigest()[:16]


def python_version() -> str:
    """Python's version as far as it counts: 3.11."""
    import platform

    return ".".join(platform.python_version_tuple()[:2])


def _pinned(path: Path) -> str:
    """The lines that pin something: a comment changes no version."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return "\n".join(sorted(line for line in lines if line))
