"""How the site is delivered: icons, the content-security policy, nothing from elsewhere."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from .conftest import PAGES, SITE


def test_icons_of_pages_are_in_the_small_font() -> None:
    import icons

    sheet = (SITE / "_static" / "icons.css").read_text(encoding="utf-8")
    classes, _ = icons.used(SITE)
    assert {"fa-magnifying-glass", "fa-bars"} <= classes
    assert all(f".{name}::before" in sheet for name in classes)
    assert len(sheet) < 20_000


def test_the_icons_of_notes_and_warnings_are_in_the_small_font() -> None:
    import icons

    _, points = icons.used(SITE)
    # Information, a light bulb, an exclamation mark in a triangle.
    assert {"f05a", "f0eb", "f071"} <= points


def test_a_font_has_the_characters_asked_for_and_no_others() -> None:
    from io import BytesIO

    import icons
    from fontTools.ttLib import TTFont

    font = TTFont(BytesIO(icons._cut("fa-solid-900.ttf", frozenset({"f002", "f0c9"}))))
    assert set(font.getBestCmap()) == {0xF002, 0xF0C9}
    assert icons._cut("fa-brands-400.ttf", frozenset({"f002"})) == b""


def test_a_policy_names_the_hash_of_each_inline_script() -> None:
    from content_security import hash_of, policy, secured

    page = "<html><head><meta charset='utf-8'><script>a()</script><script src='b.js'></script>"
    rule = policy(page)
    assert hash_of("a()") in rule
    assert rule.count("sha256") == 1
    assert "'unsafe-inline'" not in rule.split("script-src")[1].split(";")[0]
    assert "https:" not in rule
    assert "https://giscus.app" in policy(page, comments=True)
    output = "<article><p></article><script>out()</script></p></article><script>c()</script>"
    assert hash_of("out()") not in policy(page + output)
    assert hash_of("c()") in policy(page + output)
    once = secured(page)
    assert once.index("Content-Security-Policy") < once.index("<script>")
    assert secured(once) == once
    assert secured(secured(page, comments=True)) == once


def test_what_a_policy_stops_is_said() -> None:
    from content_security import stopped

    theme, data = "<script>a()</script>", '<script type="application/json">{}</script>'
    assert stopped(f"{theme}<article>{data}<p>code</p></article>{theme}") == []
    assert stopped("<article><script>b()</script><p onclick='c()'></article>") == [
        "onclick",
        "a script",
    ]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_policy_and_asks_nobody_else(path: str) -> None:
    page = BeautifulSoup((SITE / path).read_text(encoding="utf-8"), "html.parser")
    assert page.head.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    loaded = [tag.get("src") for tag in page.select("script, img, iframe, source")]
    loaded += [
        tag.get("href") for tag in page.select("link[rel~=stylesheet], link[rel~=preload]")
    ]
    assert [
        address for address in loaded if address and re.match("(https?:)?//", address)
    ] == []
    assert page.select("[onclick], [onload], [onerror], [href^='javascript:']") == []


@pytest.mark.parametrize("path", ["gan/gan.html", "search.html?q=GAN", "index.html"])
def test_a_browser_has_nothing_to_complain_about(open_page, path: str) -> None:
    page = open_page("appendix/making.html")
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    origin = page.url.partition("/appendix")[0]
    page.goto(f"{origin}/{path}", wait_until="networkidle")
    assert [line for line in said if not line.startswith("[PST]")] == []
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []


def test_a_script_in_an_output_does_not_run(browser, site) -> None:
    context = browser.new_context()
    page = context.new_page()
    script = "<script>document.title = 'run by an output'</script><img src=x onerror='run()'>"

    def with_output(route) -> None:
        text = route.fetch().text()
        assert "<h1>" in text
        route.fulfill(body=text.replace("<h1>", f"{script}<h1>", 1), content_type="text/html")

    page.route("**/gan/gan.html", with_output)
    page.goto(f"{site}/gan/gan.html")
    assert page.locator("main img[src=x]").count() == 1
    assert page.title() != "run by an output"
    context.close()


def test_icons_are_drawn(open_page) -> None:
    page = open_page("gan/gan.html")
    page.wait_for_load_state("networkidle")
    drawn = page.evaluate("document.fonts.check('900 16px \"Font Awesome 6 Free\"', '\\uf002')")
    assert drawn
    width = page.locator(".fa-bars:visible").first.evaluate(
        "icon => icon.getBoundingClientRect().width"
    )
    assert width > 8
