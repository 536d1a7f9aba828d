"""The words of texts that were taken apart in earlier builds.

Loading the analyser's model and running it takes seconds; most builds change a paragraph.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from contextlib import suppress
from pathlib import Path

from sphinx.application import Sphinx

from . import korean

NOTES = "korean-words.json"


def _made_with() -> str:
    """A hash of what the words of a text depend on beside the text."""
    files = [korean.TERMS, Path(str(korean.__file__))]
    whole = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    for package in ("kiwipiepy", "kiwipiepy-model"):
        whole.update(importlib.metadata.version(package).encode())
    return whole.hexdigest()


def load(notes: Path) -> None:
    """Take over what an earlier build wrote, if words would still be found the same way."""
    for collected in (korean.known, korean.asked, korean.found):
        collected.clear()
    with suppress(OSError, ValueError):  # no file, or one that was not written to its end
        kept = json.loads(notes.read_text(encoding="utf-8"))
        if kept["made_with"] == _made_with():
            korean.known.update(kept["words"])


def save(notes: Path, *, all_asked: bool) -> None:
    """Write down what is known.

    Args:
        notes: file to write.
        all_asked: whether every text of the book was asked for; then others are forgotten.
    """
    if all_asked:
        for text in korean.known.keys() - korean.asked:
            del korean.known[text]
    kept = {"made_with": _made_with(), "words": korean.known}
    notes.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Load before pages are read, save after they are written."""
    notes = Path(app.doctreedir, NOTES)
    read: set[str] = set()

    def end(app: Sphinx, error: Exception | None) -> None:
        if error is None and korean.found:
            save(notes, all_asked=app.env.found_docs <= read)

    app.connect("builder-inited", lambda app: load(notes))
    app.connect("source-read", lambda app, docname, content: read.add(docname))
    app.connect("build-finished", end)
