"""Make books from the built site: python -m downloads pdf|epub [en|ko]"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from . import menu
from .chapters import Outline

REPOSITORY = Path(__file__).resolve().parents[3]


def main() -> None:
    """Make what is asked for, and link it from the site's pages."""
    parser = argparse.ArgumentParser(prog="python -m downloads", description=__doc__)
    parser.add_argument("kind", choices=["pdf", "epub"])
    parser.add_argument("languages", nargs="*", default=["en", "ko"])
    parser.add_argument("--site", type=Path, default=REPOSITORY / "_build" / "html")
    given = parser.parse_args()
    site = given.site.resolve()
    outline = Outline.read(REPOSITORY / "_toc.yml")
    for language in given.languages:
        began = time.monotonic()
        target = site / "downloads" / f"{menu.NAME}.{language}.{given.kind}"
        if given.kind == "pdf":
            from . import pdf

            pdf.make(site, outline, language, target, site.parent / "print")
        else:
            from . import epub

            epub.make(site, outline, language, target)
        size = target.stat().st_size / 2**20
        print(f"{target}: {size:.1f} MiB, {time.monotonic() - began:.0f} s")
    menu.fill(site)


if __name__ == "__main__":
    main()
