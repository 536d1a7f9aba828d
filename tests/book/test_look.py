"""The title page, letters, the theme's words, pictures, paper and every width."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from .conftest import PAGES, SITE, lay_out_everything

pytestmark = pytest.mark.browser

CHAPTER = "gan/gan.html"
WIDTHS = (360, 768, 1280, 3840)
FEW = (
    "index.html",
    CHAPTER,
    "preliminaries/probability.html",
    "appendix/library.html",
    "genindex.html",
)
STYLE = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


# The title page.


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_title_page_says_in_one_screen_what_the_course_is(
    open_page, language, width, height
):
    page = open_page(f"index.html?lang={language}")
    page.set_viewport_size({"width": width, "height": height})
    parts = [
        "article h1",
        f".title-words .bi-pair > .bi-{language} > p",
        f".title-begin .bi-{language} a >> nth=0",
        ".title-languages",
        ".title-sample img >> nth=0",
        ".title-sample img >> nth=1",
        ".title-sample img >> nth=2",
    ]
    for part in parts:
        box = page.locator(part).first.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= height, part


def test_the_samples_are_pictures_that_chapters_show(open_page):
    page = open_page("index.html")
    shown = page.locator(".title-sample img")
    names = [image.get_attribute("src").split("/")[-1] for image in shown.all()]
    texts = [image.get_attribute("data-alt-en") for image in shown.all()]
    chapters = ("gan/dcgan", "gan/gan", "hpo/asynchronous")
    for name, text, chapter in zip(names, texts, chapters, strict=True):
        page_of = BeautifulSoup((SITE / f"{chapter}.html").read_text("utf-8"), "html.parser")
        assert page_of.find("img", attrs={"data-alt-en": text}), f"not in {chapter}"
        assert (SITE / "_images" / name).stat().st_size < 60_000, "it loads before all else"
    assert page.evaluate(
        "[...document.querySelectorAll('.title-sample img')].every((i) => i.naturalWidth > 0)"
    )


def test_the_two_languages_of_the_title_page_lead_to_each_other(open_page):
    page = open_page("index.html?lang=en")
    page.locator(".title-switch a[lang=ko]").click()
    assert page.evaluate("document.documentElement.dataset.lang") == "ko"


# Letters.


def test_hangul_breaks_between_words_and_has_fonts_of_its_own(open_page):
    page = open_page(f"{CHAPTER}?lang=both")
    korean = "article .bi-pair > .bi-ko p"
    assert page.evaluate(STYLE, [korean, "wordBreak"]) == "keep-all"
    assert "Noto Sans CJK KR" in page.evaluate(STYLE, [korean, "fontFamily"])
    english = "article .bi-pair > .bi-en p"
    heights = {page.evaluate(STYLE, [part, "lineHeight"]) for part in (korean, english)}
    assert len(heights) == 1  # twins keep step


@pytest.mark.parametrize("language", ["en", "ko"])
def test_lines_are_no_longer_than_one_can_read(open_page, language):
    page = open_page(f"{CHAPTER}?lang={language}", width=3840)
    widths = page.locator(f"article .bi-pair > .bi-{language} > p").evaluate_all(
        "(all) => all.map((p) => p.getBoundingClientRect().width)"
    )
    assert widths and max(widths) <= 44 * 16


# The theme's own words.


def test_words_of_the_theme_are_korean_in_korean(open_page):
    page = open_page(f"{CHAPTER}?lang=ko")
    page.wait_for_load_state("load")
    assert page.locator(".bi-switch [data-set-lang=both]").inner_text() == "나란히"
    assert page.locator("figcaption .caption-number").first.inner_text().startswith("그림 ")
    assert page.locator(".search-button__default-text").first.inner_text() == "찾기"
    page.wait_for_selector("button.copybtn", state="attached")
    assert page.locator("button.copybtn").first.get_attribute("data-tooltip") == "복사"
    titles = page.locator(
        ".theme-switch-button, .primary-toggle, .secondary-toggle, .search-button-field"
    ).evaluate_all("(all) => all.map((b) => b.title || b.dataset.bsOriginalTitle)")
    assert titles and all(any("가" <= letter <= "힣" for letter in title) for title in titles)


def test_words_of_the_theme_are_english_in_english(open_page):
    page = open_page(f"{CHAPTER}?lang=en")
    assert page.locator(".bi-switch [data-set-lang=both]").inner_text() == "Both"
    assert page.locator("figcaption .caption-number").first.inner_text().startswith("Fig. ")


def test_links_of_the_glossary_show_one_title(open_page):
    page = open_page("appendix/glossary.html?lang=ko")
    words = page.locator("table.glossary td:last-child a").all_inner_texts()
    assert words and all("·" not in text for text in words)


def test_a_line_break_before_the_korean_takes_no_space_from_the_words(build):
    text = "The generator\nnever sees the data.\nNever.\n{ko}`보지 않습니다.`\n"
    words = build(f"# Title {{ko}}`제목`\n\n{text}").html.select_one("p .bi-en")
    assert words.get_text().split() == "The generator never sees the data. Never.".split()


# Pictures.


@pytest.mark.parametrize("path", [CHAPTER, "introduction/motivation.html"])
def test_pictures_wait_until_they_are_near_and_keep_their_room(open_page, path):
    page = open_page(path)
    for image in page.locator("article img").all():
        assert image.get_attribute("loading") == "lazy"
        assert image.get_attribute("width") and image.get_attribute("height")


@pytest.mark.parametrize("colour", ["light", "dark"])
def test_pictures_of_cells_lie_on_a_white_card(open_page, colour):
    page = open_page(CHAPTER, color_scheme=colour)
    card = page.evaluate(STYLE, [".cell_output img", "backgroundColor"])
    assert card == "rgb(255, 255, 255)"


def test_drawings_lie_on_a_white_card_or_follow_the_theme(open_page):
    page = open_page("front/preface.html", color_scheme="dark")
    assert page.evaluate(STYLE, [".bi-drawing svg rect", "fill"]) == "rgb(255, 255, 255)"
    page = open_page("introduction/motivation.html", color_scheme="dark")
    texts = page.locator("article svg.diagram text").evaluate_all(
        "(all) => all.map((text) => getComputedStyle(text).fill.match(/\\d+/g).map(Number))"
    )
    assert texts and all(sum(colour) > 3 * 128 for colour in texts)


# Every width, and paper.


@pytest.mark.parametrize("path", FEW)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(open_page, path, width):
    page = open_page(f"{path}?lang=both", width=width)
    lay_out_everything(page)
    assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_any_window(open_page, path):
    page = open_page(f"{path}?lang=both")
    for language in ("en", "ko", "both"):
        page.goto(f"{page.url.split('?')[0]}?lang={language}")
        lay_out_everything(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(OVERFLOW) <= 0, (language, width)


def test_what_scrolls_sideways_is_reached_by_keyboard(open_page):
    page = open_page(f"{CHAPTER}?lang=en", width=360)
    lay_out_everything(page)
    scrolling = page.locator("article :is(pre, div.math)").evaluate_all("""(all) => all
        .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
        .map((box) => box.tabIndex)""")
    assert scrolling and set(scrolling) == {0}


def test_the_glossary_and_the_way_on_fit_a_phone(open_page):
    page = open_page("appendix/glossary.html?lang=en", width=390)
    cut = "(all) => all.filter((box) => box.scrollWidth > box.clientWidth + 1).length"
    assert page.locator("article .pst-scrollable-table-container").evaluate_all(cut) == 0
    page.goto(page.url.replace("appendix/glossary", "problem_sets/gan"))
    arrow = page.locator(".right-next i").bounding_box()
    assert arrow["x"] + arrow["width"] <= 390


def test_a_drawing_keeps_its_words_legible_on_a_phone(open_page):
    page = open_page(f"{CHAPTER}?lang=ko", width=390)
    drawing = page.locator(".bi-drawing").first
    drawing.scroll_into_view_if_needed()
    words = drawing.locator("text.bi-ko")
    assert words.count() and not drawing.locator("text.bi-en:visible").count()
    heights = [word.bounding_box()["height"] for word in words.all()]
    assert min(heights) >= 9


def test_the_icon_of_the_search_field_stands_beside_its_words(open_page):
    page = open_page(CHAPTER)
    page.locator(".search-button-field").first.click()
    field = page.locator(".search-button__search-container")
    icon = field.locator("i").bounding_box()
    start = field.locator("input").evaluate(
        "(i) => i.getBoundingClientRect().x + parseFloat(getComputedStyle(i).paddingLeft)"
    )
    assert icon["x"] + icon["width"] <= start


def test_what_stands_under_the_text_begins_where_it_does(open_page):
    for width in (390, 1440):
        page = open_page(CHAPTER, width=width)
        text = page.locator("article h1").bounding_box()["x"]
        assert abs(page.locator(".reading-mark").bounding_box()["x"] - text) <= 1


def test_formulas_of_a_narrow_window_scroll_by_themselves(open_page):
    page = open_page("preliminaries/probability.html?lang=both", width=1000)
    lay_out_everything(page)
    outside = page.locator("div.math").evaluate_all("""(all) => all
        .filter((box) => box.getBoundingClientRect().right >
            box.closest("article").getBoundingClientRect().right + 1).length""")
    assert outside == 0


def test_paper_shows_the_text_alone_and_all_of_it(open_page):
    page = open_page(CHAPTER, color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for part in (".bd-sidebar-primary", ".bd-header-article", ".reading-mark", ".bi-switch"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator("article details:not([open])").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    cut = page.locator("article pre").evaluate_all(
        "(all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length"
    )
    assert cut == 0
    page.set_viewport_size({"width": 700, "height": 1000})
    wide = page.locator("article div.math .base").evaluate_all("""(all) => all.filter((base) =>
        base.getBoundingClientRect().right > document.documentElement.clientWidth).length""")
    assert wide == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_paper_says_where_links_lead(open_page):
    page = open_page("front/installation.html")
    page.emulate_media(media="print")
    target = page.evaluate("""() => getComputedStyle(document.querySelector(
        'article a.external[href^="http"]'), "::after").content""")
    assert "http" in target
