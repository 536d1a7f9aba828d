"""Turn MyST Markdown into what JupyterLab, VS Code and Colab render.

Those show MyST's directives and roles as raw text. The parser of the MyST family
(markdown-it-py with its plugins) finds them; everything else stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable

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
OPTION = re.compile(r"^:[\w-]+:.*$")
LABELLED_MATH = re.compile(r"\$\$(.+?)\$\$[ \t]*\((\S+?)\)", re.DOTALL)
TARGET = re.compile(r"^\((\S+)\)=[ \t]*$", re.MULTILINE)
SAME = "="

Link = Callable[[str], str]


def plain_markdown(text: str, link: Link, equations: dict[str, int] | None = None) -> str:
    """Convert one Markdown cell.

    Args:
        text: MyST Markdown: `ko` blocks and roles, admonitions, `doc` and `eq` references,
            `$$…$$ (label)`.
        link: gives the address for a document named by its path from the book's root.
        equations: numbers given so far in this notebook, by label; extended here.

    Raises:
        GraderError: for a directive or role that has no plain form, naming it.
    """
    numbers = {} if equations is None else equations
    text = LABELLED_MATH.sub(lambda match: _tagged(match, numbers), text)
    return _blocks(TARGET.sub("", text), link, numbers).strip("\n")


def _tagged(match: re.Match[str], numbers: dict[str, int]) -> str:
    formula, label = match.groups()
    number = numbers.setdefault(label, len(numbers) + 1)
    return f"$${formula.rstrip()} \\tag{{{number}}}{formula[len(formula.rstrip()) :]}$$"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    return parser.use(colon_fence_plugin).use(dollarmath_plugin).use(myst_role_plugin)


def _blocks(text: str, link: Link, numbers: dict[str, int]) -> str:
    lines = text.split("\n")
    tokens = _parser().parse(text)
    # From the end, so that the line numbers of what is still to do stay right.
    for token in reversed(tokens):
        if token.map is None:
            continue
        first, last = token.map
        name = re.match(r"\{(\S+)\}\s*(.*)", token.info)
        if token.type in ("colon_fence", "fence") and name is not None:
            lines[first:last] = _directive(name[1], name[2], token.content, link, numbers)
        elif token.type == "inline":
            part = "\n".join(lines[first:last])
            lines[first:last] = _roles(part, token, link, numbers).split("\n")
    return "\n".join(lines)


def _directive(
    name: str, title: str, body: str, link: Link, numbers: dict[str, int]
) -> list[str]:
    inner = body.split("\n")
    while inner and OPTION.match(inner[0]):
        inner.pop(0)
    content = _blocks("\n".join(inner), link, numbers).strip("\n").split("\n")
    if name == "ko":
        return ['<div lang="ko">', "", *content, "", "</div>", ""]
    if name == "math":
        return ["$$", *content, "$$"]
    if name in ADMONITIONS:
        heading = ADMONITIONS[name] or _blocks(title, link, numbers)
        return [f"> **{heading}**", ">", *(f"> {line}".rstrip() for line in content), ""]
    raise GraderError(f"The directive {{{name}}} has no plain form for notebooks; reword it.")


def _roles(text: str, token: Token, link: Link, numbers: dict[str, int]) -> str:
    for child in token.children or []:
        if child.type != "myst_role":
            continue
        name, content = child.meta["name"], child.content
        written = re.compile(
            r"\s?\{" + re.escape(name) + r"\}(?P<ticks>`+)" + re.escape(content) + r"(?P=ticks)"
        )
        text = written.sub(
            lambda match: _role(match, name, content, link, numbers),  # noqa: B023
            text,
            count=1,
        )
    return text


def _role(
    match: re.Match[str], name: str, content: str, link: Link, numbers: dict[str, int]
) -> str:
    space = " " if match[0][0].isspace() else ""
    if name == "ko":
        return "" if content == SAME else f"{' · ' if space else ''}{content}"
    if name == "eq":
        if content not in numbers:
            raise GraderError(f"{{eq}}`{content}` names no equation above it in this notebook.")
        return f"{space}({numbers[content]})"
    if name == "doc":
        named = re.fullmatch(r"(.+?)\s*<(.+)>", content)
        words, target = named.groups() if named else (content.strip("/"), content)
        return f"{space}[{words}]({link(target)})"
    raise GraderError(f"The role {{{name}}} has no plain form for notebooks; reword it.")
