"""The bilingual extension on small documents."""

from __future__ import annotations

import pytest

PARAGRAPHS = """# Training {ko}`훈련`

The generator never sees the data.

:::{ko}
생성자는 데이터를 직접 보지 않습니다.
:::
"""


def test_a_paragraph_stands_beside_its_korean(build):
    page = build(PARAGRAPHS)
    assert page.warnings == ""
    pair = page.html.select_one("div.bi-pair")
    english, korean = pair.find_all("div", recursive=False)
    assert english["lang"] == "en"
    assert english.get_text(strip=True) == "The generator never sees the data."
    assert korean["lang"] == "ko"
    assert korean.get_text(strip=True) == "생성자는 데이터를 직접 보지 않습니다."


def test_a_heading_carries_both_languages_into_titles(build):
    page = build(PARAGRAPHS, html_title="Course · 강의")
    heading = page.html.h1
    assert heading.select_one(".bi-en").get_text() == "Training"
    assert heading.select_one(".bi-ko")["lang"] == "ko"
    titles = page.html.find("meta", attrs={"name": "bilingual-titles"})
    assert titles["data-en"] == "Training — Course"
    assert titles["data-ko"] == "훈련 — 강의"
    assert "훈련" in page.html.title.get_text()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("# Title {ko}`제목`\n\nOnly English here.\n", "Only English here."),
        ("# Only English\n", "Only English"),
        ("# Title {ko}`제목`\n\n- an item\n- another\n", "an item"),
        ("# Title {ko}`제목`\n\n| a word |\n| --- |\n| 1 |\n", "a word"),
        ("# Title {ko}`제목`\n\n:::{note}\nEnglish alone.\n:::\n", "English alone."),
        (
            "# Title {ko}`제목`\n\n```{figure} x.png\n:alt: A | 가\n\nA caption\n```\n",
            "A caption",
        ),
    ],
)
def test_missing_korean_fails_the_build_and_names_the_place(build, text, missing):
    page = build(text)
    assert f'no Korean for "{missing}"' in page.warnings
    assert "index.md:" in page.warnings
    assert page.status == 1


def test_the_line_of_a_missing_block_is_named(build):
    page = build(PARAGRAPHS + "\nA second paragraph.\n")
    assert 'index.md:9: WARNING: no Korean for "A second paragraph."' in page.warnings


def test_korean_without_english_is_named(build):
    page = build("# Title {ko}`제목`\n\n:::{ko}\n짝이 없습니다.\n:::\n")
    assert "this Korean block follows no English block" in page.warnings


def test_a_list_may_be_answered_as_a_whole(build):
    page = build("# Title {ko}`제목`\n\n- one\n- two\n\n:::{ko}\n- 하나\n- 둘\n:::\n")
    assert page.warnings == ""
    assert [item.get_text() for item in page.html.select(".bi-ko li")] == ["하나", "둘"]


def test_words_that_are_the_same_are_said_once(build):
    page = build("# DCGAN {ko}`=`\n")
    assert page.warnings == ""
    assert page.html.h1.get_text().startswith("DCGAN")
    assert page.html.h1.select(".bi-ko") == []


def test_table_cells_and_numbers(build):
    page = build("# T {ko}`티`\n\n| Symbol {ko}`기호` | $n$ |\n| --- | --- |\n| $x$ | 12 |\n")
    assert page.warnings == ""
    assert page.html.th.select_one(".bi-ko").get_text() == "기호"


def test_admonition_titles_are_in_both_languages(build):
    page = build(
        "# T {ko}`티`\n\n:::{note}\nMind this.\n\n::::{ko}\n유의하십시오.\n::::\n:::\n"
    )
    assert page.warnings == ""
    title = page.html.select_one(".admonition-title")
    assert title.select_one(".bi-en").get_text() == "Note"
    assert title.select_one(".bi-ko").get_text() == "참고"


def test_alternative_texts_are_kept_in_both_languages(build):
    page = build("# T {ko}`티`\n\n![A curve | 곡선](curve.png)\n", suppress_warnings=["image"])
    image = page.html.img
    assert (image["data-alt-en"], image["data-alt-ko"]) == ("A curve", "곡선")
    assert image["alt"] == "A curve | 곡선"


def test_an_alternative_text_in_one_language_fails(build):
    page = build("# T {ko}`티`\n\n![A curve](curve.png)\n")
    assert 'the alternative text "A curve" is not of the form' in page.warnings


def test_code_and_maths_need_no_korean(build):
    page = build("# T {ko}`티`\n\n```python\nprint('words')\n```\n\n$$\nx = 1\n$$\n")
    assert page.warnings == ""


def test_without_a_script_both_languages_stand_in_the_page(build):
    page = build(PARAGRAPHS)
    for element in page.html.select(".bi-en, .bi-ko"):
        assert "hidden" not in element.attrs and "style" not in element.attrs


def test_words_inside_a_drawing_follow_the_switch(build, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "map.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t">'
        '<title id="t">Map</title><text class="bi-en" lang="en">Data</text>'
        '<text class="bi-ko" lang="ko">데이터</text></svg>',
        encoding="utf-8",
    )
    page = build("# T {ko}`티`\n\n![A map | 지도](map.svg)\n")
    assert page.warnings == ""
    drawing = page.html.select_one("div.bi-drawing")
    assert (drawing["role"], drawing["aria-label"]) == ("img", "A map | 지도")
    assert (drawing["data-alt-en"], drawing["data-alt-ko"]) == ("A map", "지도")
    assert drawing.svg["aria-hidden"] == "true" and "role" not in drawing.svg.attrs
    assert drawing.select_one("text.bi-ko").get_text() == "데이터"
    assert page.html.find("img") is None


def test_a_particle_stays_with_the_bracket_or_the_formula_before_it(build):
    text = """# Loss {ko}`손실`

A loss and $x$ `(a)은`.

:::{ko}
손실(loss)은 $x$를 받고 값($y$)이 됩니다.
$a_1 + a_2 + a_3 + a_4 + a_5 \\le b$이면 `(a)은` 그대로입니다.
:::
"""
    page = build(text).html
    joined = [j for j in page.select(".bi-ko .bi-join") if not j.find_parent(class_="bi-join")]
    assert [join.get_text()[-2:] for join in joined if not join.select(".math")] == [")은"]
    with_formulas = [join for join in joined if join.select(".math")]
    assert [join.get_text()[-1] for join in with_formulas] == ["를", "이"]
    # A formula that may break itself is left alone, and so is code.
    assert len(joined) == 3
    assert "(a)은" in page.select_one(".bi-ko code").get_text()


def test_joining_particles_changes_no_word():
    from bilingual.joining import join_particles

    body = '<p>손실(loss)은 <b>(가)</b>이고 [<a title="(x)은">K</a>]은</p><pre>(x)은</pre>'
    joined = join_particles(body)
    assert joined != body
    assert joined.replace('<span class="bi-join">', "").replace("</span>", "") == body
    cited = '<span>[<a href="#a">Kim, 2014</a>]</span>은'
    assert join_particles(cited) == cited.replace("은", "\u2060은")
