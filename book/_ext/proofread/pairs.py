"""Find every English text and the Korean that answers it in a MyST source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

DIRECTIVE = re.compile(r"\{(?P<name>[\w:-]+)\}\s*(?P<title>.*)")
OPTION = re.compile(r"^:[\w-]+:.*$")
# Directives whose content is no prose.
VERBATIM = {
    "code-cell",
    "code",
    "math",
    "bibliography",
    "toctree",
    "raw",
    "eval-rst",
    "mermaid",
}
SAME = "="


@dataclass(frozen=True)
class Pair:
    """An English text and its Korean, both as written in Markdown."""

    line: int
    """Line of the English in the file, counted from 1."""
    english: str
    korean_line: int
    korean: str


def parser() -> MarkdownIt:
    """The parser of the MyST family with what the book uses."""
    found = MarkdownIt("commonmark").enable("table")
    for plugin in (front_matter_plugin, colon_fence_plugin, dollarmath_plugin):
        found.use(plugin)
    return found.use(myst_block_plugin).use(myst_role_plugin)


def pairs(text: str, first_line: int = 1) -> Iterator[Pair]:
    """All pairs of a source, in order.

    Args:
        text: MyST Markdown, a whole file or the content of a directive.
        first_line: the number of the text's first line in its file.
    """
    lines = text.split("\n")
    last: dict[int, tuple[int, int]] = {}  # the block before, at each level of nesting
    for token in parser().parse(text):
        if token.type == "inline":
            yield from _role_pairs(token, first_line)
        if token.map is None or token.nesting < 0 or token.type == "inline":
            continue
        start, end = token.map
        found = DIRECTIVE.match(token.info) if token.type in ("fence", "colon_fence") else None
        if found is None:
            last[token.level] = (start, end)
        elif found["name"] == "ko":
            if token.level in last:
                before = last[token.level]
                english = "\n".join(lines[before[0] : before[1]]).strip()
                line = first_line + before[0]
                yield Pair(line, english, first_line + start + 1, token.content.strip())
        elif found["name"] not in VERBATIM:
            yield from _title_pair(found["title"], first_line + start)
            yield from _content_pairs(token.content, first_line + start + 1)
            last[token.level] = (start, end)


def _content_pairs(content: str, first_line: int) -> Iterator[Pair]:
    lines = content.split("\n")
    skipped = 0
    while skipped < len(lines) and OPTION.match(lines[skipped]):
        skipped += 1
    yield from pairs("\n".join(lines[skipped:]), first_line + skipped)


def _title_pair(title: str, line: int) -> Iterator[Pair]:
    for token in parser().parseInline(title):
        yield from _role_pairs(token, line)


def _role_pairs(token: Token, first_line: int) -> Iterator[Pair]:
    line = first_line + (token.map[0] if token.map else 0)
    english: list[str] = []
    for child in token.children or []:
        if child.type == "myst_role" and child.meta["name"] == "ko":
            if child.content != SAME:
                yield Pair(line, "".join(english).strip(), line, child.content)
            english = []
        elif child.type in ("softbreak", "hardbreak"):
            english.append(" ")
        else:
            english.append(_written(child))


def _written(child: Token) -> str:
    if child.type == "myst_role":
        return f"{{{child.meta['name']}}}`{child.content}`"
    if child.type == "math_inline":
        return f"${child.content}$"
    if child.type == "code_inline":
        return f"`{child.content}`"
    return child.content


_NOT_WORDS = [
    re.compile(r"```.*?```", re.DOTALL),
    re.compile(r"\$\$.*?\$\$", re.DOTALL),
    re.compile(r"\$[^$\n]+\$"),
    re.compile(r"\{(?!doc|ref|term)[\w:-]+\}`[^`]*`"),
    re.compile(r"`[^`]*`"),
    re.compile(r"(?<=\])\([^)\s]*\)"),
    re.compile(r"https?://\S+"),
]
_NAMED = re.compile(r"\{(?:doc|ref|term)\}`([^`<]*?)\s*(?:<[^`]*>)?`")
# Stands for what was taken out, so that a particle behind it has something before it.
UNREAD = "\ufffc"


def words(markdown: str) -> str:
    """The words of a Markdown text; code, maths, roles and addresses become one sign each.

    Line breaks stay, so that a place in the result tells its line.
    """
    text = _NAMED.sub(lambda match: match[1] or UNREAD, markdown)
    for pattern in _NOT_WORDS:
        text = pattern.sub(lambda match: UNREAD + "\n" * match[0].count("\n"), text)
    return re.sub(r"[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}", "", text)
