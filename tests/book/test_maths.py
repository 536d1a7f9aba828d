"""Maths rendered at build time."""

from __future__ import annotations

import maths
import pytest

PAGE = """# Losses {{ko}}`손실`

$$
\\ell = -\\log D(\\mathbf{{x}})
$$ (eq-loss)

See {{eq}}`eq-loss` and ${inline}$.

:::{{ko}}
{{eq}}`eq-loss`와 ${inline}$를 보십시오.
:::
"""


def test_formulas_are_html_and_mathml_without_a_script(build):
    page = build(PAGE.format(inline="x^2"))
    assert page.warnings == ""
    assert len(page.html.select("div.math .katex-html")) == 1
    assert len(page.html.select("span.math math")) == 2
    assert not [script for script in page.html.find_all("script") if "katex" in str(script)]


def test_numbered_equations_are_linked_in_both_languages(build):
    page = build(PAGE.format(inline="x"))
    numbers = [link.get_text() for link in page.html.select('a[href="#equation-eq-loss"]')]
    assert numbers.count("(1)") == 2


def test_a_broken_formula_fails_the_build_and_names_the_place(build):
    page = build(PAGE.format(inline=r"\frac{1"))
    assert "KaTeX parse error" in page.warnings
    assert "index.md:" in page.warnings
    assert page.status == 1


@pytest.mark.parametrize("formula", [r"\E[x]", r"\Var(x)", r"\Cov(x, y)", r"x \in \R"])
def test_our_shorthands_are_known(formula):
    assert "katex-html" in maths.render(formula, display=False)


def test_style_sheet_only_where_there_is_maths(build):
    assert "katex.min.css" in str(build(PAGE.format(inline="x")).html.head)
    assert "katex.min.css" not in str(build("# Words {ko}`낱말`\n").html.head)
