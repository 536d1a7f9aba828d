"""Points of a two-dimensional Gaussian, the smallest data a GAN can be tried on."""

from __future__ import annotations

from collections.abc import Sequence

import torch

TRANSFORM = ((1.0, 2.0), (-0.1, 0.5))
MEAN = (1.0, 2.0)


def gaussian_points(
    num_points: int,
    *,
    mean: Sequence[float] = MEAN,
    transform: Sequence[Sequence[float]] = TRANSFORM,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Draw rows ``x @ transform + mean`` with ``x`` standard normal.

    Args:
        num_points: how many points, at least 1.
        mean: the shift, ``d`` numbers.
        transform: the ``d × d`` matrix A; the points' covariance is AᵀA.
        generator: the source of randomness, torch's default if None.

    Returns:
        float32 of shape ``(num_points, d)``, on the CPU.

    Raises:
        ValueError: ``num_points`` is below 1, or ``transform`` and ``mean`` do not fit.
    """
    if num_points < 1:
        raise ValueError(f"num_points must be at least 1, got {num_points}")
    shift, matrix = torch.tensor(mean), torch.tensor(transform)
    expected = (len(shift), len(shift))
    if tuple(matrix.shape) != expected:
        raise ValueError(
            f"transform: expected shape {expected} to fit the mean, got {tuple(matrix.shape)}"
        )
    return torch.randn(num_points, len(shift), generator=generator) @ matrix + shift


def gaussian_covariance(transform: Sequence[Sequence[float]] = TRANSFORM) -> torch.Tensor:
    """Return AᵀA, the ``(d, d)`` covariance of ``x @ A`` for standard normal ``x``."""
    matrix = torch.tensor(transform)
    return matrix.T @ matrix
