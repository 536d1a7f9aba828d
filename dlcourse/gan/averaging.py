"""An exponential moving average of a net's weights."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


class AveragedWeights:
    """Keep a copy of a net whose weights are an exponential average of the net's.

    After each update, average ← decay · average + (1 - decay) · weights. The generator
    of a GAN circles around its goal; the average cuts the circle's radius (Yazıcı et
    al. 2019, "The Unusual Effectiveness of Averaging in GAN Training", equation 4).

    With ``warm_up`` the decay at update t is min(decay, (t - 1)/(t + 3)): the random weights
    of the start are forgotten at once, and until ``decay`` is reached each update weighs
    in proportion to t³ (polynomial-decay averaging, Shamir and Zhang 2013, "Stochastic
    Gradient Descent for Non-smooth Optimization", section 4, with η = 3). Buffers (the
    running statistics of batch normalization) are copied; `refresh_statistics` makes them
    fit the averaged weights.

    Args:
        net: the net to follow; the copy lies on the same device.
        decay: in [0, 1).
        warm_up: start with a smaller decay.

    Attributes:
        net: the averaged copy, in evaluation mode and without gradients.

    Raises:
        ValueError: ``decay`` is outside [0, 1).
    """

    def __init__(self, net: nn.Module, decay: float = 0.999, *, warm_up: bool = True) -> None:
        if not 0.0 <= decay < 1.0:
            raise ValueError(f"decay must be in [0, 1), got {decay}")
        self.decay, self.warm_up, self.num_updates = decay, warm_up, 0
        self.net = copy.deepcopy(net).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Take the present weights of ``net`` into the average."""
        self.num_updates += 1
        decay = self.decay
        if self.warm_up:
            decay = min(decay, (self.num_updates - 1) / (self.num_updates + 3))
        averaged: list[torch.Tensor] = list(self.net.parameters())
        weights: list[torch.Tensor] = list(net.parameters())
        torch._foreach_lerp_(averaged, weights, 1.0 - decay)
        for kept, buffer in zip(self.net.buffers(), net.buffers(), strict=True):
            kept.copy_(buffer)

    @torch.no_grad()
    def refresh_statistics(self, minibatches: Iterable[torch.Tensor]) -> None:
        """Measure the running statistics of batch normalization with the averaged weights.

        Those copied belong to the weights in training, with which the averaged ones give
        other activations; the images then come out too pale or with false colours. Each
        minibatch counts the same. A net without batch normalization stays as it is.

        Args:
            minibatches: inputs of the net, on its device.
        """
        norms = [m for m in self.net.modules() if isinstance(m, _BatchNorm)]
        norms = [m for m in norms if m.track_running_stats]
        if not norms:
            return
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.train()
        for count, minibatch in enumerate(minibatches, 1):
            for norm in norms:
                norm.momentum = 1 / count  # makes it a plain mean over the minibatches
            self.net(minibatch)
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            norm.eval()

    def to(self, device: torch.device | str) -> AveragedWeights:
        """Move the average to a device; return self."""
        self.net.to(device)
        return self

    def state_dict(self) -> dict[str, Any]:
        """Return the average and how many updates went into it."""
        return {"net": self.net.state_dict(), "num_updates": self.num_updates}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.net.load_state_dict(state["net"])
        self.num_updates = state["num_updates"]
