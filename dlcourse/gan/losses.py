"""The losses of a GAN, on logits.

With o the discriminator's output (its logit), D = 1/(1 + exp(-o)), so that
-log D = softplus(-o) and -log(1 - D) = softplus(o). Written this way no loss overflows
or loses its gradient at logits of ±100, where D itself rounds to 0 or 1.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, softplus


def discriminator_loss(
    real_logits: torch.Tensor, fake_logits: torch.Tensor, *, real_target: float = 1.0
) -> torch.Tensor:
    """Mean cross-entropy of the discriminator: half the sum of its two terms.

    A discriminator that answers 1/2 everywhere has loss ln 2, a perfect one loss 0.
    (Goodfellow et al. 2014, equation 1, with the sign turned and divided by 2.)

    Args:
        real_logits: output on real examples, any floating-point shape, not empty.
        fake_logits: output on generated examples; the number of them may differ.
        real_target: what the discriminator should answer on real examples; below 1 it
            is one-sided label smoothing (Salimans et al. 2016, section 3.4).

    Returns:
        The loss, a scalar.

    Raises:
        ValueError: a tensor is empty or not floating-point, or ``real_target`` is not
            in (0, 1].
    """
    check_logits("real_logits", real_logits)
    check_logits("fake_logits", fake_logits)
    check_target(real_target)
    real_term = softplus(-real_logits).mean()
    if real_target != 1.0:
        # -t log D - (1 - t) log(1 - D) = softplus(-o) + (1 - t) o
        real_term = real_term + (1.0 - real_target) * real_logits.mean()
    return (real_term + softplus(fake_logits).mean()) / 2


def joined_discriminator_loss(
    logits: torch.Tensor, num_real: int, *, real_target: float = 1.0
) -> torch.Tensor:
    """Return `discriminator_loss` where real and generated examples went in together.

    One operation over all logits takes half the time of one for each kind.

    Args:
        logits: of the real examples first, then of as many generated ones.
        num_real: how many are real, half of them.
        real_target: see `discriminator_loss`.
    """
    check_logits("logits", logits)
    check_target(real_target)
    targets = _targets(logits.shape, num_real, real_target, logits.dtype, logits.device)
    return binary_cross_entropy_with_logits(logits, targets)


def saturating_generator_loss(fake_logits: torch.Tensor) -> torch.Tensor:
    """Mean of log(1 - D), what the generator minimizes in the minimax game.

    Its gradient with respect to a logit is -D/n: it vanishes while the discriminator
    rejects the generated examples. (Goodfellow et al. 2014, equation 1.)

    Args:
        fake_logits: the discriminator's output on generated examples, not empty.

    Returns:
        The loss, a scalar, never above 0.

    Raises:
        ValueError: the tensor is empty or not floating-point.
    """
    check_logits("fake_logits", fake_logits)
    return -softplus(fake_logits).mean()


def nonsaturating_generator_loss(fake_logits: torch.Tensor) -> torch.Tensor:
    """Mean of -log D, the generator's loss in practice.

    Its gradient with respect to a logit is (D - 1)/n: it is largest while the
    discriminator rejects the generated examples. (Goodfellow et al. 2014, section 3.)

    Args:
        fake_logits: the discriminator's output on generated examples, not empty.

    Returns:
        The loss, a scalar, never below 0.

    Raises:
        ValueError: the tensor is empty or not floating-point.
    """
    check_logits("fake_logits", fake_logits)
    return softplus(-fake_logits).mean()


def check_logits(name: str, logits: torch.Tensor) -> None:
    """Raise a ValueError naming the tensor when it cannot hold logits."""
    if not logits.is_floating_point():
        raise ValueError(f"{name}: expected floating-point logits, got {logits.dtype}")
    if logits.numel() == 0:
        raise ValueError(
            f"{name}: expected at least one logit, got shape {tuple(logits.shape)}"
        )


def check_target(real_target: float) -> None:
    """Raise a ValueError unless the target is a probability above 0."""
    if not 0.0 < real_target <= 1.0:
        raise ValueError(f"real_target must be in (0, 1], got {real_target}")


@lru_cache(maxsize=8)
def _targets(
    shape: torch.Size,
    num_real: int,
    real_target: float,
    dtype: torch.dtype,
    place: torch.device,
) -> torch.Tensor:
    """Make the targets of a joined minibatch; the same ones serve the whole training."""
    targets = torch.zeros(shape, dtype=dtype, device=place)
    targets[:num_real] = real_target
    return targets
