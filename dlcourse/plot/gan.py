"""Drawings of adversarial training: losses, points, and both while it runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dlcourse import runtime
from dlcourse.plot.display import FigureDisplay, axes_or_new
from dlcourse.plot.images import image_grid

if TYPE_CHECKING:
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
    ax = axes_or_new(ax)
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
    ax = axes_or_new(ax)
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
        self._display = FigureDisplay()

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
