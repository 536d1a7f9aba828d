"""Turn MyST Markdown into what JupyterLab, VS Code and Colab render.

Those show MyST's directives and roles as raw text. The parser of the MyST family
(markdown-it-py with its plugins) finds them; everything else stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Protocol

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from .errors import GraderError

ADMONITIONS = {
    "note": "Note · 참고",
    "tip": "Tip · 도움말",
    "hint": "Hint · 힌트",
    "important": "Important · 중요",
    "warning": "Warning · 주의",
    "caution": "Caution · 주의",
    "seealso": "See also · 함께 보기",
    "admonition": "",
}
OPTION = re.compile(r"^:(?P<name>[\w-]+):(?P<value>.*)$")
# A formula holds no `$$` of its own, so an unlabelled one before it is not taken in.
LABELLED_MATH = re.compile(r"\$\$((?:(?!\$\$).)+?)\$\$[ \t]*\((\S+?)\)", re.DOTALL)
TARGET = re.compile(r"^\((\S+)\)=[ \t]*$", re.MULTILINE)
SAME = "="

Link = Callable[[str], str]


class Book(Protocol):
    """What only a whole book knows; without one, what asks for it has no plain form."""

    def title(self, document: str, *, korean: bool) -> str:
        """The title of a page, named as in a reference."""

    def reference(self, label: str, *, korean: bool) -> tuple[str, str]:
        """Address ("" for none) and words of a labelled place."""

    def citation(self, keys: list[str], *, in_text: bool) -> str:
        """Authors and year of works, as Markdown."""

    def picture(self, path: str, alt: str) -> str:
        """Markdown or HTML that shows a picture named from the page's folder."""


def plain_markdown(
    text: str, link: Link, equations: dict[str, int] | None = None, book: Book | None = None
) -> str:
    """Convert one Markdown cell.

    Args:
        text: MyST Markdown: `ko` blocks and roles, admonitions, dropdowns, `doc` and `eq`
            references, `$$…$$ (label)`; with a book also figures, citations and `ref`.
        link: gives the address for a document named by its path from the book's root; where
            it is "", the words stay without a link.
        equations: numbers given so far in this notebook, by label; extended here.
        book: what the notebook is a part of.

    Raises:
        GraderError: for a directive or role that has no plain form, naming it.
    """
    numbers = {} if equations is None else equations
    text = LABELLED_MATH.sub(lambda match: _tagged(match, numbers), text)
    return _Writer(link, numbers, book).blocks(TARGET.sub("", text)).strip("\n")


def number_equations(text: str) -> dict[str, int]:
    """Numbers of the labelled equations of a whole page, for references to later ones."""
    labels = dict.fromkeys(label for _, label in LABELLED_MATH.findall(text))
    return {label: number for number, label in enumerate(labels, 1)}


def _tagged(match: re.Match[str], numbers: dict[str, int]) -> str:
    formula, label = match.groups()
    number = numbers.setdefault(label, len(numbers) + 1)
    return f"$${formula.rstrip()} \\tag{{{number}}}{formula[len(formula.rstrip()) :]}$$"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    return parser.use(colon_fence_plugin).use(dollarmath_plugin).use(myst_role_plugin)


class _Writer:
    """Writes one cell; inside a `ko` block it knows that it writes Korean."""

    def __init__(self, link: Link, numbers: dict[str, int], book: Book | None) -> None:
        self.link, self.numbers, self.book = link, numbers, book
        self.korean = False

    def blocks(self, text: str) -> str:
        """Blocks with every directive and role written out."""
        lines = text.split("\n")
        tokens = _parser().parse(text)
        # From the end, so that the line numbers of what is still to do stay right.
        for token in reversed(tokens):
            if token.map is None:
                continue
            first, last = token.map
            name = re.match(r"\{(\S+)\}\s*(.*)", token.info)
            if token.type in ("colon_fence", "fence") and name is not None:
                lines[first:last] = self.directive(name[1], name[2], token.content)
            elif token.type == "inline":
                part = "\n".join(lines[first:last])
                lines[first:last] = self.roles(part, token).split("\n")
        return "\n".join(lines)

    def directive(self, name: str, title: str, body: str) -> list[str]:
        """The lines for a directive."""
        inner, options = body.split("\n"), {}
        while inner and (option := OPTION.match(inner[0])):
            options[option["name"]] = option["value"].strip()
            inner.pop(0)
        if name == "index" and self.book is not None:
            return [""]
        before, self.korean = self.korean, self.korean or name == "ko"
        content = self.blocks("\n".join(inner)).strip("\n").split("\n")
        self.korean = before
        if name == "ko":
            return ['<div lang="ko">', "", *content, "", "</div>", ""]
        if name == "math":
            return ["$$", *content, "$$"]
        if name == "dropdown":
            summary = _inline_html(self.blocks(title))
            opened = "<details>", f"<summary>{summary}</summary>"
            return [*opened, "", *content, "", "</details>", ""]
        if name in ADMONITIONS:
            heading = ADMONITIONS[name] or self.blocks(title)
            return [f"> **{heading}**", ">", *(f"> {line}".rstrip() for line in content), ""]
        if self.book is not None and name == "figure":
            picture = self.book.picture(title.strip(), options.get("alt", "").strip('"'))
            return [picture, "", *content, ""]
        if self.book is not None and name == "raw" and "file" in options:
            return [self.book.picture(options["file"], ""), ""]
        raise GraderError(
            f"The directive {{{name}}} has no plain form for notebooks; reword it."
        )

    def roles(self, text: str, token: Token) -> str:
        """A text whose roles, which the parser found, are written out."""
        for child in token.children or []:
            if child.type != "myst_role":
                continue
            name, content = child.meta["name"], child.content
            # The parser has trimmed the content and joined its lines.
            words = r"\s+".join(map(re.escape, content.split()))
            written = re.compile(
                r"\s?\{"
                + re.escape(name)
                + r"\}(?P<ticks>`+)\s*"
                + words
                + r"\s*(?P=ticks)(?!`)"
            )
            text = written.sub(
                lambda match: self.role(match, name, content),  # noqa: B023
                text,
                count=1,
            )
        return text

    def role(self, match: re.Match[str], name: str, content: str) -> str:
        """The words for one role."""
        space = match[0][0] if match[0][0].isspace() else ""
        if name == "ko":
            content = content.strip()
            if content == SAME:
                return ""
            before, self.korean = self.korean, True
            korean = self.roles(content, _parser().parseInline(content)[0])
            self.korean = before
            return f"{' · ' if space else ''}{korean}"
        if name == "eq":
            if content not in self.numbers:
                raise GraderError(
                    f"{{eq}}`{content}` names no equation above it in this notebook."
                )
            return f"{space}({self.numbers[content]})"
        if name in ("doc", "ref"):
            return space + self.reference(name, " ".join(content.split()))
        if self.book is not None and name in ("cite:p", "cite:t"):
            keys = [key.strip() for key in content.split(",")]
            return space + self.book.citation(keys, in_text=name == "cite:t")
        raise GraderError(f"The role {{{name}}} has no plain form for notebooks; reword it.")

    def reference(self, name: str, content: str) -> str:
        """A link, or the words alone where it leads nowhere."""
        named = re.fullmatch(r"(.+?)\s*<(.+)>", content)
        target = named[2] if named else content
        words, address = content.strip("/"), ""
        if name == "doc":
            address = self.link(target)
            if self.book is not None:
                words = self.book.title(target, korean=self.korean)
        elif self.book is not None:
            address, words = self.book.reference(target, korean=self.korean)
        else:
            raise GraderError("The role {ref} has no plain form outside a book; reword it.")
        words = named[1] if named else words
        return f"[{words}]({address})" if address else words


def _inline_html(text: str) -> str:
    """A title as HTML: editors show no Markdown inside a summary."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
