"""Measures of how well generated points fit: errors of their mean and covariance."""

from __future__ import annotations

import torch
from torch import nn


def mean_error(points: torch.Tensor, mean: torch.Tensor) -> float:
    """Return the Euclidean distance between the points' mean and ``mean``.

    Args:
        points: ``(n, d)``.
        mean: ``(d,)``.

    Raises:
        ValueError: the shapes do not fit.
    """
    _check_points(points)
    _check_shape("mean", mean, (points.shape[1],))
    return float(torch.linalg.vector_norm(points.mean(0) - mean.to(points)))


def covariance_error(points: torch.Tensor, covariance: torch.Tensor) -> float:
    """Return the relative error of the points' covariance, in the Frobenius norm.

    That is ‖S - C‖ / ‖C‖ with S the covariance of the points (divisor n - 1).

    Args:
        points: ``(n, d)``, n at least 2.
        covariance: C, ``(d, d)``.

    Raises:
        ValueError: the shapes do not fit.
    """
    _check_points(points)
    _check_shape("covariance", covariance, (points.shape[1], points.shape[1]))
    return relative_error(_covariance(points), covariance.to(points))


def linear_generator_moments(net: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and covariance of what a linear generator makes, exactly.

    With weight W and bias b, x = W z + b for standard normal z has mean b and
    covariance W Wᵀ, so that no sampling error enters.

    Args:
        net: an `nn.Linear` with a bias, or an `nn.Sequential` holding just one.

    Returns:
        The mean ``(d,)`` and the covariance ``(d, d)``.

    Raises:
        ValueError: the net is no such linear layer.
    """
    layers = [module for module in net.modules() if not list(module.children())]
    if len(layers) != 1 or not isinstance(layers[0], nn.Linear) or layers[0].bias is None:
        raise ValueError(
            "linear_generator_moments: expected one nn.Linear with a bias, "
            f"got {[type(layer).__name__ for layer in layers]}"
        )
    weight, bias = layers[0].weight.detach(), layers[0].bias.detach()
    return bias.clone(), weight @ weight.T


def gaussian_errors(generator: nn.Module, points: torch.Tensor) -> tuple[float, float]:
    """Return how far a linear generator is from the sample it was trained on.

    Both sides are exact: the generator's moments come from its parameters, and the goal
    is the sample's own mean and covariance, not those it was drawn with.

    Args:
        generator: see `linear_generator_moments`.
        points: the training sample ``(n, d)``, n at least 2.

    Returns:
        The Euclidean error of the mean and the relative error of the covariance.
    """
    mean, covariance = linear_generator_moments(generator)
    points = points.to(mean)
    goal = _covariance(points)
    return mean_error(points, mean), relative_error(covariance, goal)


def relative_error(estimate: torch.Tensor, truth: torch.Tensor) -> float:
    """Return ‖estimate - truth‖ / ‖truth‖, for matrices in the Frobenius norm."""
    return float(torch.linalg.norm(estimate - truth) / torch.linalg.norm(truth))


def _covariance(points: torch.Tensor) -> torch.Tensor:
    _check_points(points)
    if len(points) < 2:
        raise ValueError("points: a covariance needs at least 2 points, got 1")
    centred = points - points.mean(0)
    return centred.T @ centred / (len(points) - 1)


def _check_points(points: torch.Tensor) -> None:
    if points.dim() != 2 or len(points) == 0:
        raise ValueError(f"points: expected shape (n, d), n > 0, got {tuple(points.shape)}")


def _check_shape(name: str, tensor: torch.Tensor, expected: tuple[int, ...]) -> None:
    if tuple(tensor.shape) != expected:
        raise ValueError(f"{name}: expected shape {expected}, got {tuple(tensor.shape)}")
