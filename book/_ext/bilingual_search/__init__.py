"""Search in both languages, through Sphinx's own interface for search languages.

`korean` finds the words of a Korean text with a morphological analyser and keeps what a
reader would look for: 학습하는 becomes 학습, 나눈다 becomes 나누다. `language` gives Sphinx
these words beside stemmed English ones, and the browser `splitter.js`, which takes a query
apart along the words that are in the index. `counts` says how often each page has a word in
which language, and `scorer.js` puts pages first that have it often, in the reader's language.
`entries` keeps what the index directive marks through incremental builds.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx

from . import counts, entries, korean, language


def version_of(files: Iterable[Path]) -> int:
    """Another number when any of these files is another: all pages are then read again."""
    return zlib.crc32(b"\0".join(path.read_bytes() for path in files))


def setup(app: Sphinx) -> dict[str, object]:
    """Register everything with Sphinx."""
    language.setup(app)
    counts.setup(app)
    entries.setup(app)
    # Words are found as pages are read, by this code and with the terms.
    own = sorted(Path(__file__).parent.glob("*.py"))
    return {
        "version": "1",
        "env_version": version_of([*own, korean.TERMS]),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
