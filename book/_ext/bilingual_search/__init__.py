"""Search in both languages, through Sphinx's own interface for search languages.

`korean` finds the words of a Korean text with a morphological analyser and keeps what a
reader would look for: 학습하는 becomes 학습, 나눈다 becomes 나누다. `language` gives Sphinx
these words beside stemmed English ones, and the browser `splitter.js`, which takes a query
apart along the words that are in the index. `counts` says how often each page has a word in
which language, and `scorer.js` puts pages first that have it often, in the reader's language.
`entries` keeps what the index directive marks through incremental builds, `known` the words.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from . import counts, entries, known, language


def setup(app: Sphinx) -> dict[str, object]:
    """Register everything with Sphinx."""
    for part in (language, counts, entries, known):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
