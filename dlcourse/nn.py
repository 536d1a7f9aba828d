"""The nets of the chapters: LeNet, and the generators and discriminators of the GANs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

LEAKY_SLOPE = 0.2
# Channels beside each other in memory suit the CPU's convolutions (a step takes about
# 0.85 of the time; benchmark `dcgan.examples`). Values and shapes are the same.
MEMORY_FORMAT = torch.channels_last


class LeNet(nn.Sequential):
    """LeNet-5's layers for 28×28 images (LeCun, Bottou, Bengio and Haffner 1998, section II).

    Two convolutions, each followed by average pooling, and three linear layers. As is
    usual today the pooling has no weights, the second convolution sees all channels, and
    the output is linear. With `torch.nn.Sigmoid`, close to the paper's, gradients shrink
    from layer to layer and training hardly starts; ReLU is the default for that reason.

    Shapes: ``(n, 1, 28, 28)`` → logits ``(n, num_classes)``.

    Args:
        activation: the class of the layer after each convolution and hidden linear layer.
        num_classes: the number of logits.
    """

    def __init__(self, activation: type[nn.Module] = nn.ReLU, *, num_classes: int = 10) -> None:
        super().__init__(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),
            activation(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, kernel_size=5),
            activation(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * 5 * 5, 120),
            activation(),
            nn.Linear(120, 84),
            activation(),
            nn.Linear(84, num_classes),
        )


def linear_generator(latent_dim: int = 2, out_dim: int = 2) -> nn.Sequential:
    """Return the linear net ``(n, latent_dim)`` → ``(n, out_dim)``."""
    return nn.Sequential(nn.Linear(latent_dim, out_dim))


def tanh_discriminator(widths: Sequence[int] = (2, 5, 3, 1)) -> nn.Sequential:
    """Return a multilayer perceptron with tanh between its linear layers.

    Args:
        widths: the sizes from input to output, at least two; the last is 1, the logit.

    Returns:
        A net ``(n, widths[0])`` → ``(n, widths[-1])``.

    Raises:
        ValueError: fewer than two sizes are given.
    """
    if len(widths) < 2:
        raise ValueError(f"widths: expected at least two sizes, got {tuple(widths)}")
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        layers += [nn.Linear(fan_in, fan_out), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


class QuadraticFeatures(nn.Module):
    """Map points x to (x, the products ½ xᵢxⱼ for i ≤ j).

    Shapes: ``(n, dim)`` → ``(n, dim + dim (dim + 1) / 2)``.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.in_features = dim
        self.out_features = dim + dim * (dim + 1) // 2

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """Return the features.

        Raises:
            ValueError: the points have another dimension.
        """
        if points.dim() != 2 or points.shape[1] != self.in_features:
            raise ValueError(
                f"points: expected shape (n, {self.in_features}), got {tuple(points.shape)}"
            )
        products = [points[:, i : i + 1] * points[:, i:] for i in range(self.in_features)]
        return torch.cat((points, *(product / 2 for product in products)), dim=1)


def quadratic_discriminator(dim: int = 2) -> nn.Sequential:
    """Return a discriminator whose logit is a quadratic function of the point.

    Between two Gaussians log(p(x)/q(x)), the logit of the best discriminator (Goodfellow
    et al. 2014, proposition 1), is quadratic in x. So this net can be the best one, and
    it is blind exactly when mean and covariance agree, whatever else the sample has.

    Returns:
        A net ``(n, dim)`` → ``(n, 1)``.
    """
    features = QuadraticFeatures(dim)
    return nn.Sequential(features, nn.Linear(features.out_features, 1))


def convolution_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Return the output's side, ⌊(size + 2·padding - kernel) / stride⌋ + 1."""
    return (size + 2 * padding - kernel) // stride + 1


def transposed_convolution_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0
) -> int:
    """Return the output's side, (size - 1)·stride - 2·padding + kernel."""
    return (size - 1) * stride - 2 * padding + kernel


def generator_block(
    in_channels: int, out_channels: int, kernel: int = 4, stride: int = 2, padding: int = 1
) -> nn.Sequential:
    """Return transposed convolution, batch normalization, ReLU.

    With the defaults it doubles height and width; with stride 1 and padding 0 it turns
    1×1 into 4×4. The normalization has a shift of its own, so the convolution has none.

    Returns:
        A net ``(n, in_channels, h, w)`` → ``(n, out_channels, 2h, 2w)``.
    """
    return nn.Sequential(
        nn.ConvTranspose2d(in_channels, out_channels, kernel, stride, padding, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


def discriminator_block(
    in_channels: int,
    out_channels: int,
    kernel: int = 4,
    stride: int = 2,
    padding: int = 1,
    *,
    slope: float = LEAKY_SLOPE,
    normalize: bool = True,
) -> nn.Sequential:
    """Return convolution, batch normalization, leaky ReLU: the generator block mirrored.

    With the defaults it halves height and width.

    Args:
        in_channels: of the input.
        out_channels: of the output.
        kernel: the side of the convolution's window.
        stride: of the convolution.
        padding: of the convolution.
        slope: of the leaky ReLU below 0; 0 makes it a ReLU.
        normalize: without it, the convolution has a bias instead.

    Returns:
        A net ``(n, in_channels, h, w)`` → ``(n, out_channels, h/2, w/2)``.
    """
    layers: list[nn.Module] = [
        nn.Conv2d(in_channels, out_channels, kernel, stride, padding, bias=not normalize)
    ]
    if normalize:
        layers.append(nn.BatchNorm2d(out_channels))
    return nn.Sequential(*layers, nn.LeakyReLU(slope, inplace=True))


def dcgan_generator(
    latent_dim: int = 100, width: int = 64, *, channels: int = 3
) -> nn.Sequential:
    """Return DCGAN's generator for 64×64 images (Radford et al. 2016, figure 1).

    Four blocks with 8, 4, 2 and 1 times ``width`` channels take the latent variables to
    4×4, 8×8, 16×16 and 32×32; a last transposed convolution and tanh give the image.

    Args:
        latent_dim: the number of latent variables.
        width: the channels of the last block.
        channels: of the images.

    Returns:
        A net ``(n, latent_dim)`` or ``(n, latent_dim, 1, 1)`` → ``(n, channels, 64, 64)``
        with values in (-1, 1).
    """
    net = nn.Sequential(
        nn.Flatten(),
        nn.Unflatten(1, (latent_dim, 1, 1)),
        generator_block(latent_dim, 8 * width, stride=1, padding=0),
        generator_block(8 * width, 4 * width),
        generator_block(4 * width, 2 * width),
        generator_block(2 * width, width),
        nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False),
        nn.Tanh(),
    )
    return net.to(memory_format=MEMORY_FORMAT)


def dcgan_discriminator(
    width: int = 64, *, channels: int = 3, slope: float = LEAKY_SLOPE
) -> nn.Sequential:
    """Return DCGAN's discriminator for 64×64 images (Radford et al. 2016, section 3).

    Four blocks with 1, 2, 4 and 8 times ``width`` channels take the image to 4×4, the
    first of them without batch normalization; a last convolution gives the logit.

    Args:
        width: the channels of the first block.
        channels: of the images.
        slope: of the leaky ReLUs below 0.

    Returns:
        A net ``(n, channels, 64, 64)`` → ``(n, 1)``.
    """
    net = nn.Sequential(
        discriminator_block(channels, width, slope=slope, normalize=False),
        discriminator_block(width, 2 * width, slope=slope),
        discriminator_block(2 * width, 4 * width, slope=slope),
        discriminator_block(4 * width, 8 * width, slope=slope),
        nn.Conv2d(8 * width, 1, 4, bias=False),
        nn.Flatten(),
    )
    return net.to(memory_format=MEMORY_FORMAT)


def init_weights(net: nn.Module, std: float = 0.02) -> nn.Module:
    """Draw the net's weights by the kind of layer (Radford et al. 2016, section 4).

    Convolutions and linear layers get weights from N(0, std²) and biases 0, batch
    normalizations scales from N(1, std²) and shifts 0. (Scales from N(0, std²) would
    nearly switch the layers off.)

    Args:
        net: changed in place.
        std: the standard deviation.

    Returns:
        The net.
    """
    kinds = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, _BatchNorm)
    for module in net.modules():
        if not isinstance(module, kinds) or module.weight is None:
            continue
        mean = 1.0 if isinstance(module, _BatchNorm) else 0.0
        nn.init.normal_(module.weight, mean, std)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    return net
