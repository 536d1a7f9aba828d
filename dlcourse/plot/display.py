"""Where a drawing goes: axes that are given or new, and one place in a notebook's output."""

from __future__ import annotations

from io import BytesIO

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlcourse import runtime


def axes_or_new(ax: Axes | None, size: tuple[float, float] = (4.5, 3.6)) -> Axes:
    """Return the axes given, or those of a new figure, ``size`` inches wide and high."""
    if ax is not None:
        return ax
    return plt.subplots(figsize=size, layout="constrained")[1]


class FigureDisplay:
    """One place in a notebook's output that shows the newest figure."""

    def __init__(self) -> None:
        self._handle: object | None = None

    def show(self, figure: Figure, text: str) -> None:
        """Show the figure in place of the one before; outside a notebook do nothing."""
        if not runtime.in_notebook():
            return
        from IPython.display import display

        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=144)
        bundle = {"image/png": buffer.getvalue(), "text/plain": text}
        width = {"image/png": {"width": round(figure.get_figwidth() * 80)}}
        if self._handle is None:
            self._handle = display(bundle, metadata=width, raw=True, display_id=True)
        else:
            self._handle.update(bundle, metadata=width, raw=True)  # type: ignore[attr-defined]
