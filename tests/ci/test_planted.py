"""Each check turns red for what it is there to find, and says where.

One mistake at a time is planted in a copy of the repository; the very command that CI runs must
then fail and name the place. That the copy passes without the mistake is checked too.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from tests.grader.tiny import SECRET, SOURCE

from . import leaks
from .conftest import REPOSITORY, Copy

PAGE = "book/tiny/page.md"
RELEASE = "exercises/sums/sums.ipynb"
REFERENCE = "tests/notebooks/tiny/page.ipynb"
LOSSES = "dlcourse/gan/losses.py"
PRINT = 'print("points:", len(points))'


def expect_red(copy: Copy, target: str, *words: str) -> str:
    code, said = copy.make(target)
    assert code != 0, f"make {target} passes:\n{said}"
    for word in words:
        assert word in said, f"make {target} does not say {word!r}:\n{said}"
    return said


# tests/notebooks/test_runs.py sees the same on a smaller book, in seconds.
@pytest.mark.slow
def test_a_raising_cell_fails_the_notebooks(copy: Copy, intact) -> None:
    intact("notebooks")
    copy.plant(PAGE, PRINT, f"{PRINT}; 1 / 0")
    copy.plant(REFERENCE, 'len(points))"', 'len(points)); 1 / 0"')
    expect_red(copy, "notebooks", "book/tiny/page.ipynb::Cell 0", "ZeroDivisionError")


@pytest.mark.slow
def test_a_changed_output_fails_the_notebooks(copy: Copy, intact) -> None:
    intact("notebooks")
    copy.plant(REFERENCE, "points: 3", "points: 4")
    said = expect_red(copy, "notebooks", "book/tiny/page.ipynb::Cell 0", "outputs differ")
    assert "points: 3" in said and "points: 4" in said


def test_an_edited_cell_with_an_old_reference_fails_the_drift_check(copy: Copy, intact) -> None:
    intact("drift")
    copy.plant(PAGE, PRINT, f"{PRINT}  # edited")
    expect_red(copy, "drift", "book/tiny/page.md: code cell 1 (points = [1, 2, 3]) differs")


def test_a_stale_korean_block_fails_the_proofreading(copy: Copy, intact) -> None:
    intact("korean")
    copy.plant(PAGE, "The generator makes points.", "The generator makes many points.")
    line = copy.line(PAGE, "makes many points")
    expect_red(copy, "korean", f"{PAGE}:{line}: the English changed and the Korean did not")


def test_a_forbidden_term_fails_the_proofreading(copy: Copy, intact) -> None:
    intact("korean")
    copy.plant(PAGE, "생성자는 점을", "생성기는 점을")
    line = copy.line(PAGE, "생성기는")
    expect_red(copy, "korean", f'{PAGE}:{line}: "생성기" for "generator"')


def test_an_edited_release_file_fails_the_drift_check(copy: Copy, intact) -> None:
    intact("drift")
    copy.plant(RELEASE, "Write two functions", "Write 2 functions")
    expect_red(copy, "drift", f"{RELEASE} is not what its source gives")


def test_a_leaked_hidden_test_fails_the_drift_check(copy: Copy, intact) -> None:
    intact("drift")
    secret = next(line for line in SOURCE.splitlines() if SECRET in line)
    number = plant_in_cell(copy.path(RELEASE), secret)
    code, said = copy.python("-m", "tests.ci.leaks")
    assert code == 1
    assert f"{RELEASE}: cell {number}: it holds a line of a hidden test: {secret}" in said
    expect_red(copy, "drift", RELEASE)


def test_a_mark_that_is_left_in_fails_the_drift_check(copy: Copy) -> None:
    number = plant_in_cell(copy.path(RELEASE), "### BEGIN SOLUTION")
    code, said = copy.python("-m", "tests.ci.leaks")
    assert code == 1 and f"{RELEASE}: cell {number}: the mark '### BEGIN SOLUTION'" in said
    shutil.rmtree(copy.path("solutions"))  # as in a public copy
    assert [line.split(":")[0] for line in leaks.findings(copy.root)] == [RELEASE]


def test_leaks_are_looked_for_by_make_drift() -> None:
    drift = (REPOSITORY / "Makefile").read_text().split("\ndrift:")[1].split("\n\n")[0]
    assert "-m tests.ci.leaks" in drift


def plant_in_cell(path: Path, line: str) -> int:
    """Append a line to the last code cell of a notebook; the number of the cell."""
    nb = nbformat.read(path, as_version=4)
    number = max(n for n, cell in enumerate(nb.cells, 1) if cell.cell_type == "code")
    nb.cells[number - 1].source += f"\n{line}"
    nbformat.write(nb, path)
    return number


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("requirements.txt", "nbclient==", "nbclient>=", "nbclient>="),
        ("constraints.txt", "\nattrs==", "\nattrs~=", "attrs~="),
    ],
)
def test_an_unpinned_dependency_fails_the_lint(
    copy: Copy, name: str, old: str, new: str, says: str
) -> None:
    copy.plant(name, old, new)
    code, said = copy.python("-m", "tests.ci.pins")
    line = copy.line(name, says)
    assert code == 1 and f"{name}:{line}: {says}" in said, said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("actions/checkout@v6", "is not pinned by a commit's full hash"),
        ("actions/checkout@de0fac2", "is not pinned by a commit's full hash"),
        ("actions/checkout@" + "0" * 40, "lacks a comment with its version"),
        ("docker://alpine:3", "is not pinned by a commit's full hash"),
    ],
)
def test_an_unpinned_action_fails_the_lint(copy: Copy, new: str, says: str) -> None:
    workflow = copy.path(".github/workflows/planted.yml")
    workflow.write_text(f"jobs:\n  one:\n    steps:\n      - uses: {new}\n")
    code, said = copy.python("-m", "tests.ci.pins")
    assert code == 1 and f".github/workflows/planted.yml:4: {new} {says}" in said, said


def test_nothing_unpinned_is_there_and_make_lint_looks() -> None:
    from . import pins

    assert list(pins.findings()) == []
    lint = (REPOSITORY / "Makefile").read_text().split("\nlint:")[1].split("\n\n")[0]
    assert "-m tests.ci.pins" in lint and "-m tests.ci.devices" in lint


@pytest.mark.parametrize(
    ("code", "device"),
    [
        ("import torch; torch.zeros(2, device='cuda')", "cuda"),
        ("net.cuda()", "cuda"),
        ("net.to('cuda:1')", "cuda:1"),
        ("torch.device('cpu')", "cpu"),
        ("%time x.to('mps')", "mps"),
    ],
)
def test_a_device_named_in_a_cell_fails_the_lint(copy: Copy, code: str, device: str) -> None:
    copy.plant(PAGE, PRINT, f"{PRINT}\n{code}")
    status, said = copy.python("-m", "tests.ci.devices")
    line = copy.line(PAGE, code)
    assert status == 1 and f"{PAGE}:{line}: names the device {device}" in said, said


def test_no_device_is_named_today() -> None:
    from . import devices

    assert list(devices.findings()) == []


def test_a_tensor_on_the_wrong_device_fails_the_unit_tests(copy: Copy) -> None:
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/dlcourse/test_devices.py")
    chosen = (*tests, "-k", "losses_stay and meta")
    code, said = copy.python(*chosen)
    assert code == 0, said
    # It works on a CPU, where all the other tests run.
    term = "softplus(-real_logits).mean()"
    copy.plant(LOSSES, f"real_term = {term}", f"real_term = (torch.zeros(1) + {term}).mean()")
    line = copy.line(LOSSES, "torch.zeros(1)")
    code, said = copy.python(*chosen)
    assert code == 1 and "test_losses_stay_on_the_device[meta]" in said, said
    assert f"{LOSSES}:{line}" in said and "device" in said, said


KOREAN = ":::{ko}\n생성자는 점을 만듭니다. {doc}`돌아가기 <../index>`.\n:::\n"
FIRST = "The generator makes points"
# What is replaced, by what, words of the line that is named, and what is said of it.
SITE_PLANTS = {
    "a missing Korean block": (KOREAN, "", FIRST, f'no Korean for "{FIRST}'),
    "a dead link": ("{doc}`Back <../index>`", "{doc}`Back <../gone>`", FIRST, "gone"),
    "a missing alternative text": (
        "![A cloud of points | 점으로 된 구름]",
        "![]",
        "![](",
        'is not of the form "English | 한국어"',
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("plant", SITE_PLANTS)
def test_what_is_planted_in_a_page_fails_the_site(copy: Copy, intact, plant: str) -> None:
    intact("site")
    old, new, at, says = SITE_PLANTS[plant]
    copy.plant(PAGE, old, new)
    line = copy.line(PAGE, at)
    expect_red(copy, "site", f"{PAGE}:{line}: WARNING", says)


def test_a_dead_link_in_a_built_page_is_named(tmp_path: Path, monkeypatch) -> None:
    from tests.book import test_links

    monkeypatch.setattr(test_links, "SITE", tmp_path)
    (tmp_path / "a.html").write_text('<a href="b.html">b</a>\n<p id="x"><a href="#x">x</a>')
    (tmp_path / "b.html").write_text('<a href="c.html">c</a><a href="a.html#y">y</a>')
    assert test_links.dead_links("a.html") == []
    assert test_links.dead_links("b.html") == [
        "b.html: c.html leads nowhere",
        "b.html: a.html#y names no place in its page",
    ]
