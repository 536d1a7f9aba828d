"""Who worked when: the timeline of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dlcourse.plot.display import axes_or_new

if TYPE_CHECKING:
    from dlcourse.hpo.jobs import Result, Results

# Light to dark, and a hatch each: the deeper the rung, the more ink.
SHADES = ("#E8F1F8", "#B4D4EA", "#7FB5DA", "#4A92C4", "#2A6FA5", "#1B4C78")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++")
INK = "0.25"
# Of a gantt's labels, in points; below the least they would be a blur.
LABEL_SIZES = (5.5, 9.0)
NAMED_WORKERS = 16
CROSS = "#D55E00"


def trial_number(result: Result) -> str:
    """Return the trial's number, which `gantt` writes into bars."""
    return str(result.trial_id)


def gantt(
    results: Results,
    *,
    until: float | None = None,
    label: Callable[[Result], str] | None = trial_number,
    ax: Axes | None = None,
) -> Axes:
    """Draw a row for each worker and in it a bar for each job, over time.

    Bars have shade and hatch of their rung, the resource trained to. A failed job is
    crossed out, one that was cut off is white with a dashed edge.

    Args:
        results: of the search.
        until: the end of the time axis in seconds; the search's if None.
        label: what is written into a bar; nothing if None. A bar too narrow for its
            label stays empty.
        ax: where to draw, a new figure's axes if None.

    Returns:
        The axes drawn on.

    Raises:
        ValueError: there is no result.
    """
    check_some(results)
    workers = results.num_workers
    height = 1.1 + 0.42 * min(workers, NAMED_WORKERS)
    ax = axes_or_new(ax, size=(8.75, height))
    end = results.duration if until is None else until
    # A little more, or the last bar's edge would be cut in half.
    ax.set(xlim=(0, 1.003 * end), ylim=(workers - 0.5, -0.5), xlabel="seconds", ylabel="worker")
    shown = [result for result in results if result.started < end]
    levels = [level for level in results.rungs() if level is not None]
    for result in shown:
        _bar(ax, result, levels)
    if workers <= NAMED_WORKERS:
        ax.set_yticks(range(workers))
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(left=False)
    _gantt_legend(ax, shown, levels)
    if label is not None and workers <= NAMED_WORKERS:
        _label_bars(ax, shown, label, end)
    return ax


def check_some(results: Results) -> None:
    """Raise ValueError if there is nothing to draw."""
    if len(results) == 0:
        raise ValueError("results: nothing to draw, there is no result yet")


def _bar(ax: Axes, result: Result, levels: list[int]) -> None:
    width = result.ended - result.started
    place: dict[str, Any] = {
        "y": result.worker,
        "width": width,
        "left": result.started,
        "height": 0.78,
    }
    if result.status == "cut":
        ax.barh(**place, facecolor="white", edgecolor=INK, linestyle="--", linewidth=0.8)
        return
    ax.barh(**place, edgecolor=INK, linewidth=0.8, **_rung_style(result.resource, levels))
    if result.status == "failed":
        low, high = result.worker - 0.39, result.worker + 0.39
        for ys in ((low, high), (high, low)):
            ax.plot(
                (result.started, result.ended),
                ys,
                color=CROSS,
                linewidth=1.4,
                label="_failed",
            )


def _rung_style(resource: int | None, levels: list[int]) -> dict[str, Any]:
    index = levels.index(resource) if resource in levels else 0
    return {"facecolor": SHADES[index % len(SHADES)], "hatch": HATCHES[index % len(HATCHES)]}


def _gantt_legend(ax: Axes, shown: Iterable[Result], levels: list[int]) -> None:
    """Name the rungs and what else is in sight, in a row above the bars."""
    statuses = {result.status for result in shown}
    entries: list[tuple[object, str]] = [
        (Patch(edgecolor=INK, linewidth=0.8, **_rung_style(level, levels)), f"to {level}")
        for level in levels
    ]
    if "failed" in statuses:
        crossed = Line2D([], [], color=CROSS, marker="x", linestyle="", markersize=8)
        entries.append((crossed, "failed"))
    if "cut" in statuses:
        dashed = Patch(facecolor="white", edgecolor=INK, linestyle="--", linewidth=0.8)
        entries.append((dashed, "cut off"))
    if not entries:
        return
    handles, names = zip(*entries, strict=True)
    ax.legend(
        handles,
        names,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(entries),
        frameon=False,
        borderaxespad=0.2,
        handlelength=2.4,
        handleheight=1.1,
    )


def _label_bars(
    ax: Axes, shown: Iterable[Result], label: Callable[[Result], str], end: float
) -> None:
    points_per_second = 72 * ax.get_window_extent().width / ax.figure.dpi / max(end, 1e-9)
    for result in shown:
        text, right = label(result), min(result.ended, end)
        room = (right - result.started) * points_per_second - 4
        size = min(LABEL_SIZES[1], room / (0.62 * max(len(text), 1)))
        if size >= LABEL_SIZES[0]:
            _write(ax, (result.started + right) / 2, result.worker, text, size)


def _write(ax: Axes, x: float, y: float, text: str, size: float) -> None:
    """Write black on a white outline, which no hatch makes unreadable."""
    written = ax.text(x, y, text, size=size, ha="center", va="center", clip_on=True)
    written.set_path_effects([patheffects.withStroke(linewidth=3, foreground="white")])
