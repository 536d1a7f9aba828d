"""The language switch and the layout of the built site, in a real browser."""

from __future__ import annotations

import pytest
import yaml

from .conftest import REPOSITORY, lay_out_everything

pytestmark = pytest.mark.browser

MODES = ("en", "ko", "both")
CHAPTER = "gan/gan.html"
TOC = yaml.safe_load((REPOSITORY / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [f"{TOC['root']}.html"] + [
    f"{chapter['file']}.html" for part in TOC["parts"] for chapter in part["chapters"]
]
NOTE_MODE_AT_FIRST_FRAME = """
    requestAnimationFrame(() => { window.firstMode = document.documentElement.dataset.lang; });
"""
SHOWN = """(language) => [...document.querySelectorAll(`article .bi-${language}`)]
    .filter((element) => element.getClientRects().length > 0).length"""


def shown_languages(page) -> set[str]:
    return {language for language in ("en", "ko") if page.evaluate(SHOWN, language)}


def mode_of(page) -> str:
    return page.evaluate("document.documentElement.dataset.lang")


@pytest.mark.parametrize(
    ("mode", "languages", "document_language"),
    [("en", {"en"}, "en"), ("ko", {"ko"}, "ko"), ("both", {"en", "ko"}, "en")],
)
def test_a_click_on_the_switch_shows_the_language(
    open_page, mode, languages, document_language
):
    page = open_page(CHAPTER)
    page.locator(f"[data-set-lang={mode}]").click()
    assert shown_languages(page) == languages
    assert page.evaluate("document.documentElement.lang") == document_language
    pressed = page.locator("[data-set-lang][aria-pressed=true]")
    assert [button.get_attribute("data-set-lang") for button in pressed.all()] == [mode]


def test_the_key_l_goes_through_the_modes(open_page):
    page = open_page(CHAPTER)
    seen = [mode_of(page)]
    for _ in MODES:
        page.keyboard.press("l")
        seen.append(mode_of(page))
    assert seen == ["en", "ko", "both", "en"]


def test_the_key_l_stays_a_letter_in_the_search_field(open_page):
    page = open_page("search.html?lang=ko")
    page.locator("input[name=q]:visible").first.press_sequentially("loss")
    assert mode_of(page) == "ko"


def test_the_switch_is_reached_and_used_by_keyboard(open_page):
    page = open_page(CHAPTER)
    page.locator("[data-set-lang=ko]").focus()
    page.keyboard.press("Enter")
    assert mode_of(page) == "ko"


@pytest.mark.parametrize(
    ("locale", "mode"), [("ko-KR", "ko"), ("en-GB", "en"), ("fr-FR", "en")]
)
def test_a_new_reader_gets_the_language_of_the_browser(open_page, locale, mode):
    assert mode_of(open_page(CHAPTER, locale=locale)) == mode


def test_the_choice_is_kept_on_the_next_page_and_visit(open_page):
    page = open_page("index.html")
    page.locator("[data-set-lang=both]").click()
    page.goto(page.url.replace("index.html", CHAPTER))
    assert mode_of(page) == "both"


def test_the_address_comes_before_the_last_visit(open_page):
    page = open_page(CHAPTER)
    page.locator("[data-set-lang=both]").click()
    page.goto(f"{page.url}?lang=ko")
    assert mode_of(page) == "ko"


def test_an_unknown_language_in_the_address_is_passed_over(open_page):
    assert mode_of(open_page(f"{CHAPTER}?lang=xx", locale="ko-KR")) == "ko"


@pytest.mark.parametrize("mode", MODES)
def test_the_mode_stands_before_the_first_frame(browser, site, mode):
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.add_init_script(NOTE_MODE_AT_FIRST_FRAME)
    page.goto(f"{site}/{CHAPTER}?lang={mode}")
    page.wait_for_function("window.firstMode !== undefined")
    assert page.evaluate("window.firstMode") == mode
    context.close()


def test_window_title_and_the_theme_s_own_words_follow(open_page):
    page = open_page(f"{CHAPTER}?lang=ko")
    assert "나란히 배우는 딥러닝" in page.title() and "Side by Side" not in page.title()
    assert page.locator(".page-toc.onthispage, .tocsection").first.inner_text().strip()
    assert page.locator(".left-prev .prev-next-subtitle").inner_text() == "이전"
    page.locator("[data-set-lang=en]").click()
    assert "Deep Learning, Side by Side" in page.title()
    assert page.locator(".left-prev .prev-next-subtitle").inner_text().lower() == "previous"


def test_without_a_script_both_languages_show(open_page):
    page = open_page(CHAPTER, java_script_enabled=False)
    pair = page.locator("article .bi-pair").first
    assert pair.locator("> .bi-en").is_visible() and pair.locator("> .bi-ko").is_visible()
    assert not page.locator(".bi-switch").is_visible()


@pytest.mark.parametrize(("width", "beside"), [(1440, True), (360, False)])
def test_both_stand_side_by_side_where_there_is_room(open_page, width, beside):
    page = open_page(f"{CHAPTER}?lang=both", width=width)
    pair = page.locator("article .bi-pair").first
    english = pair.locator("> .bi-en").bounding_box()
    korean = pair.locator("> .bi-ko").bounding_box()
    if beside:
        assert english["y"] == korean["y"]
        assert korean["x"] >= english["x"] + english["width"]
    else:
        assert korean["y"] >= english["y"] + english["height"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("mode", MODES)
def test_no_page_is_wider_than_a_phone(open_page, path, mode):
    page = open_page(f"{path}?lang={mode}", width=360)
    lay_out_everything(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_nobody_else_and_report_no_error(browser, site, path):
    context = browser.new_context()
    page = context.new_page()
    outside, errors = [], []
    page.on("request", lambda r: None if r.url.startswith(site) else outside.append(r.url))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{site}/{path}", wait_until="networkidle")
    context.close()
    assert [url for url in outside if not url.startswith("data:")] == []
    assert errors == []


@pytest.mark.parametrize("path", PAGES)
def test_every_picture_has_an_alternative_text_in_the_reader_s_language(open_page, path):
    page = open_page(f"{path}?lang=ko")
    for image in page.locator("article img").all():
        korean = image.get_attribute("data-alt-ko")
        assert korean and image.get_attribute("alt") == korean
