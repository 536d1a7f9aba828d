"""Right answers earn all points, mistakes lose those of their own task and no others."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest

from .channel import grade_through_channel
from .sheet import Mistake, Result, Sheet, mistakes, names, needs_sources, right_ways, role

pytestmark = needs_sources

SHEETS = {name: Sheet(name) for name in names()}
WAYS = [(name, way) for name in SHEETS for way in right_ways(name)]
MISTAKES = [mistake for name in SHEETS for mistake in mistakes(name)]
ONE_AN_ANSWER = [
    next(group)
    for _, group in itertools.groupby(MISTAKES, key=lambda m: (m.problem_set, m.answer))
]
SEEDS = range(1000, 21000, 1000)
KOREAN = re.compile("[가-힣]")

each_set = pytest.mark.parametrize("name", list(SHEETS))


def _expect_all_points(sheet: Sheet, result: Result) -> None:
    assert result.errors == {}
    assert result.points == sheet.points


def _expect_loss(mistake: Mistake, result: Result) -> None:
    """The cells named in the mistake's file are lost, all of them of its own task."""
    assert mistake.fits(result.lost), result.errors
    assert all(cell.startswith(f"{mistake.answer}-") for cell in result.lost)
    for message in result.errors.values():
        if message.startswith("AssertionError"):
            assert "→ book/" in message
            assert KOREAN.search(message)


@each_set
def test_points_add_up_to_100_with_the_manual_question(name: str) -> None:
    manual = [role(cell) for cell in SHEETS[name].notebook.cells if role(cell).get("task")]
    assert len(manual) == 1
    assert sum(SHEETS[name].points.values()) + manual[0]["points"] == 100


@each_set
def test_the_reference_earns_all_automatic_points(name: str) -> None:
    _expect_all_points(SHEETS[name], SHEETS[name].grade())


@each_set
def test_the_stub_earns_nothing(name: str) -> None:
    released = Sheet(name, released=True)
    assert released.grade().total == 0, "by the visible checks"
    result = SHEETS[name].grade(released.answers)
    assert result.total == 0, "by the hidden tests"
    assert result.lost == set(SHEETS[name].points)


@pytest.mark.parametrize(("name", "way"), WAYS)
def test_a_right_way_earns_all_points(name: str, way: str) -> None:
    _expect_all_points(SHEETS[name], SHEETS[name].grade(right_ways(name)[way], seed=1))


@each_set
def test_checks_need_nothing_of_the_student_but_the_functions(name: str) -> None:
    _expect_all_points(SHEETS[name], SHEETS[name].grade(apart=True))


@each_set
def test_the_reference_earns_all_points_in_isolated_mode(name: str) -> None:
    _expect_all_points(SHEETS[name], grade_through_channel(SHEETS[name]))


@each_set
def test_the_stub_earns_nothing_in_isolated_mode(name: str) -> None:
    result = grade_through_channel(SHEETS[name], Sheet(name, released=True).answers)
    assert result.total == 0


@pytest.mark.slow
@pytest.mark.parametrize(("name", "way"), WAYS)
def test_a_right_way_earns_all_points_in_isolated_mode(name: str, way: str) -> None:
    _expect_all_points(SHEETS[name], grade_through_channel(SHEETS[name], right_ways(name)[way]))


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_loses_the_points_of_its_task_in_isolated_mode(
    mistake: Mistake, record_row: Callable[..., None]
) -> None:
    sheet = SHEETS[mistake.problem_set]
    result = grade_through_channel(sheet, {mistake.answer: mistake.source})
    record_row(
        f"wrong answers of {mistake.problem_set}",
        answer=mistake.answer,
        mistake=mistake.name,
        points=f"{result.total:g} / {sum(sheet.points.values()):g}",
        lost=", ".join(cell.removeprefix(f"{mistake.answer}-") for cell in sorted(result.lost)),
    )
    _expect_loss(mistake, result)


@pytest.mark.parametrize("mistake", ONE_AN_ANSWER, ids=str)
def test_a_mistake_loses_the_points_of_its_task(mistake: Mistake) -> None:
    sheet = SHEETS[mistake.problem_set]
    _expect_loss(mistake, sheet.grade({mistake.answer: mistake.source}))


@each_set
def test_every_answer_has_two_right_ways_and_four_mistakes(name: str) -> None:
    answers = set(SHEETS[name].answers)
    ways = right_ways(name)
    assert len(ways) >= 2
    for way, given in ways.items():
        assert set(given) == answers, way
        same = [answer for answer in answers if given[answer] == SHEETS[name].answers[answer]]
        assert same == [], f"{way}: the same as the reference"
    counts = dict.fromkeys(answers, 0)
    for mistake in mistakes(name):
        counts[mistake.answer] += 1
    assert min(counts.values()) >= 4, counts


@pytest.mark.slow
@pytest.mark.parametrize(("name", "way"), WAYS)
def test_a_right_way_earns_all_points_for_every_seed(name: str, way: str) -> None:
    failed = {
        seed: result.errors
        for seed in SEEDS
        if (
            result := SHEETS[name].grade(right_ways(name)[way], seed, apart=seed % 2000 == 0)
        ).lost
    }
    assert failed == {}


@pytest.mark.slow
@each_set
def test_the_reference_earns_all_points_for_every_seed(name: str) -> None:
    failed = {
        seed: result.errors for seed in SEEDS if (result := SHEETS[name].grade(seed=seed)).lost
    }
    assert failed == {}
