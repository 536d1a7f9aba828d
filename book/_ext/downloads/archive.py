"""Everything in one archive: notebooks, problem sets, the library with its data."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

TOP = "deep-learning-side-by-side"
TIME = (2020, 1, 1, 0, 0, 0)
PLAIN_FILES = ("constraints.txt", "pyproject.toml", "LICENSE")
FOLDERS = ("dlcourse", "exercises")
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
# What a reader needs besides the library's own requirements.
ALSO = {"syne-tune"}
EDITORS = "jupyterlab"
REQUIREMENT = re.compile(r"^([A-Za-z0-9-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
DEPENDENCIES = re.compile(r"^dependencies = \[(.*?)\]", re.MULTILINE | re.DOTALL)
BOOK_LINK = re.compile(r"\]\(\.\./\.\./book/([\w/-]+)\.md\)")
README = """# Deep Learning, Side by Side · 나란히 배우는 딥러닝

This folder holds the whole course for a computer without a network: `notebooks/` has the
chapters with their outputs, `exercises/` the problem sets, `dlcourse/` the library with its
data. Install the packages once, where there is a network (Python 3.10 to 3.13):

이 폴더에는 네트워크 없이 공부하는 데 필요한 것이 모두 들어 있습니다. `notebooks/`에는 출력이
담긴 장이, `exercises/`에는 과제가, `dlcourse/`에는 데이터가 딸린 라이브러리가 있습니다.
패키지는 네트워크가 있는 곳에서 한 번만 설치하면 됩니다(Python 3.10~3.13).

```bash
python3 -m venv .venv
.venv/bin/pip install --requirement requirements.txt --constraint constraints.txt
.venv/bin/pip install --no-deps --editable .
```

Then everything runs offline. · 그다음부터는 네트워크 없이 실행됩니다.

```bash
.venv/bin/jupyter lab notebooks
```
"""


def requirements(root: Path) -> str:
    """What notebooks need, pinned as the course has it: its library's packages, an editor."""
    declared = DEPENDENCIES.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    names = set(re.findall(r'"([A-Za-z0-9-]+)', declared[1] if declared else "")) | ALSO
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if (found := REQUIREMENT.match(line)) and found[1] in names]
    return "\n".join([*kept, EDITORS, ""])


def sources(root: Path) -> list[Path]:
    """Files of the repository that go into the archive, in a fixed order."""
    files = [root / name for name in (*PLAIN_FILES, "requirements.txt")]
    for folder in FOLDERS:
        files += (path for path in (root / folder).rglob("*") if path.is_file())
    return sorted(path for path in files if not LEFT_OUT & set(path.parts))


def contents(root: Path, notebooks: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Names inside the archive and what stands there.

    Args:
        root: the repository.
        notebooks: folder of the chapters' notebooks.
        names: the chapters, like "gan/gan".
    """
    yield "README.md", README.encode()
    yield "requirements.txt", requirements(root).encode()
    for path in sources(root):
        if path.name == "requirements.txt" and path.parent == root:
            continue
        within = path.relative_to(root).as_posix()
        yield within, _problem_set(path) if path.suffix == ".ipynb" else path.read_bytes()
    for name in sorted(names):
        yield f"notebooks/{name}.ipynb", (notebooks / f"{name}.ipynb").read_bytes()


def _problem_set(path: Path) -> bytes:
    """A problem set that leads to the chapters' notebooks, not to their sources.

    Cells that nbgrader guards stay as they are, to the letter.
    """
    data = path.read_bytes()
    nb = nbformat.reads(data.decode("utf-8"), as_version=4)
    changed = False
    for cell in nb.cells:
        if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata:
            source = BOOK_LINK.sub(r"](../../notebooks/\1.ipynb)", cell.source)
            changed, cell.source = changed or source != cell.source, source
    return nbformat.writes(nb).encode("utf-8") + b"\n" if changed else data


def pack(target: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write an archive whose bytes depend on nothing but its files; how many there are."""
    target.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files):
            entry = zipfile.ZipInfo(f"{TOP}/{name}", TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
            count += 1
    return count
