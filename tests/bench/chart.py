"""Draw the figures of ``_build/bench.json`` against their targets: ``_build/bench.svg``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

REACHED, MISSED, REPORTED = "#2a7f62", "#b3342d", "#8a8f98"
INCHES_PER_FIGURE = 0.24
# Beyond this factor a bar says no more.
MOST = 100.0


def shares(record: dict[str, Any]) -> float | None:
    """How far a figure is beyond its target: 2 is twice as good, 0.5 half; None without one.

    Args:
        record: of ``bench.json``.
    """
    value, target = record["value"], record["target"]
    if target is None or value <= 0 or target <= 0:
        return None
    share = value / target if record["better"] == "higher" else target / value
    return min(max(share, 1 / MOST), MOST)


def draw(records: list[dict[str, Any]], machines: dict[str, str], path: Path) -> None:
    """Write the chart.

    Figures with a target are bars from the target outwards, on a scale of factors; those
    without one are only named, with their value.

    Args:
        records: of ``bench.json``.
        machines: what each figure was measured on, by its name.
        path: of the SVG file.
    """
    records = sorted(records, key=lambda record: record["name"], reverse=True)
    lines = _machine_lines(records, machines)
    height = 1.4 + INCHES_PER_FIGURE * max(len(records), 4) + 0.2 * len(lines)
    figure = Figure(figsize=(10, height), layout="constrained")
    axes = figure.subplots()
    for row, record in enumerate(records):
        _draw_row(axes, row, record)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(1 / MOST, MOST)
    axes.set_xticks(
        [0.01, 0.1, 0.5, 1, 2, 10, 100], ["1/100", "1/10", "1/2", "target", "2", "10", "100"]
    )
    axes.set_yticks(range(len(records)), [record["name"] for record in records], fontsize=7)
    axes.set_ylim(-0.6, len(records) - 0.4)
    axes.set_xlabel("times better than the target (right), or worse (left)")
    axes.set_title("Benchmarks against their targets", loc="left")
    figure.supxlabel("\n".join(lines), fontsize=6, x=0.01, ha="left")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Words stay words, so that a browser finds them.
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(path)


def _draw_row(axes: Any, row: int, record: dict[str, Any]) -> None:
    share = shares(record)
    unit = record["unit"]
    label = f"{record['value']:.3g} {unit if len(unit) <= 40 else unit[:39] + '…'}"
    if share is None:
        axes.text(1.05, row, label, va="center", fontsize=6, color=REPORTED)
        return
    colour = REACHED if record["ok"] else MISSED
    axes.barh(row, math.fabs(share - 1), left=min(share, 1), color=colour, height=0.6)
    axes.text(max(share, 1) * 1.05, row, label, va="center", fontsize=6, color=colour)


def _machine_lines(records: list[dict[str, Any]], machines: dict[str, str]) -> list[str]:
    """Each machine once, with the areas that were measured on it."""
    areas: dict[str, set[str]] = {}
    for record in records:
        machine = machines.get(record["name"], "an unknown machine")
        areas.setdefault(machine, set()).add(record["name"].split(".")[0])
    return [f"{', '.join(sorted(names))}: {machine}" for machine, names in areas.items()]
