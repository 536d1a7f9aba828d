"""Checks that turn a shape that does not fit into one line naming the tensor."""

from __future__ import annotations

import math

import torch
from torch import nn


def check_same_examples(real: torch.Tensor, fake: torch.Tensor) -> None:
    """Raise a ValueError unless real and generated examples have the same shape."""
    if real.shape[1:] != fake.shape[1:]:
        expected = _shape_text(("n", *fake.shape[1:]))
        raise ValueError(
            f"real: expected shape {expected}, as the generator makes them, "
            f"got {tuple(real.shape)}"
        )


def apply_generator(generator: nn.Module, latent: torch.Tensor) -> torch.Tensor:
    """Return ``generator(latent)``; a shape that does not fit names the latent variables."""
    return _apply(generator, latent, "generator", "latent")


def apply_discriminator(
    discriminator: nn.Module, examples: torch.Tensor, name: str
) -> torch.Tensor:
    """Return the logits of ``examples``, one for each.

    Raises:
        ValueError: the examples do not fit the discriminator, or it does not give one
            logit for each of them.
    """
    logits = _apply(discriminator, examples, "discriminator", name)
    count = examples.shape[0]
    if logits.numel() != count or logits.shape[0] != count:
        raise ValueError(
            f"logits of {name}: expected shape ({count}, 1), one logit for each "
            f"example, got {tuple(logits.shape)}"
        )
    return logits


def expected_input(net: nn.Module) -> str | None:
    """Describe the shape the net's first layer with weights takes, None if unknown."""
    for module in net.modules():
        if isinstance(module, nn.Unflatten):
            return _shape_text(("n", math.prod(module.unflattened_size)))
        if isinstance(module, nn.Linear):
            return _shape_text(("n", module.in_features))
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            return _shape_text(("n", module.in_channels, "height", "width"))
    return None


def _apply(net: nn.Module, inputs: torch.Tensor, net_name: str, name: str) -> torch.Tensor:
    try:
        return net(inputs)
    except RuntimeError as error:
        expected = expected_input(net)
        if expected is None or "out of memory" in str(error) or _fits(net, inputs):
            raise
        raise ValueError(
            f"{name}: the {net_name} expects shape {expected}, got {tuple(inputs.shape)} "
            f"({str(error).splitlines()[0]})"
        ) from error


def _fits(net: nn.Module, inputs: torch.Tensor) -> bool:
    """Tell whether the first layer takes the inputs, so that the fault lies elsewhere."""
    for module in net.modules():
        if isinstance(module, nn.Unflatten):
            return inputs[0].numel() == math.prod(module.unflattened_size)
        if isinstance(module, nn.Linear):
            return inputs.dim() >= 1 and inputs.shape[-1] == module.in_features
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            return inputs.dim() == 4 and inputs.shape[1] == module.in_channels
    return True


def _shape_text(sizes: tuple[int | str, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"
