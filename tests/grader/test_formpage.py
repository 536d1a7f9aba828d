"""The formgrader's page of a submission: hostile ones neither run nor break it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from grader import markup
from grader.settings import configure

EVIL = "<img src=x onerror=alert(1)><script>alert(1)</script><p onclick='alert(1)'>"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


class Watch(HTMLParser):
    """What a browser would run: handlers, scripts, addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_script = tag == "script"
        for name, value in attrs:
            if name.startswith("on") or "javascript:" in (value or "").lower():
                self.found.append(f"{tag} {name}={value}")
        if tag in ("iframe", "object", "embed", "base", "form"):
            self.found.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False

    def handle_data(self, data: str) -> None:
        if self.in_script and "alert" in data:
            self.found.append(data)


def page(*cells: NotebookNode, **about: Any) -> str:
    """The page as nbgrader's server makes it, under our settings."""
    config = Config()
    configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {
        **dict.fromkeys(("assignment_id", "notebook_id", "submission_id"), "x"),
        **{"base_url": "", "index": 0, "total": 1, "student": "ann", "notebook_path": "x"},
        **{"first_name": None, "last_name": None},
    } | about
    nb = new_notebook()
    nb.cells = list(cells)  # not looked at on the way: some are no cells at all
    html, _ = HTMLExporter(config=config).from_notebook_node(nb, resources=resources)
    return html


def runs(html: str) -> list[str]:
    watch = Watch()
    watch.feed(html)
    return watch.found


BARE = runs(page())
"""What nbgrader's own page runs."""


def shown(data: dict[str, Any], **more: Any) -> NotebookNode:
    output = NotebookNode(output_type="display_data", data=data, metadata={}) | more
    cell = new_code_cell("1")
    cell.outputs = [NotebookNode(output)]
    return cell


def answer(source: str, **role: Any) -> NotebookNode:
    role = {"grade_id": "explain", "solution": True, "grade": True, "points": 5} | role
    return new_markdown_cell(source, metadata={"nbgrader": role})


HOSTILE = {
    "a script in an answer": answer(f"seen {EVIL}"),
    "a script in text": new_markdown_cell(f"seen {EVIL}"),
    "a link": answer("[seen](javascript:alert(1)) <a href='JaVaScript:alert(1)'>x</a>"),
    "a frame": answer("seen <iframe srcdoc='<script>alert(1)</script>'></iframe>"),
    "a formula's link": answer(r"seen $\href{javascript:alert(1)}{x}$"),
    "a formula's link behind a backslash": answer(r"seen $\\href{javascript:alert(1)}{x}$"),
    "a formula's token": answer(r"seen $\mmlToken{mi}[href='javascript:alert(1)']{x}$"),
    "a formula's name": answer(r"seen $\csname href\endcsname{javascript:alert(1)}{x}$"),
    "a diagram": answer(f"seen\n\n```mermaid\ngraph TD; a[{EVIL}]\n```"),
    "a missing picture": answer("seen ![x](attachment:nope.png)"),
    "a missing picture's name": answer('seen ![x](<attachment:"><script>alert(1)//>)'),
    "a picture without kinds": new_markdown_cell(
        "seen ![x](attachment:a.png)", attachments={"a.png": {}}
    ),
    "a picture of HTML": new_markdown_cell(
        "seen ![x](attachment:a)", attachments={"a": {"text/html;x": EVIL}}
    ),
    "HTML": shown({"text/html": f"seen {EVIL}"}),
    "HTML with a formula": shown({"text/html": r"seen $\href{javascript:alert(1)}{x}$"}),
    "HTML with an entity": shown({"text/html": "seen $&#92;href{javascript:alert(1)}{x}$"}),
    "HTML with a comment": shown({"text/html": r"seen $\<!---->href{javascript:alert(1)}{x}$"}),
    "an answer with an entity": answer("seen \\\\(&#92;href{javascript:alert(1)}{x}\\\\)"),
    "an answer with a comment": answer(r"seen \<!-- -->href{javascript:alert(1)}{x}"),
    "LaTeX": shown({"text/latex": r"seen $\href{javascript:alert(1)}{x}$" + EVIL}),
    "printed Markdown": shown({"text/markdown": f"seen ![x](attachment:nope.png) {EVIL}"}),
    "SVG": shown({"text/plain": "seen", "image/svg+xml": f"<svg onload='alert(1)'>{EVIL}"}),
    "a picture's bytes": shown({"text/plain": "seen", "image/png": "a' onerror='alert(1)"}),
    "a picture's width": shown(
        {"image/png": PNG}, metadata={"width": '1" onload=alert(1) x="', "text/html": []}
    ),
    "a picture's sizes": shown({"image/png": PNG}, metadata={"image/png": 3}),
    "sizes of HTML": shown({"text/html": "seen"}, metadata={"text/html": [1]}),
    "other kinds": shown({"text/plain": "seen", "application/javascript": "alert(1)"}),
    "a text that is a list": shown({"text/plain": "seen", "text/html": {"a": EVIL}}),
    "a grade id": answer("seen", grade_id=f'"{EVIL}'),
    "a role that is none": new_markdown_cell("seen", metadata={"nbgrader": ["solution"]}),
    "code": new_code_cell(f"seen = 1\n# </pre>{EVIL}"),
    "raw text": new_raw_cell(f"seen {EVIL}"),
    "an error": new_code_cell(
        "1", outputs=[new_output("error", ename=EVIL, evalue=EVIL, traceback=["seen" + EVIL])]
    ),
    "a stream": new_code_cell("1", outputs=[new_output("stream", text="seen" + EVIL)]),
    "endless Markdown": answer("seen " + "[" * 19_000),
    "long Markdown": answer("seen " + "*a " * 50_000),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_cells_are_shown_and_run_nothing(what: str) -> None:
    html = page(HOSTILE[what])
    assert runs(html) == BARE
    assert "seen" in html or PNG in html
    assert not re.search(r"\\(href|csname|mmlToken)", html)


@pytest.mark.parametrize("name", ["student", "first_name", "last_name", "notebook_path"])
def test_names_are_text(name: str) -> None:
    about = {"first_name": "Ada", "last_name": "Lovelace"} if "_name" in name else {}
    html = page(**{**about, name: f'"{EVIL}'})
    assert runs(html) == BARE and "&lt;script&gt;" in html


def test_what_cannot_be_shown_is_named_in_both_languages() -> None:
    source = "![x](attachment:nope.png)"
    for html in (page(answer(source)), markup.markdown(new_markdown_cell(source))):
        assert "missing picture: nope.png" in html and "빠진 그림: nope.png" in html


def test_ordinary_answers_look_as_before() -> None:
    picture = {"a.png": {"image/png": PNG}}
    source = "**bold** $a < b$ `code`\n\n| a |\n| --- |\n| 1 |\n\n![x](attachment:a.png)"
    html = page(
        new_markdown_cell(source, attachments=picture),
        shown({"image/png": PNG}, metadata={"image/png": {"width": 70, "height": 50}}),
        shown({"image/svg+xml": "<svg/>"}),
    )
    for wanted in ("<strong>bold</strong>", "$a &lt; b$", "<code>code</code>", "<table>"):
        assert wanted in html
    assert html.count(PNG) == 2 and "[image/svg+xml]" in html
    assert 'width="70"' in html and 'height="50"' in html
