"""Drawings of the chapters, each from data that was computed before."""

from __future__ import annotations

import math
from io import BytesIO

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dlcourse import runtime
from dlcourse.data.images import from_unit_range
from dlcourse.gan.state import History, Training

# Okabe and Ito's palette, told apart with every common colour vision.
REAL, GENERATED = "#0072B2", "#D55E00"
LN2 = math.log(2)


def losses(history: History, ax: Axes | None = None) -> Axes:
    """Draw both losses over the epochs, with ln 2 as a dotted line.

    Args:
        history: what `dlcourse.gan.train` returned, at least one epoch.
        ax: where to draw, a new figure's axes if None.

    Returns:
        The axes drawn on.

    Raises:
        ValueError: the history is empty.
    """
    if len(history) == 0:
        raise ValueError("history: nothing to draw, it has no epoch yet")
    ax = _axes(ax)
    epochs = range(1, len(history) + 1)
    marker = "o" if len(history) == 1 else None
    ax.plot(
        epochs, history.discriminator_loss, color=REAL, marker=marker, label="discriminator"
    )
    ax.plot(
        epochs,
        history.generator_loss,
        color=GENERATED,
        linestyle="--",
        marker=marker,
        label="generator",
    )
    ax.axhline(LN2, color="0.5", linestyle=":", linewidth=1, label="ln 2")
    ax.set(xlabel="epoch", ylabel="loss")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False)
    return ax


def points(real: torch.Tensor, generated: torch.Tensor, ax: Axes | None = None) -> Axes:
    """Draw real and generated points of the plane, told apart by colour and marker.

    Args:
        real: ``(n, 2)``.
        generated: ``(m, 2)``.
        ax: where to draw, a new figure's axes if None.

    Returns:
        The axes drawn on.

    Raises:
        ValueError: a tensor has another shape.
    """
    ax = _axes(ax)
    for name, cloud, color, marker in (
        ("real", real, REAL, "o"),
        ("generated", generated, GENERATED, "x"),
    ):
        if cloud.dim() != 2 or cloud.shape[1] != 2:
            raise ValueError(f"{name}: expected shape (n, 2), got {tuple(cloud.shape)}")
        xs, ys = cloud.detach().cpu().T
        ax.scatter(xs, ys, s=14, alpha=0.6, color=color, marker=marker, label=name)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    ax.legend(frameon=False)
    return ax


def image_grid(images: torch.Tensor, *, columns: int = 8, ax: Axes | None = None) -> Axes:
    """Draw images side by side, row after row.

    Args:
        images: ``(n, channels, height, width)`` with 1 or 3 channels, uint8, or
            floating-point in [-1, 1] (values outside are clipped).
        columns: how many beside each other.
        ax: where to draw, a new figure's axes if None.

    Returns:
        The axes drawn on, without ticks.

    Raises:
        ValueError: the tensor has another shape, or ``columns`` is below 1.
    """
    if images.dim() != 4 or images.shape[1] not in (1, 3) or len(images) == 0:
        raise ValueError(
            f"images: expected shape (n, 1 or 3, height, width), got {tuple(images.shape)}"
        )
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    if ax is None:
        ax = _axes(None, size=(0.9 * columns, 0.9 * rows))
    ax.imshow(_tile(images.detach().cpu(), rows, columns), interpolation="nearest")
    ax.set_axis_off()
    return ax


class LivePlot:
    """A callback for `dlcourse.gan.train`: losses, beside them what the generator makes.

    In a notebook with a reader before it the figure is redrawn in place; executed
    unattended it is drawn once, after the last epoch. Either way one figure stays.

    Args:
        latent: the latent variables to draw generated examples from, the same each time;
            they are moved to where the generator is.
        real: points ``(n, 2)`` to draw generated points over; not used for images.
        every: redraw after so many epochs.

    Attributes:
        figure: the figure last drawn, None before.
    """

    def __init__(
        self, latent: torch.Tensor, real: torch.Tensor | None = None, *, every: int = 1
    ) -> None:
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.latent, self.real, self.every = latent, real, every
        self.figure: Figure | None = None
        self._display = _FigureDisplay()

    def __call__(self, training: Training) -> None:
        """Draw the training's state, if it is due."""
        last = training.epoch >= training.num_epochs
        if not last and (training.epoch % self.every or not runtime.is_live()):
            return
        self.figure = self._draw(training)
        self._display.show(self.figure, f"losses and samples after {training.epoch} epochs")

    def _draw(self, training: Training) -> Figure:
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        # Closed for pyplot, so that the notebook doesn't show it a second time.
        plt.close(figure)
        losses(training.history, left)
        examples = generate(training.best_generator, self.latent)
        if examples.dim() == 2:
            points(examples[:0] if self.real is None else self.real, examples, right)
        else:
            image_grid(examples, columns=math.ceil(math.sqrt(len(examples))), ax=right)
        return figure


@torch.no_grad()
def generate(generator: torch.nn.Module, latent: torch.Tensor) -> torch.Tensor:
    """Return the generator's examples in evaluation mode, on the CPU; its mode is kept."""
    was_training = generator.training
    generator.eval()
    try:
        return generator(latent.to(next(generator.parameters()))).cpu()
    finally:
        generator.train(was_training)


class _FigureDisplay:
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


def _axes(ax: Axes | None, size: tuple[float, float] = (4.5, 3.6)) -> Axes:
    if ax is not None:
        return ax
    return plt.subplots(figsize=size, layout="constrained")[1]


def _tile(images: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Return uint8 ``(rows · height, columns · width, 3)``, white where no image is."""
    if images.dtype != torch.uint8:
        images = from_unit_range(images)
    count, _, height, width = images.shape
    sheet = torch.full((rows * columns, 3, height, width), 255, dtype=torch.uint8)
    sheet[:count] = images
    sheet = sheet.view(rows, columns, 3, height, width).permute(0, 3, 1, 4, 2)
    return sheet.reshape(rows * height, columns * width, 3)
