"""What a training of LeNet starts from: its weights, its images and their order."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from dlcourse import runtime
from dlcourse.data import data_folder, fashion_mnist
from dlcourse.nn import LeNet


def initialized(activation: type[nn.Module], seed: int) -> LeNet:
    """Return a LeNet with the weights that ``torch.manual_seed(seed); LeNet()`` has.

    Weights and biases of a layer come from U(-1/√fan_in, 1/√fan_in), PyTorch's default,
    but from a generator of their own: workers that are threads share torch's.
    """
    with torch.device("meta"):
        net = LeNet(activation)
    net.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    for layer in net:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            bound = layer.weight[0].numel() ** -0.5
            assert layer.bias is not None
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
        elif isinstance(layer, nn.PReLU):  # the one activation of torch with weights
            layer.reset_parameters()
    return net


def order_generator(seed: int, epoch: int) -> torch.Generator:
    """Return the source of an epoch's order, unlike that of any other seed or epoch."""
    mixed = np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(mixed))


def examples(split: str, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the split's images, with mean 0 and variance 1 over the training set, and labels.

    They are made once a process and device.
    """
    source = data_folder() if runtime.profile() == "full" else None
    return _normalized(split, device, source)


@lru_cache(maxsize=6)
def _normalized(
    split: str, device: torch.device, source: Path | None
) -> tuple[torch.Tensor, torch.Tensor]:
    # The folder of the full set, None for the sample, only tells cached sets apart.
    train = fashion_mnist("train")[0].float()
    images, labels = fashion_mnist(split)
    normalized = (images.float() - train.mean()) / train.std()
    return normalized.to(device), labels.to(device)
