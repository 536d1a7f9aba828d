"""Make HTML that is safe to open out of what strangers wrote, and mark its languages.

Everything a submission holds goes through `nh3` (the ammonia sanitizer) or is escaped; no
script, event handler, form, frame, style or outside address gets through.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

MOST_TEXT = 50_000
"""Characters of one source or output that are shown."""
MOST_MARKDOWN = 20_000
MOST_TAGS = 5_000
"""What is longer or has more tags is shown as text: the parsers' time grows with its square."""
MOST_PICTURE = 2_000_000
HANGUL = re.compile("[\uac00-\ud7a3\u3131-\u318e]")
LONG_GAP = re.compile(r"\s{1000}")
EDITORS_SEPARATOR = re.compile(r"\s+[|·]\s+")
ATTACHMENT = "attachment:"
DATA_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "br", "hr", "blockquote", "pre"),
    *("ul", "ol", "li", "dl", "dt", "dd", "details", "summary", "figure", "figcaption", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "samp"),
    *("small", "strong", "sub", "sup", "u", "var"),
}
ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
DROPPED_WHOLE = {"script", "style", "template", "noscript", "title", "svg", "math", "iframe"}


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if DATA_PICTURE.fullmatch(value) else None
    if name == "href":
        return value if re.match(r"(https?://|mailto:)", value, re.IGNORECASE) else None
    if name == "lang":
        return value if value in ("ko", "en") else None
    if name in ("width", "height", "colspan", "rowspan", "start"):
        return value if re.fullmatch(r"\d{1,4}", value) else None
    return value


def clean(html: str) -> Markup:
    """HTML with nothing in it that runs, submits or loads."""
    if html.count("<") > MOST_TAGS:
        return plain(html)
    return Markup(
        nh3.clean(
            shortened(html, MOST_PICTURE),
            tags=TAGS,
            attributes=ATTRIBUTES,
            attribute_filter=_attribute,
            url_schemes={"http", "https", "mailto", "data"},
            clean_content_tags=DROPPED_WHOLE,
        )
    )


def shortened(text: str, most: int = MOST_TEXT) -> str:
    """`text` without NUL, cut after `most` characters with a mark that says so."""
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) <= most else f"{text[:most]} […]"


def markdown(cell: NotebookNode) -> Markup:
    """A Markdown cell as HTML, its pasted pictures in place."""
    source = cell.source
    if len(source) > MOST_MARKDOWN:
        return plain(source)
    for name, bundle in cell.get("attachments", {}).items():
        for kind, content in bundle.items():
            source = source.replace(f"(attachment:{name})", f"(data:{kind};base64,{content})")
    parser = MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)
    parser.disable("reference")  # its time grows with the square of their number
    # No script runs on the page, so formulas stay as they were typed.
    parser.add_render_rule("math_inline", _formula)
    parser.add_render_rule("math_block", _formula)
    parser.add_render_rule("image", _image)
    return clean(parser.render(source))


def _formula(renderer: object, tokens: Any, index: int, *rest: object) -> str:
    return f"<code>{escape(tokens[index].content.strip())}</code>"


def _image(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    source = str(tokens[index].attrs.get("src", ""))
    if source.startswith(ATTACHMENT):
        return missing_picture(source)
    return str(renderer.image(tokens, index, options, env))


def missing_picture(source: str) -> Markup:
    """A note in place of a picture that was never attached to its cell."""
    name = source.removeprefix(ATTACHMENT)
    note = pair("[missing picture: {}]", "[빠진 그림: {}]")
    return note.replace("{}", escape(shortened(name, 100)))


def code(source: str) -> Markup:
    """Python source with spans for colours."""
    if LONG_GAP.search(source):
        return escaped(source)  # the lexer tries each way to divide a gap
    formatter = HtmlFormatter(nowrap=True)
    return Markup(highlight(shortened(source), PythonLexer(stripnl=False), formatter))


def escaped(text: str) -> Markup:
    """Text as it is, cut where it is too long."""
    return Markup(escape(shortened(text)))


def plain(text: str) -> Markup:
    """Text of a terminal: escaped, without colour codes."""
    return Markup("<pre>{}</pre>").format(shortened(strip_ansi(text)))


def picture(kind: str, content: str) -> Markup:
    """A picture inside the page, or a note where its data is none."""
    try:
        bare = re.sub(r"\s", "", content)
        data = base64.b64encode(base64.b64decode(bare, validate=True)).decode()
    except (binascii.Error, ValueError):
        data = ""
    if not data or len(data) > MOST_PICTURE:
        return Markup("<p>[{}]</p>").format(kind)
    return Markup('<img alt="" src="data:{};base64,{}">').format(kind, data)


def bilingual(text: str) -> Markup:
    """A message in both languages, each part marked with its language.

    "English | 한국어" on one line, or a line each; what is in neither form stays unmarked.
    """
    text = shortened(strip_ansi(text).strip(), 2000)
    both = HANGUL.search(text) is not None
    return Markup("\n").join(_line(line.strip(), both) for line in text.splitlines() if line)


def _line(line: str, both: bool) -> Markup:
    parts = EDITORS_SEPARATOR.split(line, maxsplit=1)
    if len(parts) == 2 and HANGUL.search(parts[1]) and not HANGUL.search(parts[0]):
        return pair(*parts)
    if HANGUL.search(line):
        return Markup('<span class="line" lang="ko">{}</span>').format(line)
    if both and " " in line:
        return Markup('<span class="line" lang="en">{}</span>').format(line)
    return Markup('<span class="line">{}</span>').format(line)


def pair(english: str, korean: str) -> Markup:
    """The same text in both languages, side by side."""
    if not korean:
        return Markup("{}").format(english)
    form = '<span class="t"><span lang="en">{}</span> <span lang="ko">{}</span></span>'
    return Markup(form).format(english, korean)
