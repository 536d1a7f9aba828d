"""Two languages from one source: English blocks, each followed by its Korean.

    The generator never sees the data.

    :::{ko}
    생성자는 데이터를 직접 보지 않습니다.
    :::

Headings, captions, table cells and link texts take the role instead:
``## Training {ko}`학습` ``; ``{ko}`=` `` says that the words are the same in Korean.
Images say both in one alternative text: ``English | 한국어``.

The parts: `syntax` reads the directive and the role, `pairing` sets every pair side by
side and warns where a Korean text is missing, `pictures` does the same for alternative
texts, `page` carries both languages into titles and navigation, `samples` brings pictures of
the chapters to the title page, `comments` offers giscus where it is configured.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from . import comments, page, pairing, pictures, samples, syntax

HERE = Path(__file__).parent
# The template of the switch, put before the theme's own buttons.
SWITCH = "language-switch.html"
# The button at the end of a page that says it is read, and the theme's sidebar with how far
# the reader has come above the chapters.
MARK = "reading-mark.html"
SIDEBAR = [
    "navbar-logo.html",
    "icon-links.html",
    "search-button-field.html",
    "reading-progress.html",
    "sbt-sidebar-nav.html",
]


def _add_files(app: Sphinx, config: Config) -> None:
    """Serve our style and script, and put the switch into the article header."""
    if "_static" not in config.html_static_path:  # Jupyter Book adds its own book's
        config.html_static_path.append(str(HERE.parents[1] / "_static"))
    # Jupyter Book loads every style sheet and script it finds in _static on every page; here
    # each extension asks for its own, where it is needed.
    config.html_css_files = []
    config.html_js_files = []
    config.templates_path.append(str(HERE / "templates"))
    if config.html_theme == "sphinx_book_theme":
        header = config.html_theme_options.setdefault(
            "article_header_end", ["article-header-buttons.html"]
        )
        if SWITCH not in header:
            header.insert(0, SWITCH)
        config.html_sidebars.setdefault("**", SIDEBAR)
        footer = config.html_theme_options.setdefault("article_footer_items", [])
        config.html_theme_options["article_footer_items"] = [MARK, *footer, "comments.html"]


def setup(app: Sphinx) -> dict[str, object]:
    """Register everything with Sphinx."""
    syntax.setup(app)
    pairing.setup(app)
    pictures.setup(app)
    page.setup(app)
    samples.setup(app)
    comments.setup(app)
    app.connect("config-inited", _add_files)
    app.add_css_file("bilingual.css", priority=900)
    app.add_css_file("look.css", priority=910)
    app.add_js_file("bilingual.js", loading_method="defer")
    app.add_js_file("reading.js", loading_method="defer")
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
