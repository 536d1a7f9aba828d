"""Isolated mode: 66 hostile notebooks gain nothing, and an honest one loses nothing."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import autograde
from grader.course import Course
from grader.errors import GraderError
from grader.feedback import write_feedback
from grader.isolated import session, verify
from grader.isolated.names import bound_names, make_plan
from grader.isolated.seeds import FILE, SEED, course_secret, seed
from grader.isolated.verify import failing_cells
from grader.release import release

from .attacks import ATTACKS
from .tiny import SECRET, FakeExecutor, TinyCourse

QUICK = [name for name, attack in ATTACKS.items() if not attack.slow]
SLOW = [name for name, attack in ATTACKS.items() if attack.slow]
HONEST = "zz honest"
"""Graded after the others: what they leave behind would meet it."""
TESTS = {"add-check": 2.0, "add-hidden": 3.0, "share-check": 4.0}
LOOT = ("LOOT", "secret_pair", "SQLite format")


def _grade(template: Path, folder: Path, names: list[str], mode: str) -> TinyCourse:
    shutil.copytree(template, folder, dirs_exist_ok=True)
    tiny = TinyCourse(folder)
    for name in names:
        ATTACKS[name].hand_in(tiny, name)
    tiny.submit(HONEST)
    # Only those who are to gain nothing are hurried: time must not decide over the others.
    gaining = [name for name in names if mode == "compat" and ATTACKS[name].forgeable]
    if hurried := [name for name in names if name not in gaining]:
        limits = tiny.course.limits
        tiny.limit(cell_seconds=2, notebook_seconds=20)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "GRACE_SECONDS", 1.0)
            tiny.records = tiny.grade(*hurried, mode=mode)
        tiny.limit(cell_seconds=limits.cell_seconds, notebook_seconds=limits.notebook_seconds)
    tiny.records |= tiny.grade(*gaining, HONEST, mode=mode)
    return tiny


@pytest.fixture(scope="module")
def attacked(template: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The quick attacks, graded in isolated mode."""
    return _grade(template, tmp_path_factory.mktemp("attacked"), QUICK, "isolated")


def _gained(tiny: TinyCourse, name: str) -> dict[str, float]:
    return {test: points for test, points in tiny.scores(name).items() if points}


def _expect_held(tiny: TinyCourse, name: str) -> None:
    assert tiny.records[name].status in ("graded", "stopped")
    assert set(tiny.scores(name)) == {*TESTS, "explain"}
    assert _gained(tiny, name) == {}
    outputs = str([cell.get("outputs") for cell in tiny.graded(name).cells])
    assert [word for word in LOOT if word in outputs] == []


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 40
    assert len(QUICK) >= 40


@pytest.mark.sandbox
@pytest.mark.parametrize("name", QUICK)
def test_an_attack_gains_nothing_and_finds_nothing(
    attacked: TinyCourse, name: str, request: pytest.FixtureRequest
) -> None:
    if name == "bomb: empty files":  # bubblewrap counts no files in the folders it makes
        request.getfixturevalue("forks_possible")
    _expect_held(attacked, name)


@pytest.mark.sandbox
def test_an_honest_notebook_beside_them_earns_everything(attacked: TinyCourse) -> None:
    assert attacked.records[HONEST].status == "graded"
    assert _gained(attacked, HONEST) == TESTS
    outputs = [cell.get("outputs") for cell in attacked.graded(HONEST).cells]
    assert not any(outputs)


@pytest.mark.sandbox
def test_pages_of_feedback_run_nothing_and_show_nothing_hidden(attacked: TinyCourse) -> None:
    name = "feedback: a script"
    pages = write_feedback(attacked.course, "sums", [name])
    page = pages[name].read_text("utf-8")
    assert "<script>document" not in page
    assert "secret_pair" not in page


@pytest.mark.sandbox
def test_release_names_test_cells_that_cannot_run_isolated(tiny: TinyCourse) -> None:
    assert failing_cells(tiny.course, "sums") == {}
    path = tiny.solutions / "sums" / "sums.md"
    text = path.read_text("utf-8")
    assert text.count(SECRET) == 1
    path.write_text(text.replace(SECRET, f"assert add.__code__.co_argcount == 2\n{SECRET}"))
    release(tiny.course, "sums")
    failing = failing_cells(tiny.course, "sums")
    assert list(failing) == ["add-hidden"]
    assert "__code__" in failing["add-hidden"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify, "run_isolated", None)  # unchanged sets are not run again
        assert failing_cells(tiny.course, "sums") == failing


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_an_attack_that_ends_at_a_limit_gains_nothing(
    template: Path, tmp_path: Path, name: str
) -> None:
    tiny = _grade(template, tmp_path, [name], "isolated")
    _expect_held(tiny, name)
    assert _gained(tiny, HONEST) == TESTS


@pytest.mark.sandbox
@pytest.mark.slow
def test_which_attacks_gain_points_in_compat_mode(
    template: Path, tmp_path: Path, record_row: Callable[..., None]
) -> None:
    tiny = _grade(template, tmp_path, list(ATTACKS), "compat")
    gained = {name: sum(_gained(tiny, name).values()) for name in ATTACKS}
    for name, points in gained.items():
        known = "forgeable" if ATTACKS[name].forgeable else "held"
        record_row("attacks in compat mode", attack=name, known=known, gains=f"{points:g} of 9")
    assert {name for name, points in gained.items() if points} == {
        name for name, attack in ATTACKS.items() if attack.forgeable
    }
    assert _gained(tiny, HONEST) == TESTS


@pytest.mark.sandbox
def test_points_come_cell_by_cell_and_survive_a_crash(tiny: TinyCourse) -> None:
    tiny.submit("partial", share="def share(cake, people):\n    return 6 / min(people, 2)")
    tiny.submit("wrong", add="def add(a, b):\n    return 3")
    tiny.submit("killed", share="import os\nos.kill(os.getpid(), 9)")
    records = tiny.grade(mode="isolated")
    assert _gained(tiny, "partial") == {**TESTS, "share-check": 2.0}
    assert _gained(tiny, "wrong") == {"add-check": 2.0, "share-check": 4.0}
    assert _gained(tiny, "killed") == {"add-check": 2.0, "add-hidden": 3.0}
    assert records["killed"].status == "stopped"
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in tiny.graded("wrong").cells
        if "nbgrader" in cell.metadata
    }
    (shown,) = cells["add-hidden"].outputs
    assert shown.evalue == "Another sum is wrong. | 다른 합이 틀렸습니다."
    assert "secret" not in str(shown)
    assert "secret_pair" in cells["add-hidden"].source  # as the formgrader shows it


@pytest.mark.sandbox
def test_what_is_unchanged_is_graded_once_and_a_mode_is_a_change(tiny: TinyCourse) -> None:
    tiny.submit("right")
    first = tiny.grade(mode="isolated")["right"]
    assert tiny.grade(mode="isolated")["right"] == first
    other = tiny.grade(mode="compat")["right"]
    assert other.digest != first.digest


def test_an_unknown_mode_is_named(tiny: TinyCourse) -> None:
    path = tiny.folder / "nbgrader_config.py"
    path.write_text(path.read_text("utf-8") + "c.ProblemSets.mode = 'safe'\n", "utf-8")
    with pytest.raises(GraderError, match="mode of 'sums' is 'safe'"):
        Course(tiny.folder).mode("sums")
    path.write_text(
        path.read_text("utf-8").replace("'safe'", "'compat'")
        + "c.ProblemSets.modes = {'sums': 'isolated'}\n",
        "utf-8",
    )
    course = Course(tiny.folder)
    assert (course.mode("sums"), course.mode("other")) == ("isolated", "compat")


def test_isolated_mode_needs_the_instructors_version(tiny: TinyCourse) -> None:
    tiny.submit("right")
    shutil.rmtree(tiny.folder / "source")
    with pytest.raises(GraderError, match="run `grader release sums`"):
        tiny.grade(mode="isolated")


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    secret = course_secret(tmp_path)
    assert course_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert len(secret) >= 32
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    (tmp_path / FILE).chmod(0o644)  # as copying leaves it
    assert course_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    (tmp_path / FILE).write_text("")
    with pytest.raises(GraderError, match="holds no secret"):
        course_secret(tmp_path)


def test_a_link_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("x" * 64)
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GraderError, match="holds no secret"):
        course_secret(tmp_path)


def test_each_submission_has_a_seed_of_its_own() -> None:
    seeds = {seed(b"x" * 32, name, who) for name in ("a", "b") for who in map(str, range(50))}
    assert len(seeds) == 100
    assert all(0 <= one < 2**31 for one in seeds)
    assert seed(b"x" * 32, "a", "1") == seed(b"x" * 32, "a", "1") != seed(b"y" * 32, "a", "1")


@pytest.mark.sandbox
def test_what_was_learned_of_test_inputs_is_of_no_use_to_the_next_version(
    template: Path, tmp_path: Path
) -> None:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    tiny = TinyCourse(tmp_path)
    seen = []
    grading = autograde._Grading

    class Watched(grading):
        def text(self, student: str, nb: nbformat.NotebookNode) -> str:
            made = super().text(student, nb)
            seen.append(nb.metadata[SEED])
            return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autograde, "_Grading", Watched)
        for answer in ("pass", "pass", "add = {(40, 2): 42}.get"):
            tiny.submit("ada", add=answer)
            tiny.grade(mode="isolated", force=True, executor=FakeExecutor())
    first, again, other = seen
    assert first == again != other


def test_names_of_a_solution_are_what_it_binds_at_its_top_level() -> None:
    source = (
        "import os\nfrom math import pi\nx, (y, *z) = 1, (2, 3)\nclass A:\n    b = 1\n"
        "def f(g):\n    h = 1\nif x:\n    k = 2\nfor i in z:\n    pass\nw: int = 3\n"
    )
    assert bound_names(source) == ["x", "y", "z", "A", "f", "k", "i", "w"]
    with pytest.raises(GraderError, match="no plain Python"):
        bound_names("def f(:")


def test_the_plan_keeps_hidden_tests_and_solutions_apart() -> None:
    def cell(source: str, **role: object) -> nbformat.NotebookNode:
        return new_code_cell(source, metadata={"nbgrader": role} if role else {})

    test = {"grade_id": "t", "grade": True, "locked": True, "solution": False, "points": 2}
    answer = {"grade_id": "a", "grade": False, "locked": False, "solution": True}
    helper = {"grade_id": "h", "grade": False, "locked": True, "solution": False}
    imports, demo = cell("import math"), cell("f()")
    source = [imports, cell("x = 1 # hidden", **helper), cell("def f(): pass", **answer)]
    released = [imports, cell("x = 1", **helper), cell("# write", **answer)]
    plan = make_plan(
        new_notebook(cells=[*source, demo, cell("assert f # hidden", **test)]),
        new_notebook(cells=[*released, demo, cell("assert f", **test)]),
    )
    assert [(step.source, step.points) for step in plan.steps] == [
        ("import math", None),
        ("x = 1 # hidden", None),
        ("assert f # hidden", 2.0),
    ]
    assert plan.names == ("f",)
    assert plan.shown == {"h": "x = 1", "t": "assert f"}
