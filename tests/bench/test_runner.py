"""The runner: targets, records, exit statuses."""

import json

import pytest
from click.testing import CliRunner

from tests.bench import __main__ as runner
from tests.bench import chart, registry
from tests.bench.registry import Measurement


def measurement(value, **changes):
    fields = {"name": "demo.x", "unit": "s", "target": 2.0, "better": "lower", "runs": [value]}
    return Measurement(**{**fields, "value": value, **changes})


@pytest.mark.parametrize(
    ("better", "value", "ok"),
    [
        ("lower", 2.0, True),
        ("lower", 2.1, False),
        ("higher", 2.0, True),
        ("higher", 1.9, False),
    ],
)
def test_a_target_is_reached_from_the_right_side(better, value, ok):
    assert measurement(value, better=better).ok is ok


def test_without_a_target_a_figure_is_only_reported():
    assert measurement(1e9, target=None).ok
    assert "MISSED" not in runner.table([measurement(1e9, target=None)])


def test_tasks_are_measured_in_turn_after_one_unmeasured_call():
    calls = []
    tasks = [lambda: calls.append("a") or len(calls), lambda: calls.append("b") or len(calls)]
    first, second = registry.alternate(tasks, runs=5)
    assert "".join(calls) == "ab" * 6
    assert first == (3, 5, 7, 9, 11) and second == (4, 6, 8, 10, 12)
    with pytest.raises(ValueError, match="runs must be at least 5, got 4"):
        registry.alternate(tasks, runs=4)


def test_a_ratio_is_of_medians_and_keeps_its_rounds():
    found = registry.ratio("demo.r", [4, 6, 100], [2, 2, 2], peer="a peer", target=1.5)
    assert found.value == 3 and list(found.runs) == [2, 3, 50] and found.unit == "× a peer"


@pytest.fixture
def demo(monkeypatch, tmp_path):
    """Two areas of our own in place of the real ones, and a file of our own."""
    areas = {"demo": [], "other": []}

    def add(area, *measurements, error=None, long=False):
        def task():
            yield from measurements
            if error:
                raise error

        areas[area].append(registry.Benchmark(task, long))

    monkeypatch.setattr(registry, "areas", lambda: areas)
    monkeypatch.setattr(runner, "RESULTS", tmp_path / "_build" / "bench.json")
    return add


def run(*arguments):
    return CliRunner().invoke(runner.main, arguments)


def records():
    return json.loads(runner.RESULTS.read_text())


def test_the_file_has_the_agreed_form(demo):
    demo("demo", measurement(1.0))
    result = run("--area", "demo")
    assert result.exit_code == 0 and "demo.x" in result.output and "reached" in result.output
    assert records() == [
        {
            "name": "demo.x",
            "value": 1.0,
            "unit": "s",
            "target": 2.0,
            "better": "lower",
            "ok": True,
            "runs": [1.0],
        }
    ]


def test_the_chart_and_the_machine_stand_beside_the_figures(demo):
    demo("demo", measurement(1.0), measurement(5.0, name="demo.y", target=None))
    result = run("--area", "demo")
    assert "1 of 1 targets reached" in result.output
    folder = runner.RESULTS.parent
    machines = json.loads((folder / "bench-machines.json").read_text())
    assert set(machines) == {"demo.x", "demo.y"}
    assert all("cores" in line for line in machines.values())
    drawn = (folder / "bench.svg").read_text()
    assert drawn.startswith("<?xml") and "demo.x" in drawn and "cores" in drawn


def test_missed_targets_are_named_in_one_line():
    figures = [measurement(1.0), measurement(3.0, name="demo.y")]
    assert runner.tally(figures, []) == "1 of 2 targets reached; missed: demo.y"
    assert runner.tally([], ["broken"]) == "0 of 0 targets reached; failed: broken"


@pytest.mark.parametrize(
    ("value", "changes", "share"),
    [
        (1.0, {}, 2.0),
        (4.0, {}, 0.5),
        (4.0, {"better": "higher"}, 2.0),
        (1e-9, {}, 100.0),
        (1.0, {"target": None}, None),
        (0.0, {}, None),
    ],
)
def test_a_bar_says_how_far_a_figure_is_beyond_its_target(value, changes, share):
    assert chart.shares(measurement(value, **changes).as_json()) == share


def test_one_area_leaves_the_records_of_the_others(demo):
    demo("demo", measurement(1.0))
    demo("other", measurement(5.0, name="other.y"))
    assert run().exit_code == 1  # other.y misses its target
    demo("demo", measurement(0.5))
    assert run("--area", "demo").exit_code == 0
    assert [(r["name"], r["value"]) for r in records()][-1] == ("other.y", 5.0)


def test_a_benchmark_that_fails_does_not_stop_the_rest(demo):
    demo("demo", measurement(1.0, name="demo.a"), error=RuntimeError("broken"))
    demo("demo", measurement(1.0, name="demo.b"))
    assert run().exit_code == 2
    assert [r["name"] for r in records()] == ["demo.b"]


def test_long_benchmarks_run_when_asked_for(demo):
    demo("demo", measurement(1.0, name="demo.long"), long=True)
    run()
    assert records() == []
    run("--long")
    assert [r["name"] for r in records()] == ["demo.long"]


def test_an_unknown_area_is_named(demo):
    result = run("--area", "nowhere")
    assert result.exit_code == 2
    assert "there is no area nowhere; there are demo, other" in result.output


def test_the_real_areas_are_found():
    names = {task.name for task in registry.areas()["gan"]}
    assert {"fit", "steps"} <= names
