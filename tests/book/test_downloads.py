"""What readers take along: notebooks, the archive, the menu, and the printed books."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from grader.plain import number_equations, plain_markdown
from tests.notebooks import references

from .conftest import REPOSITORY, SITE

sys.path.append(str(REPOSITORY / "book" / "_ext"))
from downloads import archive, menu, notebooks, settings
from problem_sets.settings import Settings

FOLDER = SITE / "downloads"
MYST = re.compile(
    r"^:{3,}|^`{3,}\{|^\((\S+)\)=$|(?<!`:::)\{(ko|doc|ref|eq|cite:[pt])\}`[^`]", re.M
)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)


class _Book:
    """A book that knows one of everything."""

    def title(self, document: str, *, korean: bool) -> str:
        return "신경망" if korean else "Nets"

    def reference(self, label: str, *, korean: bool) -> tuple[str, str]:
        return "", "보고" if korean else "report"

    def citation(self, keys: list[str], *, in_text: bool) -> str:
        return f"{'; '.join(keys)}, {in_text}"

    def picture(self, path: str, alt: str) -> str:
        return f"![{alt}]({path})"


def in_book(text: str) -> str:
    return plain_markdown(text, lambda name: f"{name}.ipynb", None, _Book())


@pytest.mark.parametrize(
    ("myst", "plain"),
    [
        ("See {doc}`/gan/gan`.", "See [Nets](/gan/gan.ipynb)."),
        ("By {cite:t}`one,two` {cite:p}`three`.", "By one; two, True three, False."),
        ("the {ref}`here <report>`, {ref}`report`", "the here, report"),
        ("```{index} loss\n```\nTwo.", "Two."),
        (
            '```{figure} a.svg\n:alt: "A net | 망"\n:width: 9\n\nTwo. {ko}`둘.`\n```',
            "![A net | 망](a.svg)\n\nTwo. · 둘.",
        ),
        (
            "::::{dropdown} `x` by line {ko}`한 줄씩`\n:open:\nA.\n\n:::{ko}\n{doc}`/gan/gan`\n"
            ":::\n::::",
            "<details>\n<summary><code>x</code> by line · 한 줄씩</summary>\n\nA.\n\n"
            '<div lang="ko">\n\n[신경망](/gan/gan.ipynb)\n\n</div>\n\n</details>',
        ),
        ("None {ko}`` `make`가 없습니다. ``", "None · `make`가 없습니다."),
        ("{ko}``{doc}`글 </gan/gan>` 참고``", "[글](/gan/gan.ipynb) 참고"),
    ],
)
def test_what_only_a_book_has_gets_a_plain_form(myst: str, plain: str) -> None:
    assert in_book(myst) == plain


def test_an_equation_without_a_number_is_left_out_of_the_count() -> None:
    text = "$$\na\n$$\n\nwords\n\n$$\nb\n$$ (one)\n\n$$c$$ (two)"
    assert number_equations(text) == {"one": 1, "two": 2}
    assert in_book(text).startswith("$$\na\n$$\n\nwords\n\n$$\nb \\tag{1}\n$$")


def test_formulas_need_no_shorthand_of_ours() -> None:
    assert notebooks.for_mathjax(r"$\E[x] \in \R^2$, $\Earth$") == (
        r"$\mathbb{E}[x] \in \mathbb{R}^2$, $\Earth$"
    )
    lines = notebooks.for_mathjax("$$\na &= 1 \\\\\nb &= 2 \\tag{3}\n$$")
    assert lines == "$$\n\\begin{aligned}\na &= 1 \\\\\nb &= 2\n\\end{aligned} \\tag{3}\n$$"


@pytest.fixture(scope="module", params=references.chapters())
def downloaded(request: pytest.FixtureRequest) -> tuple[str, NotebookNode]:
    """A chapter's name and the notebook that the site offers."""
    path = FOLDER / f"{request.param}.ipynb"
    return request.param, nbformat.read(path, as_version=4)


def test_the_code_is_the_chapters(downloaded: tuple[str, NotebookNode]) -> None:
    chapter, nb = downloaded
    nbformat.validate(nb)
    setup, *code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert setup.metadata["tags"] == [notebooks.SETUP_TAG]
    compile(setup.source, "setup", "exec")
    written = references.notebook(f"book/{chapter}").cells
    assert [c.source for c in code] == [c.source for c in written if c.cell_type == "code"]


def test_the_outputs_are_those_of_the_page(downloaded: tuple[str, NotebookNode]) -> None:
    chapter, nb = downloaded
    page = BeautifulSoup((SITE / f"{chapter}.html").read_text("utf-8"), "html.parser")
    shown = page.select("article .cell_output .output.stream, article .cell_output img")
    kept = [output for cell in nb.cells for output in cell.get("outputs", [])]
    assert len(kept) >= len(shown) > 0
    streams = page.select("article .cell_output .output.stream")
    printed = "".join(output.text for output in kept if output.output_type == "stream")
    assert all(stream.get_text().strip()[:40] in printed for stream in streams)


def test_the_prose_is_plain_and_in_both_languages(downloaded: tuple[str, NotebookNode]) -> None:
    chapter, nb = downloaded
    words = "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    assert not MYST.search(CODE.sub("", words))
    source = (REPOSITORY / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    blocks = len(re.findall(r"^:{3,}\{ko\}", source, re.M))
    assert words.count('<div lang="ko">') == blocks > 0
    assert re.match(r"# .+ · .*[가-힣]", words)


def test_links_between_notebooks_lead_somewhere(downloaded: tuple[str, NotebookNode]) -> None:
    chapter, nb = downloaded
    folder = (FOLDER / chapter).parent
    words = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^):]+\.ipynb)\)", words):
        assert (folder / target).is_file(), target


def test_equations_have_the_numbers_of_the_page(downloaded: tuple[str, NotebookNode]) -> None:
    chapter, nb = downloaded
    words = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    html = (SITE / f"{chapter}.html").read_text(encoding="utf-8")
    assert re.findall(r"\\tag\{(\d+)\}", words) == re.findall(r'eqno">\((\d+)\)', html)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's archive, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    with zipfile.ZipFile(FOLDER / f"{archive.TOP}.zip") as packed:
        packed.extractall(folder)
    return folder / archive.TOP


def test_a_notebook_is_made_anew_when_a_picture_in_it_changes(tmp_path: Path) -> None:
    from downloads import _pictures

    env = SimpleNamespace(srcdir=tmp_path, dependencies={"gan/gan": {"gan/a.svg", "gone.svg"}})
    picture = tmp_path / "gan" / "a.svg"
    picture.parent.mkdir()
    for data in (b"<svg/>", b"<svg></svg>"):
        picture.write_bytes(data)
        assert list(_pictures(env, "gan/gan")) == [data]


def test_the_archive_holds_everything(unpacked: Path) -> None:
    found = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    wanted = {f"notebooks/{chapter}.ipynb" for chapter in references.chapters()}
    wanted |= {"README.md", "requirements.txt", "constraints.txt", "pyproject.toml", "LICENSE"}
    wanted |= {"exercises/gan/gan.ipynb", "dlcourse/data/fashion_mnist_900.npz"}
    assert wanted <= found
    assert not any("__pycache__" in name or "solutions" in name for name in found)
    links = (unpacked / "exercises/gan/gan.ipynb").read_text(encoding="utf-8")
    assert "(../../notebooks/gan/gan.ipynb)" in links and "/book/" not in links


def test_the_archive_asks_for_what_the_library_needs(unpacked: Path) -> None:
    lines = (unpacked / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {re.split(r"[=\[]", line)[0] for line in lines}
    assert {"torch", "numpy", "matplotlib", "syne-tune", "jupyterlab"} <= names
    assert not names & {"jupyter-book", "nbgrader", "pytest"}


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    files = [("b.txt", b"two"), ("a.txt", b"one")]
    for name, order in (("one.zip", files), ("two.zip", files[::-1])):
        archive.pack(tmp_path / name, order)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_notebook_of_the_archive_finds_the_library_beside_it(unpacked: Path) -> None:
    nb = nbformat.read(unpacked / "notebooks/gan/gan.ipynb", as_version=4)
    setup = next(cell.source for cell in nb.cells if cell.cell_type == "code")
    code = f"{setup}\nimport dlcourse\nprint(dlcourse.__file__)"
    # -S: without what is installed here, as on a machine that has no dlcourse.
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=unpacked / "notebooks" / "gan",
        capture_output=True,
        text=True,
        env={},
    )
    assert done.stdout.strip() == str(unpacked / "dlcourse" / "__init__.py"), done.stderr


def test_a_notebook_of_the_archive_runs_without_a_network(unpacked: Path) -> None:
    name = "notebooks/front/installation.ipynb"
    command = [str(Path(sys.executable).with_name("jupyter")), "execute", "--inplace", name]
    if shutil.which("bwrap"):
        command = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", *command]
    # The library of the archive, not the one that is installed here.
    path = {**os.environ, "PYTHONPATH": str(unpacked)}
    done = subprocess.run(command, cwd=unpacked, env=path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    nb = nbformat.read(unpacked / name, as_version=4)
    printed = str([cell.get("outputs") for cell in nb.cells])
    assert "device:" in printed


def test_servers_open_chapters_only_from_a_branch_that_has_them() -> None:
    servers = Settings(
        repository="https://github.com/school/course",
        colab="https://colab.research.google.com",
        binder="https://mybinder.org",
        jupyterhub="https://hub.school.edu",
        branch="notebooks",
        exercises="notebooks",
    )
    found = settings.Downloads(servers).launches("gan/gan")
    assert found["Colab"].endswith(
        "/github/school/course/blob/notebooks/notebooks/gan/gan.ipynb"
    )
    assert "/gh/school/course/notebooks?labpath=notebooks%2Fgan%2Fgan.ipynb" in found["Binder"]
    assert "branch=notebooks" in found["JupyterHub"]
    unset = settings.Downloads(Settings(colab="https://colab.research.google.com"))
    assert unset.launches("gan/gan") == {}


def test_no_function_takes_the_name_of_a_module_beside_it() -> None:
    # Whoever imports the module would find it in the function's place.
    source = Path(archive.__file__).with_name("__init__.py")
    modules = {path.stem for path in source.parent.glob("*.py")}
    tree = ast.parse(source.read_text(encoding="utf-8"))
    named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert named and not named & modules


def test_notebooks_install_the_syne_tune_that_the_library_allows() -> None:
    allowed = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'syne-tune = ["{notebooks.SYNE_TUNE}"]' in allowed


@pytest.mark.parametrize("page", ["index", "gan/gan", "problem_sets/gan", "appendix/glossary"])
def test_every_page_has_the_menu_and_what_it_links_is_there(page: str) -> None:
    path = SITE / f"{page}.html"
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    (found,) = soup.select(".bd-header-article details.take-along")
    links = [link["href"] for link in found.select("a")]
    assert links and all((path.parent / link).resolve().is_file() for link in links), links
    assert any(link.endswith(f"{page}.ipynb") for link in links) == (page == "gan/gan")
    for link in found.select("a"):
        assert link.select(".bi-en") and link.select(".bi-ko")


def test_a_book_is_linked_only_while_it_exists(tmp_path: Path) -> None:
    page = tmp_path / "a" / "b.html"
    page.parent.mkdir()
    page.write_text("<ul><!--books:../downloads--><!--/books--></ul>", encoding="utf-8")
    book = tmp_path / "downloads" / next(iter(menu.BOOKS))
    book.parent.mkdir()
    book.touch()
    menu.fill(tmp_path)
    (link,) = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("a")
    assert (page.parent / str(link["href"])).resolve() == book
    book.unlink()
    menu.fill(tmp_path)
    assert "<a" not in page.read_text(encoding="utf-8")


@pytest.mark.browser
def test_the_menu_is_opened_and_used_by_keyboard(open_page) -> None:
    page = open_page("gan/gan.html")
    page.locator(".take-along > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused.endswith("gan.ipynb")
    page.locator("[data-set-lang=ko]").click()
    shown = page.locator(".take-along li").first.inner_text()
    assert shown == menu.NOTEBOOK[1]


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
def test_the_menu_fits_the_screen(open_page, width: int) -> None:
    page = open_page("gan/gan.html", width=width)
    page.locator(".take-along > summary").click()
    box = page.locator(".take-along > ul").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
