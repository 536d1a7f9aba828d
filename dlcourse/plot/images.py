"""Images side by side."""

from __future__ import annotations

import torch
from matplotlib.axes import Axes

from dlcourse.data.images import from_unit_range
from dlcourse.plot.display import axes_or_new


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
        ax = axes_or_new(None, size=(0.9 * columns, 0.9 * rows))
    ax.imshow(_tile(images.detach().cpu(), rows, columns), interpolation="nearest")
    ax.set_axis_off()
    return ax


def _tile(images: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Return uint8 ``(rows · height, columns · width, 3)``, white where no image is."""
    if images.dtype != torch.uint8:
        images = from_unit_range(images)
    count, _, height, width = images.shape
    sheet = torch.full((rows * columns, 3, height, width), 255, dtype=torch.uint8)
    sheet[:count] = images
    sheet = sheet.view(rows, columns, 3, height, width).permute(0, 3, 1, 4, 2)
    return sheet.reshape(rows * height, columns * width, 3)
