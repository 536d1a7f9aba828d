"""Carry both languages into everything around the text: titles, navigation, the switch."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from .joining import join_particles
from .syntax import plain_words_in_both, split_plain

HERE = Path(__file__).parent
DASH = " — "
# What Sphinx calls things that are numbered, and what they are in Korean.
NUMBERED = {"Fig.": "그림", "Table": "표", "Listing": "코드"}
NUMBER = re.compile(
    r'(?P<tag><span class="(?:caption-number|std std-numref)">)'
    r"(?P<kind>Fig\.|Table|Listing) (?P<number>[\d.]+)\s*</span>"
)


def _split_references(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark both languages in references that show a title or a caption.

    Sphinx keeps titles as plain text for references, so the two languages arrive joined.
    """
    for link in doctree.findall(nodes.reference):
        for text in list(link.findall(nodes.Text)):
            if _is_marked(text):
                continue
            english, korean = split_plain(text.astext())
            if english != korean:
                text.parent.replace(text, plain_words_in_both(english, korean))


def _is_marked(text: nodes.Text) -> bool:
    """Whether the words stand inside a node that names their language already."""
    at: nodes.Node | None = text.parent
    while at is not None:
        if isinstance(at, nodes.Element) and {"bi-en", "bi-ko"} & set(at.get("classes", ())):
            return True
        at = at.parent
    return False


def title_html(title: str) -> str:
    """A plain title in both languages as HTML that the switch can act on."""
    english, korean = split_plain(title)
    if english == korean:
        return escape(title)
    return (
        f'<span class="bi-en" lang="en">{escape(english)}</span>'
        '<span class="bi-sep"> · </span>'
        f'<span class="bi-ko" lang="ko">{escape(korean)}</span>'
    )


def window_titles(page: str, site: str) -> dict[str, str]:
    """The title of the browser's window for each mode of the switch."""
    halves = {"en": 0, "ko": 1}
    titles = {"both": _joined(page, site)}
    for mode, half in halves.items():
        titles[mode] = _joined(split_plain(page)[half], split_plain(site)[half])
    return titles


def number_in_both(body: str) -> str:
    """The body of a page with the numbers of its figures in both languages: Fig. 1, 그림 1.

    Sphinx writes them itself, in the document's language only.
    """
    return NUMBER.sub(_numbers, body)


def _numbers(found: re.Match[str]) -> str:
    korean = f"{NUMBERED[found['kind']]} {found['number']}"
    return (
        f'{found["tag"]}<span class="bi-number" lang="en">{found["kind"]} {found["number"]}'
        f'</span><span class="bi-ko" lang="ko">{korean}</span> </span>'
    )


def list_of_references(body: str) -> str:
    """The body of a page with the list of references as HTML's own kind of list.

    docutils gives each entry a role that ARIA has withdrawn. The entries are in English,
    whichever language the page is in.
    """
    return body.replace(
        '<div role="list" class="citation-list">',
        '<div role="list" class="citation-list" lang="en">',
    ).replace(' role="doc-biblioentry"', ' role="listitem"')


def _joined(page: str, site: str) -> str:
    return page if page == site else f"{page}{DASH}{site}"


def _set_titles(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Put plain words into <title> and meta tags, marked ones into the page itself."""
    title_node = app.env.titles.get(pagename)
    page = title_node.astext() if title_node is not None else str(context.get("title", ""))
    titles = window_titles(page, app.config.html_title)
    context["title"] = page
    context["titlesuffix"] = (
        "" if page == app.config.html_title else escape(DASH + app.config.html_title)
    )
    for name in ("pagetitle", "root_title"):
        if name in context:
            context[name] = title_html(str(context[name]))
    context["site_title"] = title_html(app.config.html_title)
    head_script = (HERE / "head.js").read_text(encoding="utf-8").strip()
    context["metatags"] = (
        "\n    "
        + '<meta name="bilingual-titles" '
        + " ".join(f'data-{mode}="{escape(words)}"' for mode, words in titles.items())
        + ">"
        + f"\n    <script>{head_script}</script>"
        + str(context.get("metatags", ""))
    )
    # Captions of the parts come from _toc.yml as plain text, with no node of their own.
    if isinstance(context.get("body"), str):
        body = list_of_references(number_in_both(str(context["body"])))
        context["body"] = join_particles(body)
    build_toctree = context.get("generate_toctree_html")
    if callable(build_toctree):
        context["generate_toctree_html"] = _with_marked_captions(build_toctree)


def _with_marked_captions(build_toctree):  # type: ignore[no-untyped-def]
    """Wrap the theme's function, so that captions in the sidebar follow the switch."""

    def build(*args: object, **kwargs: object) -> object:
        soup = build_toctree(*args, **kwargs)
        if not hasattr(soup, "select"):
            return soup
        for caption in soup.select(".caption-text"):
            english, korean = split_plain(caption.get_text())
            # The theme keeps the tree and returns it again: mark it only once.
            if english == korean or caption.select(".bi-ko"):
                continue
            caption.clear()
            for words, name in ((english, "en"), (" · ", "sep"), (korean, "ko")):
                span = soup.new_tag("span", attrs={"class": f"bi-{name}"})
                if name != "sep":
                    span["lang"] = name
                span.string = words
                caption.append(span)
        return soup

    return build


def setup(app: Sphinx) -> None:
    """Connect to Sphinx; late, because the themes fill the context first."""
    # Late: pages made from other sources, as the glossary, get their links at this event, too.
    app.connect("doctree-resolved", _split_references, priority=900)
    app.connect("html-page-context", _set_titles, priority=900)
