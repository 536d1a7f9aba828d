"""No violation of WCAG 2.2 AA that axe-core can find, in any language and colour mode."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from .conftest import PAGES, lay_out_everything

pytestmark = pytest.mark.browser

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
LANGUAGES = ("en", "ko", "both")
COLOURS = ("light", "dark")
# One of each kind: title page, chapter, references, search, index of modules.
FEW = (
    "index.html",
    "gan/gan.html",
    "appendix/bibliography.html",
    "search.html",
    "py-modindex.html",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
VIOLATIONS = """async (rules) => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    return found.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 120)}`));
}"""
# What axe leaves undecided because the text lies outside the view or under another layer:
# the colour of each text against the nearest background behind it.
FAINT = """() => {
    const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
        .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, index) => sum + v * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!/[\\p{L}\\p{N}]/u.test(walker.currentNode.data)) continue;
        if (element.closest("svg, :disabled") || !element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const [a, b] = [light(parse(style.color)), light(behind(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        if (ratio < (large ? 3 : 4.5)) {
            found.add(`${ratio.toFixed(2)} ${element.tagName}.${element.className}`);
        }
    }
    return [...found];
}"""


def violations(
    open_page, path: str, language: str, colour: str, width: int = 1440
) -> list[str]:
    page = open_page(
        f"{path}?lang={language}",
        width=width,
        color_scheme=colour,
        reduced_motion="reduce",
        bypass_csp=True,
    )
    lay_out_everything(page)
    assert page.evaluate("document.documentElement.dataset.theme") == colour
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(VIOLATIONS, list(RULES)) + page.evaluate(FAINT)


@pytest.mark.parametrize("path", FEW)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("colour", COLOURS)
def test_axe_finds_no_violation(open_page, path, language, colour):
    assert violations(open_page, path, language, colour) == []


def test_axe_finds_no_violation_on_a_phone(open_page):
    assert violations(open_page, "gan/gan.html", "both", "light", width=390) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("colour", COLOURS)
def test_axe_finds_no_violation_on_any_page(open_page, path, language, colour):
    assert violations(open_page, path, language, colour) == []


def test_the_check_sees_what_is_wrong(open_page):
    page = open_page("index.html", bypass_csp=True)
    page.evaluate("""() => document.querySelector("article").insertAdjacentHTML("beforeend",
        '<p style="color: #999; background: #fff">faint</p><img src="_static/logo.svg">')""")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(VIOLATIONS, list(RULES))
    assert {line.split(":")[0] for line in found} == {"color-contrast", "image-alt"}
    assert [line.split()[0] for line in page.evaluate(FAINT)] == ["2.85"]
