"""Fail, in one line, unless torch sees a CUDA device and training happens on it.

scripts/run-notebooks calls this before it executes notebooks in the full profile.
"""

from __future__ import annotations

import sys

import torch
from torch import nn

from dlcourse import data, gan, runtime
from dlcourse.nn import linear_generator, tanh_discriminator


class NotOnGpuError(Exception):
    """There is no GPU, or training does not use it."""


def require_cuda() -> str:
    """The name of the GPU.

    Raises:
        NotOnGpuError: if torch sees none.
    """
    if not torch.cuda.is_available():
        built = f"built for CUDA {torch.version.cuda}" if torch.version.cuda else "without CUDA"
        raise NotOnGpuError(
            f"The full profile needs a GPU, and torch {torch.__version__} ({built}) sees no "
            "CUDA device here. For the small profile on this machine: make notebooks"
        )
    return torch.cuda.get_device_name()


def require_training_on(kind: str) -> None:
    """Train as the notebooks do, on the device that the library chooses, and look.

    Args:
        kind: of the device that must be used, like "cuda".

    Raises:
        NotOnGpuError: if weights, gradients or the tensors between them are elsewhere.
    """
    generator, discriminator = linear_generator(), tanh_discriminator()
    for net in (generator, discriminator):
        net.to(runtime.device())
    on: set[str] = set()
    hooks = [net.register_forward_hook(_note(on)) for net in (generator, discriminator)]
    gan.train(
        generator,
        discriminator,
        data.gaussian_points(16),
        num_epochs=1,
        batch_size=8,
        latent_dim=2,
        generator_optimizer=gan.adam(generator, 0.01),
        discriminator_optimizer=gan.adam(discriminator, 0.01),
        device=runtime.device(),
    )
    for hook in hooks:
        hook.remove()
    for net in (generator, discriminator):
        on |= {weight.device.type for weight in net.parameters()}
        on |= {
            weight.grad.device.type for weight in net.parameters() if weight.grad is not None
        }
    if on != {kind}:
        raise NotOnGpuError(
            f"Training must happen on {kind}, and tensors were on {', '.join(sorted(on))}."
        )


def _note(on: set[str]):
    def hook(net: nn.Module, given: tuple[torch.Tensor, ...], result: torch.Tensor) -> None:
        on.update(tensor.device.type for tensor in (*given, result))

    return hook


def main() -> int:
    """Say on which GPU training happens; 1 and one line where it does not."""
    try:
        name = require_cuda()
        require_training_on("cuda")
    except NotOnGpuError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Training happens on {name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
