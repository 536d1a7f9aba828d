"""What every page depends on beside its own text: this folder, the terms, static files.

Sphinx looks at pages, settings and templates. It ends before the static files are copied where
none of those changed, and never looks at the extensions. So these count as settings here: with
changed code or terms every page is read again, with a changed style sheet it is written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

EXTENSIONS = Path(__file__).resolve().parent
# Found in every page, and never taken apart by the search.
TERMS = "terms.yml"


def digest(folder: Path, paths: Iterable[Path]) -> str:
    """One hash of the names and contents of the files among `paths`, all below `folder`.

    What Python compiled does not count.
    """
    whole = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        if "__pycache__" not in path.parts:
            with suppress(FileNotFoundError):  # gone since it was listed
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                whole.update(f"{path.relative_to(folder).as_posix()}\n{content}\n".encode())
    return whole.hexdigest()


def _look(app: Sphinx, config: Config) -> None:
    config.extension_code = digest(EXTENSIONS, EXTENSIONS.rglob("*.py"))
    config.terms = digest(Path(app.srcdir), [Path(app.srcdir) / TERMS])
    others = (path for path in EXTENSIONS.rglob("*") if path.suffix != ".py")
    config.extension_files = digest(EXTENSIONS, others)
    static = [Path(app.confdir, name) for name in config.html_static_path]
    config.static_files = " ".join(digest(folder, folder.rglob("*")) for folder in static)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("extension_code", "", "env", str)
    app.add_config_value("terms", "", "env", str)
    app.add_config_value("extension_files", "", "html", str)
    app.add_config_value("static_files", "", "html", str)
    app.connect("config-inited", _look, priority=900)  # after others added their folders
    return {"parallel_read_safe": True, "parallel_write_safe": True}
