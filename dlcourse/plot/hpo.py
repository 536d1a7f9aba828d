"""Drawings of searches: what was learned, what came out.

All take the `dlcourse.hpo.Results` of a search, real or simulated. Kinds are told apart by
line and marker as well as by colour, so that they survive a printer without colour.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dlcourse import runtime
from dlcourse.plot.display import FigureDisplay, axes_or_new
from dlcourse.plot.timeline import check_some

if TYPE_CHECKING:
    from dlcourse.hpo.jobs import Results

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


def learning_curves(
    results: Results,
    *,
    against: str = "resource",
    highlight: int = 4,
    ax: Axes | None = None,
) -> Axes:
    """Draw each trial's error as its training goes on.

    The best trials have a line, a marker and an entry in the legend each; the others are
    thin grey lines.

    Args:
        results: of the search.
        against: ``"resource"``, or ``"time"`` for seconds since the search began.
        highlight: how many of the best trials stand out.
        ax: where to draw, a new figure's axes if None.

    Returns:
        The axes drawn on; a line's label is ``"trial 3"`` or, where it is grey, begins
        with an underscore.

    Raises:
        ValueError: there is no result, or ``against`` is another word.
    """
    check_some(results)
    if against not in ("resource", "time"):
        raise ValueError(f"against must be 'resource' or 'time', got {against!r}")
    ax = axes_or_new(ax, size=(6, 3.8))
    curves = results.curves()
    best = sorted(curves, key=lambda trial: _least([error for _, error, _ in curves[trial]]))
    order = {trial: rank for rank, trial in enumerate(best[:highlight])}
    for trial, curve in curves.items():
        xs = [units if against == "resource" else seconds for units, _, seconds in curve]
        errors = [error for _, error, _ in curve]
        if trial in order:
            style = _style(order[trial], markersize=4.5, label=f"trial {trial}", zorder=3)
        else:
            lone = "." if len(xs) == 1 else None
            style = {"color": "0.65", "linewidth": 0.8, "marker": lone, "markersize": 3}
        ax.plot(xs, errors, **style)
    ax.set(
        xlabel="epoch" if against == "resource" else "seconds", ylabel=_words(results.metric)
    )
    if against == "resource":
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    _ranked_legend(ax, [f"trial {trial}" for trial in best[:highlight]])
    return ax


def incumbent(results: Results, label: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the best error found so far over time, as steps.

    Searches drawn on the same axes one after another get a colour, a line and a marker
    each; the marker stands where a better error was found.

    Args:
        results: of the search.
        label: its name in the legend.
        ax: where to draw, a new figure's axes if None.

    Returns:
        The axes drawn on.

    Raises:
        ValueError: no result has a finite error.
    """
    times, errors = results.incumbent()
    if not times:
        raise ValueError("results: nothing to draw, no job has come to a finite error yet")
    ax = axes_or_new(ax, size=(6, 3.4))
    better = [i for i, error in enumerate(errors) if i == 0 or error < errors[i - 1]]
    # The line goes on to the end of the search, where nothing better was found.
    xs = [*times, max(results.duration, times[-1])]
    ax.plot(
        xs,
        [*errors, errors[-1]],
        drawstyle="steps-post",
        markevery=better,
        label=label,
        **_style(len(ax.lines), markersize=5),
    )
    ax.set(xlabel="seconds", ylabel=f"best {_words(results.metric)}")
    if label is not None:
        ax.legend(frameon=False)
    return ax


def rungs(results: Results, ax: Axes | None = None) -> Axes:
    """Draw the errors at each rung; lines join the results of a trial that was promoted.

    Errors that are not finite are left out, so are jobs that were cut off.

    Args:
        results: of a search with a resource.
        ax: where to draw, a new figure's axes if None.

    Returns:
        The axes drawn on.

    Raises:
        ValueError: no result has both a resource and a finite error.
    """
    levels = {
        level: [r for r in rung if r.status == "finished" and math.isfinite(r.error)]
        for level, rung in results.rungs().items()
        if level is not None
    }
    levels = {level: rung for level, rung in levels.items() if rung}
    if not levels:
        raise ValueError("results: nothing to draw, no job with a resource has a finite error")
    ax = axes_or_new(ax, size=(5.5, 3.8))
    trials: dict[int, list[tuple[int, float]]] = {}
    for level, rung in levels.items():
        for result in rung:
            trials.setdefault(result.trial_id, []).append((level, result.error))
    for points in trials.values():
        if len(points) > 1:
            ax.plot(*zip(*points, strict=True), color=COLORS[0], linewidth=1, zorder=1)
    top = max(levels)
    promoted = [point for points in trials.values() for point in points[:-1]]
    last = [points[-1] for points in trials.values()]
    kinds: dict[str, tuple[list[tuple[int, float]], dict[str, Any]]] = {
        "promoted": (promoted, {"marker": "o", "color": COLORS[0]}),
        "not promoted": (
            [point for point in last if point[0] < top],
            {"marker": "o", "facecolor": "white", "edgecolor": "0.45"},
        ),
        "top rung": (
            [point for point in last if point[0] == top],
            {"marker": "D", "color": COLORS[1]},
        ),
    }
    for name, (points, style) in kinds.items():
        if points:
            levels_of, errors_of = zip(*points, strict=True)
            ax.scatter(levels_of, errors_of, s=26, label=name, zorder=2, **style)
    ax.set(xlabel="epochs trained for", ylabel=_words(results.metric))
    ax.set_xticks(list(levels))
    ax.legend(frameon=False)
    return ax


class LiveIncumbent:
    """A callback for `dlcourse.hpo.Tuner`: the best error so far, while the search runs.

    In a notebook with a reader before it the figure is redrawn in place; executed
    unattended it is drawn once, at the end. Either way one figure of each search stays.

    Args:
        every_seconds: redraw no sooner than so many seconds after the last time.

    Attributes:
        figure: the figure last drawn, None before.

    Raises:
        ValueError: ``every_seconds`` is below 0.
    """

    def __init__(self, every_seconds: float = 2.0) -> None:
        if every_seconds < 0:
            raise ValueError(f"every_seconds must be at least 0, got {every_seconds}")
        self.every_seconds = every_seconds
        self.figure: Figure | None = None
        self._drawn = -math.inf
        self._display = FigureDisplay()

    def __call__(self, results: Results) -> None:
        """Draw the results, if it is due and there is something to draw."""
        due = time.monotonic() - self._drawn >= self.every_seconds
        if due and runtime.is_live() and results.best is not None:
            self._draw(results)

    def finish(self, results: Results) -> None:
        """Draw what the search came to, if there is something to draw."""
        if results.best is not None:
            self._draw(results)
        # The next search is drawn where it runs, not where this one did.
        self._drawn, self._display = -math.inf, FigureDisplay()

    def _draw(self, results: Results) -> None:
        figure, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
        # Closed for pyplot, so that the notebook doesn't show it a second time.
        plt.close(figure)
        incumbent(results, ax=ax)
        self.figure, self._drawn = figure, time.monotonic()
        self._display.show(figure, f"best error so far after {len(results)} results")


def _style(index: int, **more: object) -> dict[str, Any]:
    """Return a line that differs from its neighbours in colour, dashes and marker."""
    return {
        "color": COLORS[index % len(COLORS)],
        "linestyle": LINES[index % len(LINES)],
        "marker": MARKERS[index % len(MARKERS)],
        **more,
    }


def _ranked_legend(ax: Axes, names: list[str]) -> None:
    """Name the lines in the order given, outside, where they hide no curve."""
    lines = {line.get_label(): line for line in ax.lines}
    if names:
        handles = [lines[name] for name in names]
        place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1, 1.02)}
        ax.legend(handles, names, title="best", frameon=False, **place)


def _least(errors: list[float]) -> float:
    return min((error for error in errors if math.isfinite(error)), default=math.inf)


def _words(metric: str) -> str:
    return metric.replace("_", " ")
