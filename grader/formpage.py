"""What nbgrader's formgrader shows of a submission: nothing runs, and nothing stops the page.

The page belongs to the instructor's own Jupyter server, so a script on it could do all that
the instructor can. nbgrader puts Markdown and names into it as they are, and nbconvert sizes
and pictures; `grader.settings` has both go through here first.
"""

from __future__ import annotations

import re
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters.markdown_mistune import (
    InvalidNotebook,
    IPythonRenderer,
    MarkdownWithMath,
)
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from . import markup

NAMES = ("student", "first_name", "last_name", "notebook_path")
"""What the page says of whose work it is."""
GRADE_ID = re.compile(r"[\w-]+")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
UNSAFE_TEX = re.compile(r"\\+(?=href|csname|require|style|class|cssId|mmlToken)")
"""MathJax makes links, styles and ids of these, with any address. All backslashes go: one that
stayed of several would stand before the word."""
PICTURES = ("image/png", "image/jpeg", "image/gif")
TEXTS = ("text/plain", "text/markdown")
NOT_RENDERED = markup.pair(
    "This cell cannot be shown as Markdown; here is its text.",
    "이 셀은 마크다운으로 표시할 수 없어 원문을 그대로 보여 줍니다.",
)


class CleanPage(Preprocessor):
    """Takes out of a notebook, and of what is said of it, what could run on the page."""

    enabled = True

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Clean a copy of the notebook on its way to the page."""
        for name in NAMES:
            if isinstance(resources.get(name), str):
                resources[name] = str(escape(resources[name]))
        for cell in nb.cells:
            role = cell.metadata.get("nbgrader")
            grade_id = role.get("grade_id", "") if isinstance(role, dict) else None
            known = isinstance(grade_id, str) and GRADE_ID.fullmatch(grade_id)
            cell.metadata = NotebookNode({"nbgrader": role} if known else {})
            if cell.cell_type == "code":
                if not isinstance(cell.get("execution_count"), int):
                    cell.execution_count = None
                for output in cell.outputs:
                    _clean_output(output)
        return nb, resources


def _clean_output(output: NotebookNode) -> None:
    if "data" not in output:
        return
    output.metadata = NotebookNode(_sizes(output.get("metadata")))
    if not isinstance(output.get("execution_count"), int | None):
        output.execution_count = None
    shown: dict[str, str] = {}
    for kind, content in output.data.items():
        if not isinstance(content, str):
            continue
        if kind == "text/html":
            shown[kind] = _tame(str(markup.clean(content)))
        elif kind == "text/latex":
            shown[kind] = _tame(content)
        elif kind in TEXTS or (kind in PICTURES and BASE64.fullmatch(content)):
            shown[kind] = content
    # A drawing in SVG can hold scripts, so that the page would show nothing of it.
    output.data = NotebookNode(shown or {"text/plain": f"[{', '.join(output.data)}]"})


def _sizes(metadata: Any) -> dict[str, dict[str, int]]:
    """Widths and heights of pictures: all the page needs of an output's metadata."""
    given = metadata if isinstance(metadata, dict) else {}
    found = {
        kind: {
            name: size
            for name in ("width", "height")
            if type(size := given[kind].get(name)) is int and 0 < size < 10_000
        }
        for kind in PICTURES
        if isinstance(given.get(kind), dict)
    }
    return {kind: sizes for kind, sizes in found.items() if sizes}


def _tame(text: str) -> str:
    """Text without dangerous words of TeX.

    HTML must be clean before: an entity or a comment would hide them.
    """
    return UNSAFE_TEX.sub("", text)


class _Renderer(IPythonRenderer):
    """nbconvert's, with a note where a picture is missing, and diagrams left as text."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        try:
            return str(super().image(text, url, title))
        except InvalidNotebook:
            return str(markup.missing_picture(url))

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{escape(code)}</pre>"


@pass_context
def markdown_html(context: Context, source: str) -> str:
    """Markdown of a cell or an output as HTML, in place of nbconvert's own filter."""
    if len(source) > markup.MOST_MARKDOWN:
        return str(markup.plain(source))
    attachments = (context.get("cell") or {}).get("attachments") or {}
    try:
        renderer = _Renderer(escape=False, attachments=attachments)
        html = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # whatever a parser makes of what somebody typed
        return str(Markup("<p>{}</p>{}").format(NOT_RENDERED, markup.plain(source)))
    return _tame(str(markup.clean(html)))
