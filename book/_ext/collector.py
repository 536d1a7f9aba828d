"""Have Python look for garbage less often while the site is built.

Pages are kept as trees of many small objects, and a build loads the trees of all pages to
number figures. Python's collector would look through them again and again, for little garbage.
"""

from __future__ import annotations

import gc

from sphinx.application import Sphinx

# New objects between two looks; Python's own is 700, or 2,000 from 3.13 on.
OBJECTS = 200_000


def setup(app: Sphinx) -> dict[str, bool]:
    """Set the collector's threshold for the process that builds."""
    gc.set_threshold(OBJECTS)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
