"""Render maths while the site is built, so that pages need no script to show it.

KaTeX (its script lies beside this file) runs in the V8 of mini-racer and gives HTML for the
eye and MathML for screen readers. A formula KaTeX does not understand is a warning with its
place, and so fails the build.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxTranslator
from sphinx.util.math import get_node_equation_number

from .fonts import cut_fonts

HERE = Path(__file__).parent
STYLE_SHEET = "katex/katex.min.css"
# Shorthands every page may use, as in the notation table.
MACROS = {
    r"\R": r"\mathbb{R}",
    r"\E": r"\mathbb{E}",
    r"\Var": r"\operatorname{Var}",
    r"\Cov": r"\operatorname{Cov}",
}

logger = logging.getLogger(__name__)


@cache
def _engine() -> MiniRacer:
    engine = MiniRacer()
    # mini-racer's global scope has no `self` or `window`; KaTeX then falls back to `this`.
    engine.eval((HERE / "katex.min.js").read_text(encoding="utf-8") + ";0")
    return engine


def render(latex: str, *, display: bool) -> str:
    """HTML and MathML of a formula.

    Args:
        latex: the formula in TeX.
        display: whether it stands on a line of its own.

    Raises:
        ValueError: with KaTeX's message, if it does not understand the formula.
    """
    options = {
        "displayMode": display,
        "macros": MACROS,
        "output": "htmlAndMathml",
        "strict": "ignore",  # Hangul inside \text is meant
        "throwOnError": True,
    }
    call = f"katex.renderToString({json.dumps(latex)}, {json.dumps(options)})"
    try:
        return str(_engine().eval(call))
    except JSEvalException as error:
        lines = [line for line in str(error).splitlines() if "ParseError" in line]
        raise ValueError(lines[0].strip() if lines else str(error)) from error


def _html(latex: str, node: nodes.Element, *, display: bool) -> str:
    try:
        return render(latex, display=display)
    except ValueError as error:
        logger.warning("%s", error, type="maths", subtype="parse", location=node)
        return ""


def _visit_math(self: SphinxTranslator, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{_html(node.astext(), node, display=False)}</span>')  # type: ignore[attr-defined]
    raise nodes.SkipNode


def _visit_math_block(self: SphinxTranslator, node: nodes.math_block) -> None:
    # A wide formula scrolls by itself; a region that scrolls must be reached by keyboard.
    self.body.append(self.starttag(node, "div", CLASS="math", tabindex="0"))  # type: ignore[attr-defined]
    self.body.append(_html(_aligned(node.astext()), node, display=True))  # type: ignore[attr-defined]
    if node["number"]:
        number = get_node_equation_number(self, node)  # type: ignore[arg-type]
        self.body.append(f'<span class="eqno">({number})')  # type: ignore[attr-defined]
        self.add_permalink_ref(node, "Link to this equation")  # type: ignore[attr-defined]
        self.body.append("</span>")  # type: ignore[attr-defined]
    self.body.append("</div>\n")  # type: ignore[attr-defined]
    raise nodes.SkipNode


def _aligned(latex: str) -> str:
    r"""Formulas of several lines without an environment, lined up at their ``&`` signs."""
    if r"\\" in latex and r"\begin" not in latex:
        return rf"\begin{{aligned}}{latex}\end{{aligned}}"
    return latex


def _add_style_where_used(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Load KaTeX's style sheet on pages that have maths, and on no others."""
    if doctree is not None and any(
        isinstance(node, nodes.math | nodes.math_block) for node in doctree.findall()
    ):
        app.add_css_file(STYLE_SHEET)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the renderer under the name ``katex``."""
    app.add_html_math_renderer("katex", (_visit_math, None), (_visit_math_block, None))
    app.connect("html-page-context", _add_style_where_used)
    app.connect("build-finished", cut_fonts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
