"""Style sheets and scripts of a page joined into one of each."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from .conftest import SITE

HEAD = """<html><head>
  <link rel="stylesheet" href="../_static/styles/a.css?v=1" />
  <link href="../_static/b.css" rel="stylesheet">
  <link rel="stylesheet" href="../_static/paper.css" media="print">
  <script src="../_static/documentation_options.js"></script>
  <script defer="defer" src="../_static/late.js"></script>
  <script src="../_static/early.js?v=2"></script>
  <script defer src="../_static/scripts/theme.js"></script>
  <script>inline()</script>
  <script src="../searchindex.js"></script>
</head><body>
"""
ARTICLE = '<article><script src="../_static/output.js"></script></article>\n'
PAGE = f"{HEAD}{ARTICLE}<script defer src='x'></script></body></html>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site of one page, built by nobody."""
    static = tmp_path / "_static"
    for name, text in {
        "styles/a.css": '@import "../base.css"; p { background: url(pic.png) }',
        "base.css": "i { background: url('x/y.svg') } b { src: url(data:font/woff;base64,a) }",
        "b.css": "q { color: red }\n/*# sourceMappingURL=b.css.map */",
        "early.js": '"use strict"\nvar early = 1\n//# sourceMappingURL=early.js.map',
        "late.js": "(function () { undeclared = early })()",
        "scripts/theme.js": "theme()",
    }.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text)
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "page.html").write_text(PAGE)
    return tmp_path


def bundle(folder: Path) -> str:
    """The page after a build's end."""
    import bundles

    builder = SimpleNamespace(format="html")
    bundles._bundle(SimpleNamespace(outdir=str(folder), builder=builder), None)
    return (folder / "part" / "page.html").read_text()


def joined(folder: Path, suffix: str) -> str:
    """What was joined; of the scripts, those that are not the theme's."""
    texts = [path.read_text() for path in (folder / "_static").glob(f"joined-*{suffix}")]
    (text,) = (text for text in texts if "theme()" not in text)
    return text


def test_a_page_asks_for_one_style_sheet_and_few_scripts(folder: Path) -> None:
    page = BeautifulSoup(bundle(folder), "html.parser")
    sheets = [link["href"] for link in page.select("link")]
    assert sheets[0].startswith("../_static/joined-") and sheets[1:] == ["../_static/paper.css"]
    scripts = [(tag["src"], tag.has_attr("defer")) for tag in page.head.select("script[src]")]
    (options, _), (first, waits), (theme, theme_waits), index = scripts
    assert options == "../_static/documentation_options.js"
    assert first.startswith("../_static/joined-") and waits
    assert theme.startswith("../_static/joined-") and theme_waits and theme != first
    assert index == ("../searchindex.js", True), "it must not run before the scripts"
    assert page.article.script["src"] == "../_static/output.js", "outputs stay as they are"


def test_imports_and_addresses_of_style_sheets_follow_them(folder: Path) -> None:
    bundle(folder)
    sheet = joined(folder, ".css")
    assert 'url("styles/pic.png")' in sheet and 'url("x/y.svg")' in sheet
    assert "url(data:font/woff;base64,a)" in sheet
    assert "@import" not in sheet and "sourceMappingURL" not in sheet
    assert sheet.index("x/y.svg") < sheet.index("styles/pic.png") < sheet.index("color: red")


def test_what_a_style_sheet_names_is_asked_for_anew_when_it_changed(folder: Path) -> None:
    picture = folder / "_static" / "styles" / "pic.png"
    versions = set()
    for content in (b"before", b"after"):
        picture.write_bytes(content)
        versions.add(bundle(folder))
        assert 'url("styles/pic.png?v=' in joined(folder, ".css")
    assert len(versions) == 2


def test_scripts_run_in_the_order_of_a_browser_and_none_makes_others_strict(folder) -> None:
    from py_mini_racer import MiniRacer

    bundle(folder)
    engine = MiniRacer()
    assert engine.eval(f"{joined(folder, '.js')}; undeclared") == 1


def test_another_build_changes_nothing_but_what_changed(folder: Path) -> None:
    before = bundle(folder)
    assert bundle(folder) == before
    (folder / "_static" / "b.css").write_text("q { color: blue }")
    after = bundle(folder)
    assert after != before and "color: blue" in joined(folder, ".css")
    assert after.split("?v=")[0] == before.split("?v=")[0]
    (folder / "part" / "page.html").write_text(PAGE.replace("b.css", "styles/a.css"))
    bundle(folder)
    assert "color: blue" not in joined(folder, ".css"), "what no page names is gone"


def test_a_page_whose_files_are_gone_is_told(folder: Path, caplog) -> None:
    bundle(folder)
    (folder / "_static" / "b.css").unlink()
    with caplog.at_level("WARNING"):
        bundle(folder)
    assert "whose files are gone" in caplog.text


def test_a_theme_that_changed_is_told(folder: Path, caplog) -> None:
    import bundles

    (folder / "_static" / "scripts" / "bootstrap.js").write_text("another version")
    with caplog.at_level("WARNING"):
        bundles.join_scripts(folder / "_static", ["scripts/bootstrap.js"])
    assert "no longer holds what is changed in it" in caplog.text


@pytest.mark.parametrize("page", ["index.html", "gan/gan.html", "search.html"])
def test_pages_of_the_site_ask_for_few_files(page: str) -> None:
    html = BeautifulSoup((SITE / page).read_text(encoding="utf-8"), "html.parser")
    assert len(html.select("link[rel=stylesheet]")) == 1
    assert len(html.select("script[src]")) <= 6
