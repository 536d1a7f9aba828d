"""Pages of problem sets say what the released notebooks say, and link only what is set."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from problem_sets import words
from problem_sets.released import ReleaseError, names, read_released
from proofread.findings import findings, load_terms
from proofread.pairs import Pair

from .conftest import REPOSITORY

EXTENSIONS = ["myst_parser", "bilingual", "problem_sets"]
INDEX = """# Book {ko}`책`

```{toctree}
sets/index
sets/sums
sets/products
```
"""
LIST = "# Sets {ko}`과제들`\n\n```{problem-set-list}\n```\n"
PAGE = """# Problem set: the {0} {{ko}}`과제: {0}`

```{{problem-set-tasks}} {0}
```

```{{problem-set-facts}} {0}
```
"""
GITHUB = {
    "repository": "https://github.com/ours/course",
    "branch": "spring/2027",
    "colab": "https://colab.research.google.com",
    "binder": "https://mybinder.org/",
    "jupyterhub": "https://hub.example.edu",
}


def graded(points: float, **role: bool) -> dict:
    return {"nbgrader": {"grade": True, "points": points, **role}}


def write_set(folder: Path, name: str, *, stated: int = 20) -> None:
    """A released set of two tasks, 20 points by machine and 10 by hand."""
    asked = {"nbgrader": {"grade": False, "task": True, "points": 10}}
    cells = [
        new_markdown_cell("# Sums · 덧셈\n\nIt takes 40 to 50 minutes."),
        new_markdown_cell(
            f"## Task 1: `add` and $x$ ({stated} points) · 문제 1: `add`와 $x$ (20점)"
        ),
        new_code_cell("def add(): ...", metadata={"nbgrader": {"solution": True}}),
        new_code_cell("assert add", metadata=graded(15)),
        new_code_cell("assert add", metadata=graded(5)),
        new_markdown_cell("## Task 2: why? (10 points) · 문제 2: 왜일까 (10점)"),
        new_markdown_cell("Say why.", metadata=asked),
        new_markdown_cell("## Before you hand in · 제출하기 전에"),
    ]
    path = folder / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), path)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The source of a book of two sets."""
    source = tmp_path / "source"
    (source / "sets").mkdir(parents=True)
    (source / "sets" / "index.md").write_text(LIST, encoding="utf-8")
    for name in ("sums", "products"):
        write_set(tmp_path / "exercises", name)
        (source / "sets" / f"{name}.md").write_text(PAGE.format(name), encoding="utf-8")
    return source


@pytest.fixture
def pages(book: Path, build: Callable) -> Callable:
    """Build with these settings; all pages by name, and what Sphinx warned of."""

    def build_pages(**settings: object) -> tuple[dict[str, BeautifulSoup], str]:
        extensions = {"extensions": EXTENSIONS, "html_math_renderer": "mathjax"}
        done = build(INDEX, **extensions, problem_sets=settings)
        html = book.parent / "html"
        found = {
            path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            for path in (html / "sets").glob("*.html")
        }
        return found, done.warnings

    return build_pages


def rows(page: BeautifulSoup, table: str) -> list[list[str]]:
    return [
        [" ".join(cell.get_text().split()) for cell in row.select("th, td")]
        for row in page.select(f"table.{table} tr")
    ]


def links(page: BeautifulSoup) -> dict[str, str]:
    """Addresses of the facts, by the English words of the link."""
    return {
        (link.select_one(".bi-en") or link).get_text(): link["href"]
        for link in page.select("table.problem-set-facts a")
    }


def test_tasks_and_points_are_those_of_the_notebook(pages: Callable) -> None:
    found, warnings = pages()
    assert warnings == ""
    assert rows(found["sums"], "problem-set-tasks") == [
        ["No. · 번호", "Task · 문제", "Points · 배점", "Graded · 채점"],
        ["1", r"add and \(x\) · add와 \(x\)", "20", "by machine · 자동"],
        ["2", "Why? · 왜일까", "10", "by hand · 수동"],
        ["", "Total · 합계", "30", ""],
    ]
    english = [cell.get_text() for cell in found["sums"].select(".problem-set-tasks .bi-en")]
    assert "by hand" in english and not any("수동" in text for text in english)


def test_the_list_has_every_set_in_the_order_of_the_contents(pages: Callable) -> None:
    found, _ = pages(deadlines={"products": "2027-03-12 18:00 KST"})
    table = rows(found["index"], "problem-set-list")
    unset = "your instructor sets it · 강의자가 정합니다"
    minutes = "40 to 50 minutes · 40~50분"
    assert table[1:] == [
        ["The sums · sums", "2", "30", minutes, unset],
        ["The products · products", "2", "30", minutes, "2027-03-12 18:00 KST"],
    ]
    assert [link["href"] for link in found["index"].select(".problem-set-list a")] == [
        "sums.html",
        "products.html",
    ]


def test_the_notebook_is_shipped_inside_the_site(book: Path, pages: Callable) -> None:
    extra = book.parent / "exercises" / "sums" / "table.csv"
    extra.write_text("1,2\n")
    found, _ = pages()
    downloads = found["sums"].select("a.download")
    assert [link.get_text() for link in downloads] == ["sums.ipynb", "table.csv"]
    for link, source in zip(downloads, (extra.with_name("sums.ipynb"), extra), strict=True):
        target = book.parent / "html" / "sets" / link["href"]
        assert target.name == source.name
        assert target.read_bytes() == source.read_bytes()


def test_without_addresses_nothing_is_linked_and_the_page_says_how(pages: Callable) -> None:
    found, warnings = pages()
    assert warnings == ""
    assert list(links(found["sums"])) == ["sums.ipynb"]
    told = dict(rows(found["sums"], "problem-set-facts"))
    assert "Upload notebook" in told["Colab"] and "노트북 업로드" in told["Colab"]
    assert "upload it" in told["JupyterHub"] and "올립니다" in told["JupyterHub"]
    assert "Binder" not in told
    assert told["Deadline · 마감"] == "your instructor sets it · 강의자가 정합니다"
    assert "Deadline · 마감" not in rows(found["index"], "problem-set-list")[0]


def test_addresses_lead_to_the_notebook(pages: Callable) -> None:
    found, warnings = pages(**GITHUB, exercises="sets")
    assert warnings == ""
    addresses = links(found["sums"])
    del addresses["sums.ipynb"]
    assert addresses == {
        "Open in Colab": "https://colab.research.google.com/github/ours/course/blob/"
        "spring/2027/sets/sums/sums.ipynb",
        "Open in Binder": "https://mybinder.org/v2/gh/ours/course/spring%2F2027"
        "?labpath=sets%2Fsums%2Fsums.ipynb",
        "Open on JupyterHub": "https://hub.example.edu/hub/user-redirect/git-pull"
        "?repo=https%3A%2F%2Fgithub.com%2Fours%2Fcourse&branch=spring%2F2027"
        "&urlpath=lab%2Ftree%2Fcourse%2Fsets%2Fsums%2Fsums.ipynb",
    }
    library = "git+https://github.com/ours/course@spring/2027"
    assert (
        library
        in dict(rows(found["sums"], "problem-set-facts"))[
            "The library on Colab · Colab의 라이브러리"
        ]
    )


def test_another_host_has_no_colab_but_binder_and_jupyterhub(pages: Callable) -> None:
    repository = "https://git.example.edu/ours/course.git"
    found, warnings = pages(
        **GITHUB | {"repository": repository, "colab": "", "branch": "main"}
    )
    assert warnings == ""
    addresses = links(found["sums"])
    assert "Open in Colab" not in addresses
    assert addresses["Open in Binder"] == (
        "https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.edu%2Fours%2Fcourse.git/main"
        "?labpath=exercises%2Fsums%2Fsums.ipynb"
    )
    assert "urlpath=lab%2Ftree%2Fcourse%2Fexercises" in addresses["Open on JupyterHub"]


@pytest.mark.parametrize(
    ("settings", "warning"),
    [
        ({"colba": "https://x.org"}, "no setting 'colba'; there are released, repository"),
        ({"deadlines": "tomorrow"}, "deadlines names a text for each set, as in {gan: ...}"),
        ({"jupyterhub": "https://hub.edu"}, "jupyterhub opens files of a repository, and no"),
        ({"repository": "github.com/a/b"}, "repository must begin with https://"),
        (
            {"repository": "https://gitlab.com/a/b", "colab": "https://colab.x"},
            "colab opens files on github.com only",
        ),
    ],
)
def test_settings_that_would_make_dead_links_are_warned_of(
    pages: Callable, settings: dict, warning: str
) -> None:
    found, warnings = pages(**settings)
    assert f"problem_sets: {warning}" in warnings
    assert list(links(found["sums"])) == ["sums.ipynb"]


def test_a_missing_set_is_one_warning_and_a_line_on_the_page(
    book: Path, pages: Callable
) -> None:
    (book.parent / "exercises" / "sums" / "sums.ipynb").unlink()
    found, warnings = pages()
    assert warnings.count("the problem set 'sums' is not released") == 1
    assert "sums.md:3" in warnings
    assert "This problem set is not released yet." in found["sums"].get_text()
    assert rows(found["index"], "problem-set-list")[1][1:4] == ["", "", ""]


def test_a_page_is_read_again_when_its_notebook_changes(book: Path, pages: Callable) -> None:
    pages()
    env = pickle.loads((book.parent / "doctrees" / "environment.pickle").read_bytes())
    assert "sums.ipynb" in {Path(path).name for path in env.dependencies["sets/sums"]}


def test_the_list_is_made_again_when_a_title_or_a_set_changes_and_only_then(
    book: Path, pages: Callable
) -> None:
    from problem_sets.directives import _moved, _outdated

    pages()
    env = pickle.loads((book.parent / "doctrees" / "environment.pickle").read_bytes())
    config = SimpleNamespace(problem_sets={}, root_doc="index")
    app = SimpleNamespace(srcdir=str(book), config=config, env=env)
    assert _moved(app, env) == []
    env.titles["sets/sums"] = nodes.title("", "Other sums")
    assert _moved(app, env) == ["sets/index"]
    assert _moved(app, env) == []
    assert _outdated(app, env, set(), {"sets/sums"}, set()) == []
    write_set(book.parent / "exercises", "quotients")
    assert _outdated(app, env, set(), set(), set()) == ["sets/index"]


def test_a_set_without_a_page_is_named(book: Path, pages: Callable) -> None:
    write_set(book.parent / "exercises", "quotients")
    _, warnings = pages()
    assert "the problem set 'quotients' has no page beside this one" in warnings


def test_headings_must_name_the_points_of_their_cells(tmp_path: Path) -> None:
    write_set(tmp_path, "sums", stated=25)
    with pytest.raises(ReleaseError, match="task 1 names 25 points, its cells give 20"):
        read_released(tmp_path, "sums")


@pytest.mark.parametrize("text", ["", "{}", '{"cells": []}'])
def test_a_file_that_is_no_released_set_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "sums").mkdir()
    (tmp_path / "sums" / "sums.ipynb").write_text(text)
    with pytest.raises(ReleaseError, match=r"sums\.ipynb"):
        read_released(tmp_path, "sums")


def test_what_the_directives_say_is_proofread() -> None:
    terms = load_terms(REPOSITORY / "book" / "terms.yml")
    said = [value for name, value in vars(words).items() if name.isupper() and name != "Both"]
    said += [words.minutes(60, 120), words.source_for_colab("git+https://a.org/b@main")]
    assert len(said) > 20
    for english, korean in said:
        pair = Pair(1, english, 1, korean)
        assert list(findings(pair, terms, Path("words.py"))) == []


@pytest.mark.parametrize("name", names(REPOSITORY / "exercises"))
def test_every_released_set_has_a_page_that_names_it(name: str) -> None:
    """With its tasks, its facts, and commands for this set and no other."""
    released = read_released(REPOSITORY / "exercises", name)
    assert released.points == 100
    assert released.minutes is not None
    text = (REPOSITORY / "book" / "problem_sets" / f"{name}.md").read_text(encoding="utf-8")
    page_title, _, rest = text.partition("\n")
    assert page_title.replace(" {ko}`", " · ").removesuffix("`") == f"# {released.title}"
    for expected in (
        f"```{{problem-set-tasks}} {name}\n",
        f"```{{problem-set-facts}} {name}\n",
        f".venv/bin/grader validate exercises/{name}/{name}.ipynb\n",
        f"nbgrader submit {name}\n",
    ):
        assert expected in rest


def test_every_page_of_a_set_is_in_the_table_of_contents() -> None:
    toc = yaml.safe_load((REPOSITORY / "_toc.yml").read_text(encoding="utf-8"))
    listed = {chapter["file"] for part in toc["parts"] for chapter in part["chapters"]}
    for path in (REPOSITORY / "book" / "problem_sets").glob("*.md"):
        assert f"problem_sets/{path.stem}" in listed
