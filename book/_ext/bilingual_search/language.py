"""What Sphinx asks of a search language, for English and Korean in one text."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search.en import SearchEnglish
from sphinx.util.fileutil import copy_asset_file

from . import korean

HERE = Path(__file__).parent
NAME = "en-ko"
# A Latin word ends where Hangul begins: GAN은 is GAN and a particle.
LATIN = re.compile(r"[^\W가-힣]+")


class SearchBoth(SearchEnglish):
    """English words with their endings cut, Korean ones without particles and endings."""

    lang = NAME
    language_name = "English and Korean"
    # The browser leaves them out of queries, too.
    stopwords = SearchEnglish.stopwords | korean.STOPWORDS
    js_splitter_code = (HERE / "splitter.js").read_text(encoding="utf-8")

    def split(self, text: str) -> list[str]:
        """The words of a text in either language or both."""
        found = LATIN.findall(text)
        if korean.HANGUL.search(text):
            found += korean.words(text)
        return found

    def stem(self, word: str) -> str:
        """Cut the endings of an English word; Korean words have none any more."""
        return word if korean.HANGUL.search(word) else str(super().stem(word))


def _configure(app: Sphinx, config: Config) -> None:
    config.html_search_language = NAME
    config.html_search_scorer = str(HERE / "scorer.js")
    config.templates_path.append(str(HERE / "templates"))


def _name_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    if pagename == "search":
        context["title"] = "Search · 찾기"


def _copy_script(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        for name in ("bilingual-search.js", "search.css"):
            copy_asset_file(HERE / name, Path(app.outdir, "_static"))


def setup(app: Sphinx) -> None:
    """Make it the language that the index is built with."""
    app.add_search_language(SearchBoth)
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _name_page)
    app.connect("build-finished", _copy_script)
