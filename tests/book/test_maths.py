"""Maths rendered at build time."""

from __future__ import annotations

import maths
import pytest

from .conftest import SITE

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


def test_fonts_keep_the_characters_of_formulas_and_no_others() -> None:
    from io import BytesIO

    from fontTools.ttLib import TTFont
    from maths import fonts

    pages = [
        f"<p>prose Q {maths.render(tex, display=False)}</p>" for tex in (r"\R", r"k \le 2")
    ]
    everything, struck = fonts.characters(pages)
    assert {"R", "k", "≤", "2", "<"} <= everything and struck == {"R", "≤"}

    def kept(name: str, wanted: frozenset[str]) -> set[str]:
        font = TTFont(BytesIO(fonts.cut(fonts.FONTS / name, wanted)))
        return {chr(code) for code in font.getBestCmap()}

    assert "R" in kept(fonts.AMS, struck) <= {" ", "R", "≤"}
    assert {"k", "2"} <= kept("KaTeX_Main-Regular.woff2", everything)
    assert "Z" not in kept("KaTeX_Main-Regular.woff2", everything)


def test_the_site_brings_fonts_that_hold_every_character_of_its_formulas() -> None:
    from fontTools.ttLib import TTFont
    from maths import fonts

    pages = [path.read_text(encoding="utf-8") for path in SITE.rglob("*.html")]
    everything, _ = fonts.characters(pages)
    folder = SITE / "_static" / "katex" / "fonts"
    for whole in fonts.FONTS.glob("*.woff2"):
        wanted = everything & set(map(chr, TTFont(whole).getBestCmap()))
        if whole.name == fonts.AMS:
            wanted = {each for each in wanted if not each.isascii() and not each.isalpha()}
        assert wanted <= set(map(chr, TTFont(folder / whole.name).getBestCmap())), whole.name
    assert (folder / fonts.AMS).stat().st_size < 10_000
