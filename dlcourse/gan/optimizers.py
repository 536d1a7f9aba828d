"""Adam as the GAN chapters use it."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim import Adam

# Devices with a fused Adam kernel. On a CPU, with the nets of the plane, it takes a third
# of the time of the loop over parameters.
FUSED_DEVICES = ("cpu", "cuda", "mps")


def adam(
    net: nn.Module,
    learning_rate: float,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    weight_decay: float = 0.0,
) -> Adam:
    """Return Adam over the net's parameters, fused where the device has such a kernel.

    Args:
        net: on the device it will be trained on.
        learning_rate: above 0.
        beta1: the decay of the mean of the gradients. GANs train more steadily with 0.5
            (Radford et al. 2016, section 4): a long memory of gradients is out of date
            once the opponent has moved.
        beta2: the decay of the mean of their squares.
        weight_decay: added to the gradient, times the weight, before the averages.

    Raises:
        ValueError: the net has no parameters, or ``learning_rate`` is not above 0.
    """
    parameters = [p for p in net.parameters() if p.requires_grad]
    if not parameters:
        raise ValueError("adam: the net has no parameters to train")
    if learning_rate <= 0:
        raise ValueError(f"learning_rate must be above 0, got {learning_rate}")
    fused = all(
        p.device.type in FUSED_DEVICES and torch.is_floating_point(p) for p in parameters
    )
    return Adam(
        parameters,
        lr=learning_rate,
        betas=(beta1, beta2),
        weight_decay=weight_decay,
        fused=fused or None,
    )
