"""A page comes up: in its colours, without a jump, section by section."""

from __future__ import annotations

import pytest

from .conftest import PAGES, SITE, lay_out_everything

pytestmark = pytest.mark.browser

CHAPTER = "gan/gan.html"


@pytest.mark.parametrize("colour", ["light", "dark"])
def test_the_first_paint_has_the_colours_of_the_system(browser, site, colour):
    context = browser.new_context(color_scheme=colour)
    page = context.new_page()
    page.route("**/_static/**.js*", lambda route: route.abort())  # those that run later
    page.goto(f"{site}/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == colour
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_there_keeps_no_room_for_what_will_not_come(open_page, path):
    room = "getComputedStyle(document.querySelector('.bd-content')).paddingRight"
    assert open_page(f"{path}?lang=both").evaluate(room) in ("0px", "16px")


@pytest.mark.parametrize("lang", ["en", "ko", "both"])
def test_the_contents_do_not_move_what_was_drawn_before_them(open_page, site, lang):
    html = (SITE / CHAPTER).read_text(encoding="utf-8")
    before = html[: html.rindex("<", 0, html.index("bd-sidebar-secondary"))]
    page = open_page(f"index.html?lang={lang}")
    place = "JSON.stringify(document.querySelector('.bd-article h2').getBoundingClientRect())"
    page.route(
        f"**/{CHAPTER}", lambda route: route.fulfill(body=before, content_type="text/html")
    )
    page.goto(f"{site}/{CHAPTER}")
    assert page.locator(".bd-sidebar-secondary").count() == 0
    lay_out_everything(page)
    drawn = page.evaluate(place)
    page.unroute(f"**/{CHAPTER}")
    page.goto(f"{site}/{CHAPTER}")
    assert page.locator(".bd-sidebar-secondary").count() == 1
    lay_out_everything(page)
    assert page.evaluate(place) == drawn


# How far the place that the address names is from the top, or from as far as a page scrolls.
AWAY = """() => {
    const place = location.hash && document.querySelector(location.hash);
    const left = document.documentElement.scrollHeight - scrollY - innerHeight;
    return place && scrollY ? Math.min(Math.abs(place.getBoundingClientRect().top), left) : 1e6;
}"""


def comes_to_its_place(page) -> bool:
    """Whether the place is near the top soon, and stays there."""
    for _ in range(40):
        page.wait_for_timeout(250)
        if page.evaluate(AWAY) < 120:
            page.wait_for_timeout(500)
            return page.evaluate(AWAY) < 120
    return False


def test_a_link_to_a_place_in_a_page_leads_there(open_page):
    page = open_page(f"{CHAPTER}?lang=both#summary", coming_up=True)
    assert comes_to_its_place(page)


def test_the_contents_lead_to_their_sections_while_a_page_comes_up(open_page):
    page = open_page(f"{CHAPTER}?lang=en", coming_up=True)
    page.locator(".bd-toc-nav a").last.click()
    assert comes_to_its_place(page)


def test_all_of_a_page_is_laid_out_soon_after_it_is_there(open_page):
    page = open_page(f"{CHAPTER}?lang=en", coming_up=True)
    lay_out_everything(page)
    skipped = """() => [...document.querySelectorAll("article *")].filter((part) =>
        getComputedStyle(part).contentVisibility !== "visible").length"""
    assert page.evaluate(skipped) == 0


def test_the_end_of_a_page_is_its_end_while_it_comes_up(open_page):
    page = open_page(f"{CHAPTER}?lang=en", coming_up=True)
    page.keyboard.press("End")
    page.wait_for_selector(".reading-mark[aria-pressed=true]", timeout=10_000)
    left = "document.documentElement.scrollHeight - scrollY - innerHeight"
    assert page.evaluate(left) < 120
