from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell

from grader import markup
from grader.errors import GraderError
from grader.feedback import write_feedback

from .people import EXPECTED, ODD_NAME
from .tiny import SECRET, FakeExecutor, TinyCourse

DANGEROUS_TAGS = {
    *("script", "iframe", "form", "object", "embed", "link", "base", "svg", "math", "video"),
    *("audio", "source", "button", "textarea", "select", "template", "frame", "applet"),
}
SWITCH = {"both", "en", "ko"}


class Page(HTMLParser):
    """Collects tags, attributes and the text by language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[str, str]] = []
        self.languages: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def harmless(html: str) -> None:
    """Fail unless nothing in `html` runs, submits or loads."""
    for tag, attributes in Page(html).tags:
        assert tag not in DANGEROUS_TAGS
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("style", "srcset", "background", "action", "formaction", "id")
            if name == "src":
                assert value is not None and markup.DATA_PICTURE.fullmatch(value)
            if name == "href":
                assert re.match(r"(https?|mailto):", value or "", re.IGNORECASE)


def test_clean_takes_out_what_runs_or_loads() -> None:
    dirty = [
        "<script>x</script><p>seen</p>",
        '<img src="https://example.org/x.png" onerror=x>',
        "<img src=data:image/svg+xml;base64,AAAA>",
        '<a href="javascript:x">a</a><a href="data:text/html,x">b</a><a href="//x">c</a>',
        "<svg><style><!--</style><img src=x onerror=x>",
        "<math><mtext><table><mglyph><style><img src=x onerror=x>",
        "<form action=x><input name=y><button formaction=z>",
        '<p style="background:url(x)" id="both" class="hidden">p</p>',
        "<base href=x><link rel=stylesheet href=x><meta http-equiv=refresh content=0>",
        "<iframe srcdoc='<script>x</script>'></iframe><object data=x><embed src=x>",
    ]
    for html in dirty:
        harmless(markup.clean(html))
    assert markup.clean(dirty[0]) == "<p>seen</p>"


def test_clean_keeps_tables_pictures_links_and_languages() -> None:
    html = (
        '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>'
        '<p lang="ko">가</p><img alt="a" src="data:image/png;base64,QUJD">'
    )
    assert markup.clean(html) == html
    assert 'href="https://example.org/"' in markup.clean('<a href="https://example.org/">x</a>')


@given(st.text(alphabet="<>/\"'=& abimgsrcdtonlp:;!-", max_size=80))
def test_clean_never_lets_anything_through(html: str) -> None:
    harmless(markup.clean(html))
    harmless(markup.markdown(new_markdown_cell(html)))


def test_what_would_take_a_parser_hours_is_shown_as_text() -> None:
    for html in ("<div>" * 400_000, "<b><i>" * 3_000):
        assert markup.clean(html).startswith("<pre>&lt;")
    assert markup.markdown(new_markdown_cell("*a _b " * 200_000)).startswith("<pre>*a")
    harmless(markup.markdown(new_markdown_cell("> " * 9_000 + "x")))


def test_a_page_of_a_huge_notebook_is_mostly_plain(tiny: TinyCourse) -> None:
    nb = tiny.notebook()
    nb.cells += [new_markdown_cell("*a _b " * 3_000) for _ in range(100)]
    nb.cells += [new_code_cell("(" * 18_000) for _ in range(100)]
    tiny.submit("ann", nb)
    tiny.grade(executor=FakeExecutor())
    write_feedback(tiny.course, "sums")
    assert tiny.page("ann").read_text(encoding="utf-8").count("<em>") < 50_000


def test_pasted_pictures_are_shown_in_place() -> None:
    cell = new_markdown_cell("![mine](attachment:a.png)")
    cell["attachments"] = {"a.png": {"image/png": "QUJD"}}
    assert 'src="data:image/png;base64,QUJD"' in markup.markdown(cell)


@pytest.mark.parametrize(
    ("text", "english", "korean"),
    [
        ("1 + 2 is 3. | 1 + 2는 3입니다.", "1 + 2 is 3.", "1 + 2는 3입니다."),
        ("Task 1 · 문제 1", "Task 1", "문제 1"),
        ("\nThe sum is wrong.\n합이 틀렸습니다.\n", "The sum is wrong.", "합이 틀렸습니다."),
    ],
)
def test_messages_are_marked_with_their_languages(text: str, english: str, korean: str) -> None:
    html = markup.bilingual(text)
    assert re.findall(r'lang="en">([^<]*)<', html) == [english]
    assert re.findall(r'lang="ko">([^<]*)<', html) == [korean]


def test_messages_in_one_language_are_shown_in_both_views() -> None:
    assert "lang" not in markup.bilingual("name 'x' is not defined")
    assert markup.bilingual("<b>") == '<span class="line">&lt;b&gt;</span>'


def test_terminal_text_is_escaped_and_cut() -> None:
    assert markup.plain("\x1b[31m<b>\x1b[0m\0") == "<pre>&lt;b&gt;\ufffd</pre>"
    assert len(markup.plain("x" * 10**6)) < 60_000


def test_pictures_that_are_none_are_named() -> None:
    assert markup.picture("image/png", "QUJD").startswith("<img")
    assert markup.picture("image/png", "no base64!") == "<p>[image/png]</p>"


@pytest.mark.sandbox
def test_everybody_gets_a_page_that_loads_nothing(graded: TinyCourse) -> None:
    assert len(list((graded.folder / "feedback").rglob("*.html"))) == len(EXPECTED)
    for student in EXPECTED:
        html = graded.page(student).read_text(encoding="utf-8")
        body = html[html.index("<main>") :]
        for tag, attributes in Page(body).tags:
            assert tag not in DANGEROUS_TAGS
            assert not any(name.startswith("on") or name == "style" for name in attributes)
            source = attributes.get("src")
            assert source is None or source.startswith("data:image/")


@pytest.mark.sandbox
def test_the_policy_allows_the_pages_own_style_alone(graded: TinyCourse) -> None:
    html = graded.page("right").read_text(encoding="utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert "<script" not in html


@pytest.mark.sandbox
def test_hidden_tests_are_on_no_page(graded: TinyCourse) -> None:
    for student in EXPECTED:
        html = graded.page(student).read_text(encoding="utf-8")
        for secret in ("secret_pair", SECRET, "for people in (1, 2, 3, 4)", "BEGIN HIDDEN"):
            assert secret not in html
    assert "Hidden tests: their code is not shown." in html


@pytest.mark.sandbox
def test_a_spying_cell_shows_black_where_the_hidden_lines_were(graded: TinyCourse) -> None:
    assert "▒▒▒" in graded.page("spy").read_text(encoding="utf-8")
    assert "secret_pair" in str(graded.graded("spy").cells[-1].outputs)


@pytest.mark.sandbox
def test_no_page_names_another_student(graded: TinyCourse) -> None:
    for student in EXPECTED:
        html = graded.page(student).read_text(encoding="utf-8")
        shown = html.replace("&#39;", "'").replace("&amp;", "&")
        assert f": {student}</p>" in shown
        assert ODD_NAME not in shown or student == ODD_NAME
        assert str(graded.folder) not in html


@pytest.mark.sandbox
def test_points_tasks_and_messages(graded: TinyCourse) -> None:
    html = graded.page("wrong").read_text(encoding="utf-8")
    assert "<strong>6 / 14</strong>" in html
    tasks = html[html.index('<ol class="tasks">') : html.index("</ol>")]
    assert re.findall(r"(\d) / (\d)</span>", tasks) == [
        ("2", "2"),
        ("0", "3"),
        ("4", "4"),
        ("0", "5"),
    ]
    assert tasks.count('lang="en">Another sum is wrong.') == 1
    assert tasks.count('lang="ko">다른 합이 틀렸습니다.') == 1
    assert 'lang="en">Task 1: add<' in tasks and 'lang="ko">문제 1: 더하기<' in tasks


@pytest.mark.sandbox
def test_the_page_of_work_that_could_not_be_read_says_why(graded: TinyCourse) -> None:
    for student in ("empty", "missing", "killed"):
        html = graded.page(student).read_text(encoding="utf-8")
        record = graded.records[student]
        assert record.korean in html
        assert record.english.split("(")[0] in html


def test_points_and_comments_given_by_hand_are_shown(tiny: TinyCourse) -> None:
    tiny.submit("ann", explain="Because.")
    tiny.grade(executor=FakeExecutor())
    write_feedback(tiny.course, "sums")
    assert "a person will still grade this" in tiny.page("ann").read_text(encoding="utf-8")
    with tiny.course.gradebook() as gradebook:
        grade = gradebook.find_grade("explain", "sums", "sums", "ann")
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        gradebook.find_comment(
            "explain", "sums", "sums", "ann"
        ).manual_comment = "Good <b>start</b>."
        gradebook.db.commit()
    write_feedback(tiny.course, "sums")
    html = tiny.page("ann").read_text(encoding="utf-8")
    assert "3.5 / 5" in html and "a person will still grade this" not in html
    assert "Good &lt;b&gt;start&lt;/b&gt;." in html


def test_nothing_graded_yet(tiny: TinyCourse) -> None:
    with pytest.raises(GraderError, match="Nothing is graded yet"):
        write_feedback(tiny.course, "sums")
    tiny.submit("ann")
    tiny.grade(executor=FakeExecutor())
    with pytest.raises(GraderError, match="'bob' is not graded yet"):
        write_feedback(tiny.course, "sums", ["bob"])


def test_one_students_page_alone(tiny: TinyCourse) -> None:
    for student in ("ann", "bob"):
        tiny.submit(student)
    tiny.grade(executor=FakeExecutor())
    assert list(write_feedback(tiny.course, "sums", ["bob"])) == ["bob"]
    assert not tiny.page("ann").exists()


def test_nbgraders_own_command_writes_the_same_page(tiny: TinyCourse) -> None:
    from nbgrader.converters import GenerateFeedback

    tiny.submit("ann")
    tiny.grade(executor=FakeExecutor())
    write_feedback(tiny.course, "sums")
    ours = tiny.page("ann").read_text(encoding="utf-8")
    tiny.page("ann").unlink()
    directory = tiny.course.directory
    directory.assignment_id = "sums"
    GenerateFeedback(coursedir=directory, config=tiny.course.config, force=True).start()
    assert tiny.page("ann").read_text(encoding="utf-8").strip() == ours.strip()


@pytest.mark.browser
@pytest.mark.sandbox
def test_in_a_browser_nothing_runs_nothing_loads_and_the_switch_works(
    graded: TinyCourse,
) -> None:
    from tests.browser import chromium

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 800})
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(graded.page("script").as_uri())
        page.wait_for_timeout(300)
        assert [url for url in requests if not url.startswith("data:")] == [
            graded.page("script").as_uri()
        ]
        assert (page.title(), complaints) == ("sums · script", [])
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.get_by_text("styled", exact=True).is_visible()
        assert page.locator("img[src]").count() == 1  # the SVG, as a picture that runs nothing

        english, korean = page.get_by_text("Total"), page.get_by_text("총점")
        assert english.is_visible() and korean.is_visible()
        page.get_by_text("한국어", exact=True).click()
        assert not english.is_visible() and korean.is_visible()
        page.get_by_text("English", exact=True).click()
        assert english.is_visible() and not korean.is_visible()


def test_templates_are_in_the_package() -> None:
    from importlib.resources import files

    folder = Path(str(files("grader"))) / "templates"
    names = {f"{page}.{kind}" for page in ("feedback", "report") for kind in ("css", "html")}
    assert {path.name for path in folder.iterdir()} == names
