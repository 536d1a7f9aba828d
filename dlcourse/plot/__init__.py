"""Drawings of the chapters, each from data that was computed before."""

from dlcourse.plot.gan import GENERATED, REAL, LivePlot, generate, losses, points
from dlcourse.plot.hpo import LiveIncumbent, incumbent, learning_curves, rungs
from dlcourse.plot.images import image_grid
from dlcourse.plot.timeline import gantt

__all__ = [
    "GENERATED",
    "REAL",
    "LiveIncumbent",
    "LivePlot",
    "gantt",
    "generate",
    "image_grid",
    "incumbent",
    "learning_curves",
    "losses",
    "points",
    "rungs",
]
