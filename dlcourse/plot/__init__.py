"""Drawings of the chapters, each from data that was computed before."""

from dlcourse.plot.gan import GENERATED, REAL, LivePlot, generate, losses, points
from dlcourse.plot.images import image_grid

__all__ = [
    "GENERATED",
    "REAL",
    "LivePlot",
    "generate",
    "image_grid",
    "losses",
    "points",
]
