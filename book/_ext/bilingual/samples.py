"""Pictures of the title page that the chapters' own cells drew: ``{sample} gan/gan``.

    ```{sample} gan/dcgan
    :begins: Four rows of eight images
    ```

The option is how the alternative text of the picture begins, in English. The picture is taken
from the page when the book is built, and again when the page's text changes. Where only the
library changed, the title page keeps the earlier picture until it is read again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from PIL import Image
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

SIZE = (640, 400)
"""Most pixels of a picture: twice what it takes on the page, for sharp screens."""
QUALITY = 80

logger = logging.getLogger(__name__)


class Sample(nodes.General, nodes.Element):
    """Where a picture of another page is to come."""


class SampleDirective(SphinxDirective):
    """``{sample}``: one picture from the cells of the page that is named."""

    required_arguments = 1
    option_spec = {"begins": directives.unchanged_required}  # noqa: RUF012 docutils' own form

    def run(self) -> list[nodes.Node]:
        """Note the page; its picture is known once all pages are read."""
        page = self.arguments[0]
        self.env.note_dependency(self.env.doc2path(page))
        sample = Sample("", page=page, begins=self.options.get("begins", ""))
        self.set_source_info(sample)
        return [sample]


class TakeSamples(SphinxPostTransform):
    """Put a copy of each picture into its place.

    Warns with type ``bilingual``, subtype ``sample``, where the page has no such picture.
    """

    default_priority = 5  # before the builder chooses the form of each picture

    def run(self, **kwargs: object) -> None:
        """Replace each sample by its picture, which leads to the page."""
        for sample in list(self.document.findall(Sample)):
            picture = self._picture(sample["page"], sample["begins"])
            if picture is None:
                self._miss(sample)
                sample.parent.remove(sample)
                continue
            sample.replace_self(nodes.container("", picture, classes=["sample"]))

    def _miss(self, sample: Sample) -> None:
        if getattr(self.config, "nb_execution_mode", "off") == "off":
            return  # then no cell draws anything
        logger.warning(
            '%s has no picture with a text that begins "%s"',
            *(sample["page"], sample["begins"]),
            type="bilingual",
            subtype="sample",
            location=sample,
        )

    def _picture(self, page: str, begins: str) -> nodes.image | None:
        if page not in self.env.found_docs:
            return None
        for image in self.env.get_doctree(page).findall(nodes.image):
            if image["uri"].endswith(".png") and image.get("alt-en", "").startswith(begins):
                break
        else:
            return None
        picture = image.deepcopy()
        for name in ("width", "height", "scale", "align"):
            picture.attributes.pop(name, None)
        picture["uri"] = self._small(image["uri"])
        picture["candidates"] = {"*": picture["uri"]}
        return picture

    def _small(self, uri: str) -> str:
        """A copy of a picture for the title page, which all readers load first."""
        source = Path(self.env.srcdir, uri)
        content = source.read_bytes()
        name = hashlib.sha256(content + repr((SIZE, QUALITY)).encode()).hexdigest()
        small = source.with_name(f"{name}.webp")
        if not small.is_file():
            with Image.open(source) as picture:
                picture.thumbnail(SIZE)
                picture.save(small, quality=QUALITY, method=6)
        found = Path(uri).with_name(small.name).as_posix()
        self.env.images.add_file(self.env.docname, found)
        return found


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_node(Sample)
    app.add_directive("sample", SampleDirective)
    app.add_post_transform(TakeSamples)
