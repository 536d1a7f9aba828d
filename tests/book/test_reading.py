"""What a reader leaves on a page: marks of what is read, and comments."""

from __future__ import annotations

import pytest

from .conftest import REPOSITORY, lay_out_everything

pytestmark = pytest.mark.browser

CHAPTER = "gan/gan.html"
READ = "side-by-side-read"


# What is read.


def kept(page) -> str | None:
    return page.evaluate(f"localStorage.getItem('{READ}')")


def to_the_end(page) -> None:
    lay_out_everything(page)
    page.locator(".reading-mark").scroll_into_view_if_needed()
    page.wait_for_selector(".reading-mark[aria-pressed=true]", timeout=10_000)


def test_a_page_is_read_once_its_end_was_in_view(open_page):
    page = open_page(CHAPTER)
    assert kept(page) is None
    assert page.locator(".reading-tick").count() == 0
    to_the_end(page)
    assert kept(page) == f'["{CHAPTER}"]'
    assert page.locator(".bd-docs-nav .current > a .reading-tick").count() == 1
    assert page.locator(".reading-progress .bi-en").inner_text().startswith("1 of ")
    page.reload()
    assert page.locator(".bd-docs-nav .current > a .reading-tick").count() == 1


def test_the_mark_is_taken_back_by_keyboard_and_stays_away(open_page):
    page = open_page(CHAPTER)
    to_the_end(page)
    page.locator(".reading-mark").focus()
    page.keyboard.press("Space")
    assert kept(page) == "[]"
    page.wait_for_timeout(1_500)  # the end is still in view
    assert kept(page) == "[]"
    page.keyboard.press("Enter")
    assert kept(page) == f'["{CHAPTER}"]'


def test_the_title_page_is_no_chapter_to_be_read(open_page):
    page = open_page("index.html")
    assert not page.locator(".reading-mark").is_visible()


def test_without_a_script_nothing_of_the_marks_shows(open_page):
    page = open_page(CHAPTER, java_script_enabled=False)
    assert not page.locator(".reading-mark").is_visible()
    assert not page.locator(".reading-progress").is_visible()


# Comments are off until they are configured.


def test_no_page_has_comments_or_their_script(open_page):
    page = open_page(CHAPTER)
    assert page.locator(".comments").count() == 0
    assert "giscus" not in page.content() and "comments.js" not in page.content()


@pytest.mark.parametrize("giscus", [{}, {"repo": ""}])
def test_comments_stay_off_without_a_repository(giscus):
    from bilingual.comments import giscus_of

    assert giscus_of({"giscus": giscus}) == {}


def test_comments_need_every_key():
    from bilingual.comments import giscus_of
    from sphinx.errors import ConfigError

    with pytest.raises(ConfigError, match="repo-id, category, category-id"):
        giscus_of({"giscus": {"repo": "owner/name"}})


def test_comments_come_from_giscus_when_the_reader_asks(open_page):
    page = open_page(f"{CHAPTER}?lang=ko", bypass_csp=True)
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(body="window.asked = document.currentScript.dataset.lang;")

    page.route("https://giscus.app/**", answer)
    page.evaluate("""() => document.querySelector("article").insertAdjacentHTML("beforeend",
        '<button class="comments-open" data-repo="owner/name">comments</button>')""")
    page.add_script_tag(path=REPOSITORY / "book" / "_static" / "comments.js")
    assert asked == []
    page.locator(".comments-open").click()
    page.wait_for_function("window.asked")
    assert asked == ["https://giscus.app/client.js"]
    assert page.evaluate("window.asked") == "ko"
