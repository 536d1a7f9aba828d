"""The nets of the chapters on generative adversarial networks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import nn


def linear_generator(latent_dim: int = 2, out_dim: int = 2) -> nn.Sequential:
    """Return the linear net ``(n, latent_dim)`` → ``(n, out_dim)``."""
    return nn.Sequential(nn.Linear(latent_dim, out_dim))


def tanh_discriminator(widths: Sequence[int] = (2, 5, 3, 1)) -> nn.Sequential:
    """Return a multilayer perceptron with tanh between its linear layers.

    Args:
        widths: the sizes from input to output, at least two; the last is 1, the logit.

    Returns:
        A net ``(n, widths[0])`` → ``(n, widths[-1])``.

    Raises:
        ValueError: fewer than two sizes are given.
    """
    if len(widths) < 2:
        raise ValueError(f"widths: expected at least two sizes, got {tuple(widths)}")
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        layers += [nn.Linear(fan_in, fan_out), nn.Tanh()]
    return nn.Sequential(*layers[:-1])
