"""The training loop of a GAN."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import nn
from torch.optim import Optimizer

from dlcourse.gan.averaging import AveragedWeights
from dlcourse.gan.batches import Batches, Transform
from dlcourse.gan.losses import nonsaturating_generator_loss
from dlcourse.gan.shapes import apply_generator
from dlcourse.gan.state import History, NonFiniteLossError, Training
from dlcourse.gan.updates import (
    GeneratorLoss,
    discriminator_step,
    generator_step,
    uses_batch_statistics,
)
from dlcourse.progress import progress_bar

# Minibatches of an epoch from which an average's batch normalization is measured: enough
# for a mean over more than a hundred images, little beside the epoch's own work.
STATISTICS_BATCHES = 6

Callback = Callable[[Training], object]


def train(
    generator: nn.Module,
    discriminator: nn.Module,
    data: torch.Tensor | Iterable[object],
    *,
    num_epochs: int,
    batch_size: int | None = None,
    latent_dim: int,
    generator_optimizer: Optimizer,
    discriminator_optimizer: Optimizer,
    generator_loss: GeneratorLoss = nonsaturating_generator_loss,
    real_target: float = 1.0,
    learning_rate_factor: Callable[[float], float] | None = None,
    averages: AveragedWeights | None = None,
    fakes_per_real: int = 1,
    transform: Transform | None = None,
    device: torch.device | str | None = None,
    seed: int | torch.Generator | None = None,
    history: History | None = None,
    callback: Callback | None = None,
) -> History:
    """Train both nets, the discriminator first in each step.

    Args:
        generator: maps latent variables ``(n, latent_dim)`` to examples.
        discriminator: maps examples to logits ``(n, 1)``.
        data: examples ``(num_examples, ...)``, or an iterable of minibatches.
        num_epochs: the number of epochs in all, with those already in ``history``.
        batch_size: the size of a minibatch where ``data`` is a tensor.
        latent_dim: the number of latent variables an example is made from.
        generator_optimizer: holds the generator's parameters.
        discriminator_optimizer: holds the discriminator's parameters.
        generator_loss: maps the logits of generated examples to a scalar.
        real_target: see `discriminator_loss`; below 1 it is label smoothing.
        learning_rate_factor: maps the progress, from 0 to 1, to the factor both learning
            rates are multiplied with, such as `linear_decay`.
        averages: follows the generator's weights, updated after each step; its batch
            normalization is measured anew after each epoch.
        fakes_per_real: how many examples are generated for each real one; more of them
            make the generator's steps less noisy.
        transform: applied to each minibatch of examples, such as a random flip.
        device: where to train, by default where the generator is.
        seed: a number, or the random generator itself, for the order of minibatches and
            the latent variables; by default torch's own.
        history: of epochs already done, as a checkpoint gives it; it is continued.
        callback: called with the `Training` after each epoch; what it returns is ignored.

    Returns:
        The history, one entry an epoch.

    Raises:
        ValueError: a shape does not fit, or there is no data; the message names the tensor.
        NonFiniteLossError: a loss is NaN or infinite; the message names the step.
    """
    if num_epochs < 0:
        raise ValueError(f"num_epochs must be at least 0, got {num_epochs}")
    if history and isinstance(seed, int):
        raise ValueError(
            "seed: training that goes on needs the random generator that load_checkpoint "
            "restored, not a number to begin anew with"
        )
    place = _device_of(generator) if device is None else torch.device(device)
    generator.to(place)
    discriminator.to(place)
    if averages is not None:
        averages.to(place)
    sampler = torch.Generator().manual_seed(seed) if isinstance(seed, int) else seed
    batches = Batches(
        data,
        batch_size=batch_size,
        latent_dim=latent_dim,
        device=place,
        dtype=next(generator.parameters()).dtype,
        sampler=sampler,
        fakes_per_real=fakes_per_real,
        transform=transform,
    )
    state = Training(
        generator,
        discriminator,
        generator_optimizer,
        discriminator_optimizer,
        num_epochs,
        History() if history is None else history,
        averages,
        sampler,
    )
    schedule = _Schedule(state, learning_rate_factor)
    joined = not uses_batch_statistics(discriminator)
    settings = _Settings(generator_loss, real_target, joined)
    with progress_bar(num_epochs, done=state.epoch) as bar:
        while state.epoch < num_epochs:
            _run_epoch(state, batches, schedule, settings)
            bar.advance(
                discriminator=state.history.discriminator_loss[-1],
                generator=state.history.generator_loss[-1],
            )
            if callback is not None:
                callback(state)
    return state.history


def linear_decay(progress: float) -> float:
    """Return the factor that falls in a line from 1 at progress 0 to 0 at progress 1."""
    return 1.0 - progress


def cosine_decay(progress: float) -> float:
    """Return the factor that falls along half a cosine from 1 to 0.

    (Loshchilov and Hutter 2017, "SGDR", equation 5, without restarts.)
    """
    return (1.0 + math.cos(math.pi * progress)) / 2


@dataclass(frozen=True)
class _Settings:
    """What stays the same from step to step."""

    generator_loss: GeneratorLoss
    real_target: float
    joined: bool


def _run_epoch(
    state: Training,
    batches: Batches,
    schedule: _Schedule,
    settings: _Settings,
) -> None:
    state.generator.train()
    state.discriminator.train()
    start, examples, sums = time.perf_counter(), 0, [0.0, 0.0]
    steps, step = len(batches) if schedule.follows_progress else 0, 0
    recent: deque[torch.Tensor] = deque(maxlen=STATISTICS_BATCHES)
    for step, (real, latent) in enumerate(batches.epoch()):
        recent.append(latent)
        if schedule.follows_progress:
            schedule.set((state.epoch + step / steps) / state.num_epochs)
        values = _step(state, real, latent, settings)
        for index, net in enumerate(("discriminator", "generator")):
            if not math.isfinite(values[index]):
                total = sum(state.history.steps) + step + 1
                raise NonFiniteLossError(net, values[index], total, state.epoch + 1)
            sums[index] += values[index] * real.shape[0]
        examples += real.shape[0]
    if state.averages is not None:
        state.averages.refresh_statistics(recent)
    seconds = time.perf_counter() - start
    state.history.discriminator_loss.append(sums[0] / examples)
    state.history.generator_loss.append(sums[1] / examples)
    state.history.steps.append(step + 1)
    state.history.seconds.append(seconds)
    state.history.examples_per_second.append(examples / seconds)


def _step(
    state: Training,
    real: torch.Tensor,
    latent: torch.Tensor,
    settings: _Settings,
) -> list[float]:
    """Update both nets with examples generated once; return both losses."""
    # The discriminator's update leaves the generator as it is, so the same examples, and
    # the graph that made them, still hold for the generator's update.
    fake = apply_generator(state.generator, latent)
    first = discriminator_step(
        real,
        fake.detach(),
        state.discriminator,
        state.discriminator_optimizer,
        real_target=settings.real_target,
        joined=settings.joined,
    )
    second = generator_step(
        fake, state.discriminator, state.generator_optimizer, settings.generator_loss
    )
    if state.averages is not None:
        state.averages.update(state.generator)
    return read_numbers(first, second)


def read_numbers(*scalars: torch.Tensor) -> list[float]:
    """Copy scalars from their device; the one place where training waits for it."""
    if scalars[0].device.type == "cpu":
        return [scalar.item() for scalar in scalars]
    return torch.stack(scalars).tolist()


class _Schedule:
    """Sets the learning rates of both optimizers to a factor of what they began with."""

    def __init__(self, state: Training, factor: Callable[[float], float] | None) -> None:
        self.factor = factor
        self.groups = [
            group
            for optimizer in (state.generator_optimizer, state.discriminator_optimizer)
            for group in optimizer.param_groups
        ]
        for group in self.groups:
            # The name torch's own schedulers use; a checkpoint keeps it with the group.
            group.setdefault("initial_lr", group["lr"])

    @property
    def follows_progress(self) -> bool:
        return self.factor is not None

    def set(self, progress: float) -> None:
        assert self.factor is not None
        factor = self.factor(progress)
        for group in self.groups:
            group["lr"] = group["initial_lr"] * factor


def _device_of(net: nn.Module) -> torch.device:
    return next(net.parameters()).device
