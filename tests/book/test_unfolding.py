"""A page comes up: in its colours, without a jump, section by section."""

from __future__ import annotations

import pytest

from .conftest import PAGES, lay_out_everything

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


ROOM_AT_THE_RIGHT = "getComputedStyle(document.querySelector('.bd-content')).paddingRight"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_there_keeps_no_room_for_what_will_not_come(open_page, path):
    assert open_page(path).evaluate(ROOM_AT_THE_RIGHT) in ("0px", "16px")


def test_the_contents_do_not_move_what_was_drawn_before_them(open_page):
    page = open_page("search.html")
    page.set_content("""<link rel=stylesheet href=_static/look.css>
        <div class=bd-content><div class=bd-article-container></div></div>""")
    page.wait_for_selector("link", state="attached")
    assert page.evaluate(ROOM_AT_THE_RIGHT) == "272px"


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
    assert comes_to_its_place(open_page(f"{CHAPTER}?lang=both#summary"))


def test_the_contents_lead_to_their_sections_while_a_page_comes_up(open_page):
    page = open_page(f"{CHAPTER}?lang=en")
    page.locator(".bd-toc-nav a").last.click()
    assert comes_to_its_place(page)


def test_all_of_a_page_is_laid_out_soon_after_it_is_there(open_page):
    page = open_page(f"{CHAPTER}?lang=en")
    lay_out_everything(page)
    skipped = """() => [...document.querySelectorAll("article section")].filter((section) =>
        getComputedStyle(section).contentVisibility !== "visible").length"""
    assert page.evaluate(skipped) == 0


def test_the_end_of_a_page_is_its_end_while_it_comes_up(open_page):
    page = open_page(f"{CHAPTER}?lang=en")
    page.keyboard.press("End")
    page.wait_for_selector(".reading-mark[aria-pressed=true]", timeout=10_000)
    left = "document.documentElement.scrollHeight - scrollY - innerHeight"
    assert page.evaluate(left) < 120
