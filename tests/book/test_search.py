"""Searching in both languages: what is in the index, and what the reader finds."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from py_mini_racer import MiniRacer

from .conftest import SITE

QUERIES = yaml.safe_load(
    (Path(__file__).parent / "search_queries.yml").read_text(encoding="utf-8")
)
FIRST = 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("학습하는", ["학습"]),
        ("학습을", ["학습"]),
        ("생성자가", ["생성자"]),
        ("GAN은", ["GAN"]),
        ("나눈다", ["나누다"]),
        ("만듭니다", ["만들다"]),
        ("무작위탐색", ["무작위탐색", "무작위", "탐색"]),
        ("비공개 테스트를", ["비공개", "테스트"]),
        ("`batch_size`와 학습률", ["batch_size", "학습률"]),
        ("그리고 이것은 있습니다.", []),
        ("The discriminator's steps", ["The", "discriminator", "s", "steps"]),
    ],
)
def test_words_of_a_text_without_particles_and_endings(text: str, expected: list[str]) -> None:
    from bilingual_search.language import SearchBoth

    assert SearchBoth({}).split(text) == expected


def test_english_words_lose_their_endings_and_korean_ones_stay() -> None:
    from bilingual_search.language import SearchBoth

    language = SearchBoth({})
    assert language.stem("Training") == language.stem("trains") == "train"
    assert language.stem("나누다") == "나누다"
    assert not language.word_filter("the")
    assert language.word_filter("렁")


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Path]:
    """Where words are kept from build to build; nothing is known yet."""
    from bilingual_search import known

    path = tmp_path / "words.json"
    known.load(path)
    yield path
    known.load(tmp_path / "nothing")


def test_words_found_in_an_earlier_build_are_not_looked_for_again(notes: Path) -> None:
    from bilingual_search import known, korean

    first, second = korean.words("생성자가 점을 만듭니다."), korean.words("학습하는 그림")
    known.save(notes, all_asked=False)
    known.load(notes)
    assert korean.words("생성자가 점을 만듭니다.") == first
    assert not korean.found
    assert korean.words("학습하는 그림") == second
    korean.words("새 글")
    assert korean.found == {"새 글"}


def test_words_that_were_not_written_to_their_end_are_looked_for_again(notes: Path) -> None:
    from bilingual_search import known, korean

    found = korean.words("새 글")
    known.save(notes, all_asked=True)
    notes.write_text(notes.read_text(encoding="utf-8")[:-2], encoding="utf-8")
    known.load(notes)
    assert not korean.known
    assert korean.words("새 글") == found


def test_a_build_keeps_the_words_for_the_next(build: Callable) -> None:
    from bilingual_search import korean

    extensions = ["myst_parser", "bilingual", "maths", "bilingual_search"]
    page = "# Words {ko}`낱말`\n\nText.\n\n:::{ko}\n생성자가 점을 만듭니다.\n:::\n"
    build(page, extensions=extensions)
    assert korean.found
    build(page, extensions=extensions)
    assert korean.asked and not korean.found


def test_texts_that_the_book_has_no_more_are_forgotten(notes: Path) -> None:
    from bilingual_search import known, korean

    korean.words("옛글")
    known.save(notes, all_asked=False)
    for every, kept in ((False, {"옛글", "새 글"}), (True, {"새 글"})):
        known.load(notes)
        korean.words("새 글")
        known.save(notes, all_asked=every)
        known.load(notes)
        assert korean.known.keys() == kept


def test_words_found_with_other_terms_are_looked_for_again(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bilingual_search import known, korean

    korean.words("새 글")
    known.save(notes, all_asked=True)
    monkeypatch.setattr(korean, "TERMS", tmp_path / "terms.yml")
    korean.TERMS.write_text("- {en: text, ko: 글}\n", encoding="utf-8")
    known.load(notes)
    assert not korean.known


BROWSER = """
function URLSearchParams() {{ this.get = function () {{ return {query}; }}; }}
var location = {{ search: "" }}, document = {{ documentElement: {{ dataset: {{}} }} }};
var Search = {{ _parseQuery: function (query) {{ return ["", query.split(" ")]; }} }};
"""


@pytest.mark.parametrize(
    ("query", "more"),
    [("loss", True), ("constructor", False), ("constructor loss toString", True)],
)
def test_words_that_every_object_has_are_words_like_others(query: str, more: bool) -> None:
    from bilingual_search import counts

    context = MiniRacer()
    context.eval(BROWSER.format(query=json.dumps(query)))
    context.eval(Path(counts.__file__).with_name("scorer.js").read_text(encoding="utf-8"))
    context.eval('SearchCounts = { pages: ["gan"], words: { loss: [[0, 5, 0]] } };')
    assert (context.eval('Scorer.score(["gan", "GANs", "", null, 5]) > 5')) is more


@pytest.fixture(scope="module")
def found(browser, site):
    """A function that searches as a reader and gives the pages in order."""
    contexts = {
        lang: browser.new_context(viewport={"width": 1280, "height": 900})
        for lang in ("en", "ko", "both")
    }

    def search(query: str, lang: str):
        page = contexts[lang].new_page()
        page.goto(f"{site}/search.html?lang={lang}")
        page.fill("form.bd-search input >> nth=-1", query)
        page.press("form.bd-search input >> nth=-1", "Enter")
        page.wait_for_selector("#search-results .search-summary span", state="attached")
        return page

    yield search
    for context in contexts.values():
        context.close()


def _pages(page) -> list[str]:
    links = page.locator("#search-results ul.search > li > a")
    hrefs = links.evaluate_all("all => all.map(link => link.getAttribute('href'))")
    return list(dict.fromkeys(href.partition(".html")[0] for href in hrefs))


def test_there_are_sixty_queries_in_both_languages() -> None:
    languages = [lang for _, lang, _ in QUERIES]
    assert languages.count("en") >= 30
    assert languages.count("ko") >= 30
    assert all((SITE / f"{page}.html").is_file() for _, _, page in QUERIES)


@pytest.mark.parametrize(("query", "lang", "wanted"), QUERIES, ids=lambda value: str(value))
def test_the_page_comes_among_the_first_three(found, query: str, lang: str, wanted: str):
    page = found(query, lang)
    assert wanted in _pages(page)[:FIRST]
    page.close()


def test_results_are_in_the_readers_language(found) -> None:
    page = found("판별자", "ko")
    first = page.locator("#search-results li").first
    first.locator("p.context").wait_for()
    assert "판별자" in first.locator("p.context").inner_text()
    assert page.locator("#search-results li a .bi-en:visible").count() == 0
    assert page.locator("#search-results li a .bi-ko:visible").count() > 0
    assert "건을 찾았습니다." in page.locator("#search-results .search-summary").inner_text()
    assert "result" not in page.locator("#search-results .search-summary").inner_text()
    titles = page.locator("#search-results li > a").all_inner_texts()
    assert all(title.strip() and "<" not in title for title in titles)
    assert page.title().startswith("찾기")
    page.close()


def test_a_query_in_single_letters_is_taken_apart_as_one_in_syllables(open_page) -> None:
    page = open_page("search.html")
    apart = unicodedata.normalize("NFD", "GAN에서")
    assert page.evaluate("query => splitQuery(query)", apart) == ["GAN"]


def test_nothing_found_is_said_in_both_languages(found) -> None:
    page = found("강아지를", "both")
    words = page.locator("#search-results .search-summary").inner_text()
    assert "Nothing was found" in words
    assert "찾지 못했습니다" in words
    page.close()


def test_an_english_stem_finds_its_other_forms(found) -> None:
    pages = {query: _pages(found(query, "en")) for query in ("promoted", "promotion")}
    assert pages["promoted"][:2] == pages["promotion"][:2]
    assert pages["promoted"]
