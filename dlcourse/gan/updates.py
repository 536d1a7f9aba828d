"""One update of the discriminator, one of the generator.

The functions the chapter shows call the same two steps as `dlcourse.gan.train`; that one
generates a minibatch once and uses it for both.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer

from dlcourse.gan.losses import (
    discriminator_loss,
    joined_discriminator_loss,
    nonsaturating_generator_loss,
)
from dlcourse.gan.shapes import apply_discriminator, apply_generator, check_same_examples

GeneratorLoss = Callable[[torch.Tensor], torch.Tensor]


def update_discriminator(
    real: torch.Tensor,
    latent: torch.Tensor,
    discriminator: nn.Module,
    generator: nn.Module,
    optimizer: Optimizer,
    *,
    real_target: float = 1.0,
) -> torch.Tensor:
    """Move the discriminator one step towards telling ``real`` from generated examples.

    Args:
        real: a minibatch of examples, ``(n, ...)``.
        latent: a minibatch of latent variables, ``(m, ...)``; usually m = n.
        discriminator: maps examples ``(n, ...)`` to logits ``(n, 1)`` or ``(n,)``.
        generator: maps latent variables to examples; it is not changed.
        optimizer: holds the discriminator's parameters.
        real_target: see `discriminator_loss`.

    Returns:
        The loss before the step, a scalar without graph.

    Raises:
        ValueError: a shape does not fit; the message names the tensor.
    """
    with torch.no_grad():
        fake = apply_generator(generator, latent)
    return discriminator_step(real, fake, discriminator, optimizer, real_target=real_target)


def update_generator(
    latent: torch.Tensor,
    discriminator: nn.Module,
    generator: nn.Module,
    optimizer: Optimizer,
    loss: GeneratorLoss = nonsaturating_generator_loss,
) -> torch.Tensor:
    """Move the generator one step towards examples the discriminator takes for real.

    Args:
        latent: a minibatch of latent variables, ``(n, ...)``.
        discriminator: maps examples to logits; neither it nor its gradients change.
        generator: maps latent variables to examples.
        optimizer: holds the generator's parameters.
        loss: maps the logits of generated examples to a scalar.

    Returns:
        The loss before the step, a scalar without graph.

    Raises:
        ValueError: a shape does not fit; the message names the tensor.
    """
    fake = apply_generator(generator, latent)
    return generator_step(fake, discriminator, optimizer, loss)


def discriminator_step(
    real: torch.Tensor,
    fake: torch.Tensor,
    discriminator: nn.Module,
    optimizer: Optimizer,
    *,
    real_target: float = 1.0,
    joined: bool | None = None,
) -> torch.Tensor:
    """Do what `update_discriminator` does with examples already generated.

    Where the discriminator has no batch normalization, real and generated examples go
    through it in one pass, which costs half the calls and gives the same losses. Batch
    normalization would mix the statistics of the two, so there each has its own pass.

    Args:
        real: ``(n, ...)``.
        fake: ``(m, ...)`` with the same shape after the first dimension, without graph.
        discriminator: maps examples to logits.
        optimizer: holds the discriminator's parameters.
        real_target: see `discriminator_loss`.
        joined: whether one pass is to do; decided by `uses_batch_statistics` if None.

    Returns:
        The loss before the step, a scalar without graph.
    """
    check_same_examples(real, fake)
    if joined is None:
        joined = not uses_batch_statistics(discriminator)
    loss = _joined_loss if joined else _separate_loss
    value = loss(real, fake, discriminator, real_target)
    clear_gradients(optimizer)
    value.backward()
    optimizer.step()
    return value.detach()


def generator_step(
    fake: torch.Tensor,
    discriminator: nn.Module,
    optimizer: Optimizer,
    loss: GeneratorLoss = nonsaturating_generator_loss,
) -> torch.Tensor:
    """Do what `update_generator` does with examples already generated, with their graph."""
    value = loss(apply_discriminator(discriminator, fake, "fake"))
    # Only these gradients are wanted; naming them spares the backward pass those of the
    # discriminator's weights.
    value.backward(inputs=clear_gradients(optimizer))
    optimizer.step()
    return value.detach()


def uses_batch_statistics(net: nn.Module) -> bool:
    """Tell whether the net has a batch normalization that looks at the whole minibatch."""
    return any(isinstance(module, _BatchNorm) for module in net.modules())


def clear_gradients(optimizer: Optimizer) -> list[nn.Parameter]:
    """Set the gradients of the optimizer's parameters to None; return the parameters.

    ``zero_grad`` does the same and reports it to the profiler, which for a net of a
    dozen weights takes longer than the deed.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for parameter in parameters:
        parameter.grad = None
    return [p for p in parameters if p.requires_grad]


def _separate_loss(
    real: torch.Tensor, fake: torch.Tensor, discriminator: nn.Module, real_target: float
) -> torch.Tensor:
    real_logits = apply_discriminator(discriminator, real, "real")
    fake_logits = apply_discriminator(discriminator, fake, "fake")
    return discriminator_loss(real_logits, fake_logits, real_target=real_target)


def _joined_loss(
    real: torch.Tensor, fake: torch.Tensor, discriminator: nn.Module, real_target: float
) -> torch.Tensor:
    sizes = real.shape[0], fake.shape[0]
    logits = apply_discriminator(discriminator, torch.cat((real, fake)), "real and fake")
    if sizes[0] == sizes[1]:
        return joined_discriminator_loss(logits, sizes[0], real_target=real_target)
    return discriminator_loss(*logits.split(sizes), real_target=real_target)
