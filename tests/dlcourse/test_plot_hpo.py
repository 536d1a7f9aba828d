"""Drawings of searches: what stands where, and that no kind is told by colour alone."""

import math

import matplotlib
import pytest
from matplotlib import pyplot as plt
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from dlcourse import plot
from dlcourse.hpo import Job, Result, Results

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def result(trial, resource, errors, started, ended, worker, start=0, status="finished"):
    return Result.of(
        Job(trial, {"learning_rate": 0.1}, resource, start),
        error=errors[-1] if errors else math.nan,
        curve=[{"validation_error": error} for error in errors],
        started=started,
        ended=ended,
        worker=worker,
        status=status,
    )


def search(**options):
    """Three trials on two workers: 0 is promoted, 1 is not, 2 fails, 3 is cut off."""
    return Results(
        [
            result(0, 2, [0.8, 0.5], 0.0, 2.0, 0),
            result(1, 2, [0.9, 0.7], 0.0, 3.0, 1),
            result(2, 2, [], 2.0, 3.5, 0, status="failed"),
            result(0, 4, [0.4, 0.2], 3.0, 6.0, 1, start=2),
            result(3, 2, [], 3.5, 7.0, 0, status="cut"),
        ],
        num_workers=2,
        **options,
    )


def bars(axes):
    return [bar for container in axes.containers for bar in container]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def labelled(axes):
    return {line.get_label(): line for line in axes.lines if line.get_label()[0] != "_"}


def test_the_gantt_has_a_bar_for_each_job_on_its_workers_row():
    axes = plot.gantt(search())
    found = [
        (bar.get_x(), bar.get_width(), round(bar.get_y() + bar.get_height() / 2))
        for bar in bars(axes)
    ]
    expected = [(r.started, r.ended - r.started, r.worker) for r in search()]
    assert found == expected
    assert [text.get_text() for text in axes.texts] == ["0", "1", "2", "0", "3"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0", "1"]
    assert axes.yaxis_inverted()


def test_rungs_and_endings_differ_in_more_than_colour():
    axes = plot.gantt(search())
    first, _, failed, second, cut = bars(axes)
    assert first.get_hatch() != second.get_hatch()
    assert sum(first.get_facecolor()[:3]) > sum(second.get_facecolor()[:3])  # darker
    assert cut.get_linestyle() == "--" and first.get_linestyle() == "solid"
    crosses = [list(line.get_xdata()) for line in axes.lines]
    assert crosses == [[2.0, 3.5], [2.0, 3.5]] and failed.get_x() == 2.0
    assert legend(axes) == ["to 2", "to 4", "failed", "cut off"]


def test_the_gantt_ends_where_it_is_told_and_writes_what_it_is_told():
    axes = plot.gantt(search(), until=3.2, label=lambda r: f"t{r.trial_id}")
    assert axes.get_xlim()[1] == pytest.approx(3.2, rel=0.01)
    assert "cut off" not in legend(axes)
    assert [text.get_text() for text in axes.texts] == ["t0", "t1", "t2", "t0"]
    assert not plot.gantt(search(), label=None).texts


def test_a_bar_too_narrow_for_its_label_stays_empty():
    results = Results(
        [result(0, 2, [0.5], 0.0, 0.05, 0), result(1, 2, [0.5], 0.05, 100.0, 0)], num_workers=1
    )
    assert [text.get_text() for text in plot.gantt(results).texts] == ["1"]


def test_a_schedule_of_15_jobs_is_legible_at_700_pixels():
    jobs = [result(10 + i, 2, [0.5], float(i // 2), i // 2 + 1.0, i % 2) for i in range(15)]
    axes = plot.gantt(Results(jobs, num_workers=2))
    figure = axes.figure
    figure.set_dpi(700 / figure.get_figwidth())
    figure.canvas.draw()
    assert len(axes.texts) == 15
    for bar, text in zip(bars(axes), axes.texts, strict=True):
        outer, inner = bar.get_window_extent(), text.get_window_extent()
        assert outer.x0 < inner.x0 and inner.x1 < outer.x1
        assert inner.height >= 8


def test_a_search_without_a_resource_needs_no_legend():
    axes = plot.gantt(Results([result(0, None, [0.5], 0.0, 1.0, 0)], num_workers=1))
    assert axes.get_legend() is None and len(bars(axes)) == 1


def test_learning_curves_join_the_jobs_of_a_trial():
    axes = plot.learning_curves(search())
    line = labelled(axes)["trial 0"]
    assert list(line.get_xdata()) == [1, 2, 3, 4]
    assert list(line.get_ydata()) == [0.8, 0.5, 0.4, 0.2]
    assert axes.get_xlabel() == "epoch" and axes.get_ylabel() == "validation error"
    axes = plot.learning_curves(search(), against="time")
    assert list(labelled(axes)["trial 0"].get_xdata()) == [1.0, 2.0, 4.5, 6.0]
    assert axes.get_xlabel() == "seconds"


def test_the_best_trials_stand_out_each_in_its_way():
    axes = plot.learning_curves(search(), highlight=1)
    assert legend(axes) == ["trial 0"] and len(axes.lines) == 2
    lines = labelled(plot.learning_curves(search())).values()
    assert len({line.get_linestyle() for line in lines}) == 2
    assert len({line.get_marker() for line in lines}) == 2


def test_the_incumbent_is_a_falling_step_to_the_end_of_the_search():
    axes = plot.incumbent(search(duration=9.0), "halving")
    (line,) = axes.lines
    assert line.get_drawstyle() == "steps-post"
    assert line.get_xdata()[-1] == 9.0 and line.get_xdata()[0] == 2.0
    errors = list(line.get_ydata())
    assert errors == sorted(errors, reverse=True) and errors[-1] == 0.2
    places = [line.get_xdata()[i] for i in line.get_markevery()]
    assert places == [2.0, 6.0]  # where a better error was found


def test_incumbents_on_the_same_axes_are_told_apart():
    axes = plot.incumbent(search(), "a")
    assert plot.incumbent(search(), "b", axes) is axes
    one, other = axes.lines
    assert one.get_linestyle() != other.get_linestyle()
    assert one.get_marker() != other.get_marker()
    assert legend(axes) == ["a", "b"]


def test_rungs_show_who_was_promoted():
    axes = plot.rungs(search())
    points = {c.get_label(): c.get_offsets().tolist() for c in axes.collections}
    assert points == {
        "promoted": [[2, 0.5]],
        "not promoted": [[2, 0.7]],
        "top rung": [[4, 0.2]],
    }
    (line,) = axes.lines
    assert list(line.get_xdata()) == [2, 4] and list(line.get_ydata()) == [0.5, 0.2]
    assert list(axes.get_xticks()) == [2, 4]


def test_drawings_use_the_axes_given():
    for draw in (plot.gantt, plot.learning_curves, plot.incumbent, plot.rungs):
        _, axes = plt.subplots()
        assert draw(search(), ax=axes) is axes


def test_what_cannot_be_drawn_is_named():
    none = Results(num_workers=2)
    for draw in (plot.gantt, plot.learning_curves, plot.incumbent, plot.rungs):
        with pytest.raises(ValueError, match="results: nothing to draw"):
            draw(none)
    failed = Results([result(0, 2, [], 0.0, 1.0, 0, status="failed")], num_workers=1)
    for draw in (plot.incumbent, plot.rungs):
        with pytest.raises(ValueError, match="finite error"):
            draw(failed)
    with pytest.raises(ValueError, match="against must be 'resource' or 'time', got 'x'"):
        plot.learning_curves(search(), against="x")
    with pytest.raises(ValueError, match="every_seconds must be at least 0, got -1"):
        plot.LiveIncumbent(-1)


@pytest.mark.parametrize(("live", "every", "drawn"), [("0", 0, 1), ("1", 0, 3), ("1", 60, 2)])
def test_the_live_curve_draws_when_it_is_due(monkeypatch, live, every, drawn):
    monkeypatch.setenv("DLCOURSE_LIVE", live)
    counts = []
    real = plot.incumbent

    def count(results, ax):
        counts.append(len(results))
        return real(results, ax=ax)

    monkeypatch.setattr("dlcourse.plot.hpo.incumbent", count)
    callback = plot.LiveIncumbent(every_seconds=every)
    results = Results(num_workers=2)
    callback(results)  # nothing to draw yet
    for one in list(search())[:2]:
        results.append(one)
        callback(results)
    callback.finish(results)
    assert counts == {1: [2], 2: [1, 2], 3: [1, 2, 2]}[drawn]
    assert len(callback.figure.axes[0].lines) == 1
    assert plt.get_fignums() == []  # nothing is left for pyplot to show again


SEARCHES = (
    """
from scipy import stats
from dlcourse import hpo, plot

space = {"x": stats.uniform(0, 1)}
live = plot.LiveIncumbent(every_seconds=0)

def units(resource):
    return range(1, resource + 1)

def objective(configuration, resource, checkpoint):
    for unit in units(resource):
        yield configuration["x"] / unit
""",
    """
asha = hpo.ASHA(hpo.RandomSearcher(space), 1, 4, 2, max_trials=6)
with hpo.WorkerPool(2, preload=()) as pool:
    results = hpo.Tuner(asha, objective, pool, callback=live).run()
assert {result.status for result in results} == {"finished"}
""",
    """
fifo = hpo.FIFOScheduler(hpo.RandomSearcher(space), max_trials=3)
results = hpo.Tuner(fifo, lambda configuration: configuration["x"], callback=live).run()
""",
)


@pytest.mark.parametrize("live", ["0", "1"])
def test_one_figure_of_each_search_stays_in_a_notebook(monkeypatch, live):
    monkeypatch.setenv("DLCOURSE_LIVE", live)
    notebook = new_notebook(cells=[new_code_cell(source) for source in SEARCHES])
    NotebookClient(notebook, timeout=120).execute()
    for cell in notebook.cells[1:]:
        outputs = [output for output in cell.outputs if "data" in output]
        figures = [output for output in outputs if "image/png" in output.data]
        assert len(figures) == 1
        bars = [output.data["text/html"] for output in outputs if "text/html" in output.data]
        assert bars == ([""] if live == "1" else [])  # the bar, emptied
        assert len(outputs) == len(cell.outputs) == 1 + len(bars)


def test_drawing_a_search_does_not_load_what_searches_need():
    import subprocess
    import sys

    code = "import sys, dlcourse.plot; print('dlcourse.hpo' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
