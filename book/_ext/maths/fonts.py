"""KaTeX's fonts, cut down to the characters that the book's formulas have.

Most of a page's weight would be glyphs of symbols that no formula uses. The fonts are cut after
each build, when all pages are known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from built import pages
from fontTools import subset
from sphinx.application import Sphinx

FONTS = Path(__file__).parents[2] / "_static" / "katex" / "fonts"
# The text for screen readers, which these fonts do not set, comes before the text for the eye.
FORMULA = re.compile(
    r'<span class="katex-html" aria-hidden="true">(.*?)(?=<span class="katex-mathml">|'
    r"</(?:p|div|li|td|th|dd|dt|h[1-6]|figcaption)>)",
    re.S,
)
TAG = re.compile(r"<[^>]*>")
# One of its classes sets an element in this font; its letters are those of all alphabets.
DOUBLE_STRUCK = re.compile(r'<span class="[^"]*\b(?:mathbb|textbb|amsrm)\b[^"]*"[^>]*>([^<]+)<')
AMS = "KaTeX_AMS-Regular.woff2"
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


def characters(texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Characters of all formulas in the texts of pages, and those of them that AMS' font sets.

    What is no letter may be set in either: relations and arrows come from both.
    """
    found: set[str] = set()
    struck: set[str] = set()
    for html in texts:
        for formula in FORMULA.finditer(html):
            struck.update("".join(DOUBLE_STRUCK.findall(formula[1])))
            found.update(TAG.sub("", formula[1]))
    found.update("".join(ENTITIES.values()))
    symbols = {each for each in found if not each.isascii() and not each.isalpha()}
    return frozenset(found), frozenset(struck | symbols)


def cut(font: Path, wanted: frozenset[str]) -> bytes:
    """A font as WOFF 2 with no other characters than these; at least the space stays."""
    options = subset.Options(flavor="woff2", layout_features=["*"], name_IDs=[1, 2, 13, 14])
    options.notdef_outline = True
    loaded = subset.load_font(str(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={ord(each) for each in wanted} | {0x20})
    cutter.subset(loaded)
    stream = BytesIO()
    subset.save_font(loaded, stream, options)
    return stream.getvalue()


def cut_fonts(app: Sphinx, error: Exception | None) -> None:
    """Put cut fonts in place of the whole ones, at the end of a build."""
    target = Path(app.outdir) / "_static" / "katex" / "fonts"
    if error is not None or app.builder.format != "html" or not target.is_dir():
        return
    texts = (path.read_text(encoding="utf-8") for path in pages(Path(app.outdir)))
    everything, struck = characters(texts)
    # Sphinx copies the whole fonts again with each build; the cut ones wait beside the pages'
    # trees.
    kept = Path(app.doctreedir, "fonts")
    kept.mkdir(parents=True, exist_ok=True)
    for font in sorted(FONTS.glob("*.woff2")):
        wanted = struck if font.name == AMS else everything
        content = font.read_bytes()
        key = hashlib.sha256(content + "".join(sorted(wanted)).encode("utf-8")).hexdigest()
        small = kept / f"{font.stem}-{key[:16]}.woff2"
        if not small.is_file():
            for old in kept.glob(f"{font.stem}-*"):
                old.unlink()
            small.write_bytes(cut(font, wanted))
        (target / font.name).write_bytes(small.read_bytes())
