"""Alternative texts in both languages: ``English | 한국어`` in one string.

The same form serves Markdown images, figures and the pictures of code cells, whose text
stands in the metadata of the cell (``mystnb: image: alt:``).
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxTranslator

from .pairing import location_of

logger = logging.getLogger(__name__)

SEPARATOR = " | "
_HANGUL = re.compile(r"[가-힣]")
_SIZED = re.compile(r'<img[^>]*\s(?:width|height)="')
_VIEW_BOX = re.compile(r"<svg[^>]*\sviewBox=\"\S+ \S+ (?P<width>[\d.]+) (?P<height>[\d.]+)\"")


def split_alt(alt: str) -> tuple[str, str] | None:
    """The English and the Korean alternative text; None where one of them is missing."""
    english, separator, korean = alt.partition(SEPARATOR)
    if not separator or not english.strip() or not _HANGUL.search(korean):
        return None
    return english.strip(), korean.strip()


class SplitAlternativeTexts(SphinxTransform):
    """Split the alternative text of every picture.

    Warns with type ``bilingual``, subtype ``missing-ko``.
    """

    default_priority = 501

    def apply(self, **kwargs: object) -> None:
        """Look at every picture, once for each that the reader sees."""
        for image in self.document.findall(nodes.image):
            both = split_alt(image.get("alt", ""))
            if both:
                image["alt-en"], image["alt-ko"] = both
            elif _is_first_form(image):
                logger.warning(
                    'the alternative text "%s" is not of the form "English | 한국어"',
                    image.get("alt", ""),
                    type="bilingual",
                    subtype="missing-ko",
                    location=location_of(image),
                )


def _is_first_form(image: nodes.image) -> bool:
    """Whether this is the first of the formats in which a cell offers one picture."""
    at = image.parent
    while at is not None and "mime_type" not in at.attributes:
        at = at.parent
    if at is None:
        return True
    pictures = [form for form in at.parent.children if any(form.findall(nodes.image))]
    return at is pictures[0]


def _inline_drawing(path: Path) -> str | None:
    """The source of a drawing that holds words in both languages; None for other pictures.

    Inside the page its words follow the switch, which they cannot do inside an ``<img>``.
    """
    if path.suffix != ".svg" or not path.is_file():
        return None
    drawing = path.read_text(encoding="utf-8")
    if 'class="bi-ko"' not in drawing:
        return None
    start = drawing.index("<svg")
    # The element around it speaks for the whole drawing.
    return re.sub(r' (?:role|aria-labelledby)="[^"]*"', "", drawing[start:], count=2).replace(
        "<svg ", '<svg aria-hidden="true" focusable="false" ', 1
    )


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height of a picture in pixels; None where its file does not say."""
    if not path.is_file():
        return None
    if path.suffix == ".svg":
        box = _VIEW_BOX.search(path.read_text(encoding="utf-8"))
        return (round(float(box["width"])), round(float(box["height"]))) if box else None
    try:
        with Image.open(path) as picture:
            return picture.size
    except OSError:
        return None


def _loading(self: SphinxTranslator, source: Path, written: str) -> str:
    """Attributes that keep room for a picture, and load it only when it is near.

    The title page shows its pictures at once: they stand on its first screen. A width that
    the author chose is written as a style, and the attributes then give the proportions.
    """
    builder = self.builder  # type: ignore[attr-defined]
    lazy = "" if builder.current_docname == builder.config.root_doc else 'loading="lazy" '
    size = size_of(source)
    if size is None or _SIZED.search(written):
        return lazy
    return f'{lazy}width="{size[0]}" height="{size[1]}" '


def _visit_image(self: SphinxTranslator, node: nodes.image) -> None:
    """Write the image as the theme would, with both texts beside the joint one.

    Without a script the joint text is what is read out, so no language is left out.
    """
    # Sphinx puts the address that the page links to in the place of the file's.
    source = Path(self.builder.srcdir) / node["uri"]  # type: ignore[attr-defined]
    drawing = _inline_drawing(source)
    if drawing and "alt-en" in node:
        english, korean, both = map(escape, (node["alt-en"], node["alt-ko"], node["alt"]))
        self.body.append(  # type: ignore[attr-defined]
            f'<div class="bi-drawing" role="img" aria-label="{both}" '
            f'data-alt-en="{english}" data-alt-ko="{korean}">{drawing}</div>'
        )
        raise nodes.SkipNode
    start = len(self.body)  # type: ignore[attr-defined]
    type(self).visit_image(self, node)  # type: ignore[attr-defined]
    written = "".join(self.body[start:])  # type: ignore[attr-defined]
    attributes = f"<img {_loading(self, source, written)}"
    if "alt-en" in node:
        english, korean = escape(node["alt-en"]), escape(node["alt-ko"])
        attributes += f'data-alt-en="{english}" data-alt-ko="{korean}" '
    for index in range(start, len(self.body)):  # type: ignore[attr-defined]
        text = self.body[index]  # type: ignore[attr-defined]
        self.body[index] = text.replace("<img ", attributes)  # type: ignore[attr-defined]


def _depart_image(self: SphinxTranslator, node: nodes.image) -> None:
    type(self).depart_image(self, node)  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """Register the transform and the way pictures are written."""
    app.add_transform(SplitAlternativeTexts)
    app.add_node(nodes.image, override=True, html=(_visit_image, _depart_image))
