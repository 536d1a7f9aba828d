"""What a training run holds: its history, and everything needed to go on with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import nn
from torch.optim import Optimizer

from dlcourse.gan.averaging import AveragedWeights


class NonFiniteLossError(ArithmeticError):
    """A loss became NaN or infinite; training went no further.

    Attributes:
        step: the update at which it happened, counted from 1 over the whole training.
        net: ``"discriminator"`` or ``"generator"``.
    """

    def __init__(self, net: str, value: float, step: int, epoch: int) -> None:
        super().__init__(
            f"the {net}'s loss is {value} at step {step} (epoch {epoch}); training stopped. "
            "Try a smaller learning rate, and look for NaN in the data"
        )
        self.net, self.step = net, step


@dataclass
class History:
    """What `train` measured, one number an epoch in each list.

    Attributes:
        discriminator_loss: the mean over the epoch's examples (not over minibatches, so
            that a short last one does not weigh too much).
        generator_loss: likewise.
        steps: updates of each net.
        seconds: wall-clock time of the epoch.
        examples_per_second: the epoch's examples by its seconds.
    """

    discriminator_loss: list[float] = field(default_factory=list)
    generator_loss: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    examples_per_second: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of epochs."""
        return len(self.discriminator_loss)


@dataclass
class Training:
    """A training run between two epochs; `train` hands it to its callback.

    Attributes:
        generator: the net in training.
        discriminator: its opponent.
        generator_optimizer: holds the generator's parameters.
        discriminator_optimizer: holds the discriminator's parameters.
        num_epochs: the number of epochs to train in all.
        history: one entry for each epoch done.
        averages: the running average of the generator's weights, if one is kept.
        sampler: the source of minibatch order and latent variables, if not torch's own.
    """

    generator: nn.Module
    discriminator: nn.Module
    generator_optimizer: Optimizer
    discriminator_optimizer: Optimizer
    num_epochs: int = 0
    history: History = field(default_factory=History)
    averages: AveragedWeights | None = None
    sampler: torch.Generator | None = None

    @property
    def epoch(self) -> int:
        """The number of epochs done."""
        return len(self.history)

    @property
    def best_generator(self) -> nn.Module:
        """The averaged generator where an average is kept, else the one in training."""
        return self.generator if self.averages is None else self.averages.net
