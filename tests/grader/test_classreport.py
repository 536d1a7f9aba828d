from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat
import pytest
from click.testing import CliRunner
from markupsafe import escape
from nbformat.v4 import new_output

from grader import report
from grader.charts import Bar, bars, histogram, round_up
from grader.classreport import class_report, report_path
from grader.cli import main
from grader.copied import CopyCheck
from grader.execute import Run
from grader.junit import of_rows
from grader.roster import Person, import_roster

from .people import EXPECTED, ODD_NAME
from .tiny import RIGHT, SECRET, FakeExecutor, TinyCourse, role_of

VOID = {"meta", "input", "br", "img", "hr", "link"}
COPIED = """
def share(cake, people):
    total = 0.0
    pieces = []
    while len(pieces) < people:
        piece = cake / people if people > 1 else cake
        pieces.append(piece)
        total = total + piece * (1 if piece else 0)
    if abs(total - cake) > 1e-9:
        raise ArithmeticError("crumbs are left")
    return pieces[0] if pieces else None
"""


class Page(HTMLParser):
    """Tags with attributes, and whether every tag that opens is closed in its place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for found, attributes in self.tags if found == tag]


@pytest.fixture(scope="module")
def page(graded: TinyCourse) -> str:
    target = report_path(graded.course, "sums")
    return class_report(graded.course, "sums", target, CopyCheck())


@pytest.mark.sandbox
def test_nothing_runs_or_loads_and_the_page_allows_its_own_style_alone(page: str) -> None:
    found = Page(page)
    assert not {tag for tag, _ in found.tags} & {"script", "iframe", "form", "object", "link"}
    for _, attributes in found.tags:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    (policy,) = [meta["content"] for meta in found.all("meta") if "http-equiv" in meta]
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert "script-src" not in policy and "default-src 'none'" in policy


@pytest.mark.sandbox
def test_every_student_is_there_and_links_lead_to_pages(page: str, graded: TinyCourse) -> None:
    links = {unquote(a["href"]) for a in Page(page).all("a") if not a["href"].startswith("#")}
    folder = report_path(graded.course, "sums").parent
    assert {(folder / link).resolve() for link in links} == {
        graded.page(student) for student in EXPECTED
    }
    assert SECRET not in page
    assert str(escape(ODD_NAME)) in page


@pytest.mark.sandbox
def test_ids_are_unique_and_what_refers_to_them_finds_them(page: str) -> None:
    tags = Page(page).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for _, attributes in tags:
        wanted = attributes.get("aria-labelledby", "").split()
        wanted += re.findall(r"url\(#(.*?)\)", " ".join(attributes.values()))
        for name in ("href", "xlink:href"):
            if attributes.get(name, "").startswith("#"):
                wanted.append(attributes[name][1:])
        assert set(wanted) <= set(ids)


@pytest.mark.sandbox
def test_a_chart_and_its_numbers_for_each_task(page: str, graded: TinyCourse) -> None:
    charts = Page(page).all("svg")
    assert len(charts) == 2 + 4 and all(svg["role"] == "img" for svg in charts)
    rows = report.rows(graded.course, "sums")
    full = sum(row.tasks["add-check"] == 2 for row in rows)
    none = sum(row.tasks["add-check"] == 0 for row in rows)
    assert f">0: {none}; 2: {full} | 0: {none}명; 2: {full}명<" in page


@pytest.mark.sandbox
def test_failures_are_grouped_with_who_had_them(page: str) -> None:
    section = page[page.index("<h3") : page.index('id="times"')]
    items = [part for part in section.split("<li>") if "Another sum is wrong." in part]
    (item,) = items
    assert 'class="count">2 ×' in item
    assert '<span lang="ko">다른 합이 틀렸습니다.</span>' in item
    assert re.findall(r"<a [^>]*>(\w+)</a>", item) == ["tampered", "wrong"]


@pytest.mark.sandbox
def test_both_languages_are_marked(page: str) -> None:
    hangul = re.compile("[\uac00-\ud7a3]")
    body = re.sub(
        r"<(title|desc|style)\b.*?</\1>", "", page[page.index("<body>") :], flags=re.S
    )
    text = re.sub(r'<(span|label)[^>]*lang="ko(-KR)?".*?</\1>', "", body, flags=re.S)
    text = re.sub(r"<[^>]*>", "", text)
    text = text.replace(str(escape(ODD_NAME)), "")
    assert hangul.findall(text) == [*"한국어"]  # the switch that shows both


def graded_pair(tiny: TinyCourse) -> None:
    import_roster(tiny.course, [Person("ann", "Ann", "<b>Lee</b>"), Person("zoe")])
    for student in ("ann", "bob"):
        tiny.submit(student, share=COPIED)
    tiny.submit("cem")
    tiny.grade(executor=FakeExecutor())


def test_copied_code_names_and_who_is_missing(tiny: TinyCourse) -> None:
    graded_pair(tiny)
    text = class_report(tiny.course, "sums", report_path(tiny.course, "sums"), CopyCheck())
    assert "<td>ann</td><td>bob</td>" in text and "100 %" in text
    assert "Ann &lt;b&gt;Lee&lt;/b&gt;" in text
    assert "zoe</p>" in text
    assert "No pair reaches" in class_report(
        tiny.course, "sums", report_path(tiny.course, "sums"), CopyCheck(least=1000)
    )


def test_on_the_command_line(tiny: TinyCourse, tmp_path: Path) -> None:
    graded_pair(tiny)

    def grader(*words: str) -> str:
        result = CliRunner().invoke(
            main, ["--course", str(tiny.folder), "report", "sums", *words]
        )
        return result.stdout if result.exit_code == 0 else f"{result.exit_code} {result.stderr}"

    page = tiny.folder / "reports" / "sums.html"
    assert grader("--format", "html") == f"{page}\n" and page.is_file()
    other = tmp_path / "deep" / "class.html"
    answer = grader("--format", "html", "--output", str(other), "--json", "--copied", "0.5")
    assert json.loads(answer) == {"page": str(other)}
    assert "threshold<" in other.read_text() and "0.5" in other.read_text()
    assert "CopyCheck.threshold must be" in grader("--format", "html", "--copied", "7")
    assert grader("--copied", "0.5").startswith("2 Usage")
    assert json.loads(grader("--json"))[0]["student"] == "ann"
    grader("--format", "csv", "--output", str(tmp_path / "grades.csv"))
    assert (tmp_path / "grades.csv").read_text() == grader("--format", "csv")


def test_junit_has_a_case_for_each_task(tiny: TinyCourse) -> None:
    tiny.submit("ann", explain="Because.")
    tiny.path("bob").write_text("no notebook")
    tiny.grade(executor=FakeExecutor())
    arguments = ["--course", str(tiny.folder), "report", "sums", "--format", "junit"]
    root = ElementTree.fromstring(CliRunner().invoke(main, arguments).stdout.encode())
    suites = {suite.get("name"): suite for suite in root}
    assert (suites["sums.ann"].get("failures"), suites["sums.ann"].get("skipped")) == ("0", "1")
    assert suites["sums.bob"].get("failures") == "4"
    assert "is not a Jupyter notebook" in str(suites["sums.bob"][0][0].get("message"))


def test_junit_of_a_students_own_checks(tiny: TinyCourse, tmp_path: Path) -> None:
    path = tiny.submit("ann", **{**RIGHT, "add": "def add(a, b):\n    return '\\x1b[31m'"})
    junit = tmp_path / "checks.xml"
    CliRunner().invoke(main, ["validate", str(path), "--junit", str(junit)])
    cases = {case.get("name"): case for case in ElementTree.parse(junit).iter("testcase")}
    assert list(cases) == ["add-check", "add-hidden", "share-check"]
    failed = cases["add-check"].find("failure")
    assert failed is not None and "1 + 2 is 3." in str(failed.get("message"))


@pytest.mark.parametrize(
    ("values", "highest", "counts"),
    [
        ([0, 2, 2, 3], 3, [1, 0, 2, 1]),
        ([-1, 9], 2, [1, 0, 1]),
        ([], 1, [0, 0]),
        ([0.5, 10, 9.99], 10, [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]),
        ([0, 0], 0, [2]),
        ([0.0, 100.0, 55.0], 100, [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
    ],
)
def test_bars(values: list[float], highest: float, counts: list[int]) -> None:
    assert [bar.count for bar in bars(values, highest)] == counts


@pytest.mark.parametrize(
    ("value", "end"), [(1, 1), (6.28, 10), (0.013, 0.02), (49.7, 50), (100, 100), (101, 200)]
)
def test_round_ends(value: float, end: float) -> None:
    assert round_up(value) == pytest.approx(end)


def test_a_chart_is_well_formed_and_says_what_it_shows() -> None:
    svg = histogram([Bar(0, 0, 3), Bar(1, 1, 0)], "points", ("A <b>", "가"), "x")
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img" and "style=" not in svg and "<style" not in svg
    assert [child.text for child in root][:2] == ["A <b> | 가", "0: 3 | 0: 3명"]
    assert svg == histogram([Bar(0, 0, 3), Bar(1, 1, 0)], "points", ("A <b>", "가"), "x")


EVIL = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>"


def test_hostile_names_and_messages_are_text(tiny: TinyCourse) -> None:
    import_roster(
        tiny.course, [Person("ann", EVIL[:60], EVIL[-60:], "x@y"), Person("=cmd", "=1+1")]
    )
    for student in ("ann", "O'Brien {0} &lt; {{ 7*7 }}"):
        tiny.submit(student, share=f"x = {EVIL!r}")

    def outcome(notebook: str) -> Run:
        nb = nbformat.reads(notebook, as_version=4)
        wrong = new_output("error", ename="AssertionError", evalue=EVIL, traceback=[EVIL])
        for check in ("add-check", "share-check"):
            role_of(nb, check).outputs = [wrong]
        return Run(nbformat.writes(nb), 1.0, (EVIL, EVIL), EVIL)

    tiny.grade(executor=FakeExecutor(outcome))
    html = class_report(
        tiny.course, "sums", report_path(tiny.course, "sums"), CopyCheck(threshold=0.1)
    )
    found = Page(html)
    assert not {tag for tag, _ in found.tags} & {"script", "img", "iframe"}
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert html.count("&lt;script&gt;alert") >= 3
    assert "{{ 7*7 }}" in html and "49" not in html.partition("<body>")[2].partition("<nav")[0]
    root = ElementTree.fromstring(of_rows(report.rows(tiny.course, "sums")))
    assert {case.get("classname") for case in root.iter("testcase")} == {
        "ann",
        "O'Brien {0} &lt; {{ 7*7 }}",
    }
    assert any(EVIL in (failure.text or "") for failure in root.iter("failure"))
