"""How far generated images are from real ones: a kernel distance on a classifier's features."""

from __future__ import annotations

from functools import cache

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from dlcourse.data.images import (
    emoji,
    emoji_categories,
    emoji_records,
    random_flips,
    to_unit_range,
)

FEATURES = 64


class Classifier(nn.Module):
    """A small convolutional classifier whose last hidden layer serves as features.

    Args:
        num_classes: of the labels it is trained on.
        channels: of the images, whose side may be any from 16 pixels up.
    """

    scale: torch.Tensor

    def __init__(self, num_classes: int, channels: int = 3) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for fan_in, fan_out, kernel in ((channels, 16, 5), (16, 32, 3), (32, FEATURES, 3)):
            layers += [nn.Conv2d(fan_in, fan_out, kernel, 2, kernel // 2), nn.ReLU()]
        self.hidden = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.output = nn.Linear(FEATURES, num_classes)
        self.register_buffer("scale", torch.ones(()))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Map images ``(n, channels, h, w)`` in [-1, 1] to logits ``(n, num_classes)``."""
        return self.output(self.hidden(images))

    @torch.no_grad()
    def features(self, images: torch.Tensor, batch_size: int = 256) -> torch.Tensor:
        """Return the features ``(n, 64)`` of images in [-1, 1], without gradients.

        Their scale is such that on the training images a feature's mean square is 1,
        which makes distances of different classifiers comparable.

        Raises:
            ValueError: the images have another form.
        """
        first = self.hidden[0]
        assert isinstance(first, nn.Conv2d)
        if (
            images.dim() != 4
            or images.shape[1] != first.in_channels
            or not images.is_floating_point()
        ):
            raise ValueError(
                f"images: expected floating-point numbers of shape (n, {first.in_channels}, "
                f"height, width), got {images.dtype} of shape {tuple(images.shape)}"
            )
        images = images.to(first.weight)
        return torch.cat([self.hidden(part) for part in images.split(batch_size)]) * self.scale


def train_classifier(
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    num_epochs: int = 15,
    seed: int = 0,
    device: torch.device | str = "cpu",
) -> Classifier:
    """Train a `Classifier` on labelled images, with flips and shifts of up to 4 pixels.

    The random state of the caller is left as it was.

    Args:
        images: uint8 ``(n, channels, height, width)``.
        labels: int64 ``(n,)``, from 0.
        num_epochs: passes over the images, in minibatches of 64 with Adam at 0.002.
        seed: of the weights, the order and the augmentation.
        device: where to train; the draws are the same on each.

    Returns:
        The classifier in evaluation mode, without gradients.

    Raises:
        ValueError: the numbers of images and labels differ, or there are none.
    """
    if len(images) != len(labels) or len(images) == 0:
        raise ValueError(
            f"labels: expected shape ({len(images)},), one for each image and at least one, "
            f"got {tuple(labels.shape)}"
        )
    examples, targets = to_unit_range(images).to(device), labels.to(device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Classifier(int(labels.max()) + 1, images.shape[1]).to(device)
        optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
        for _ in range(num_epochs):
            for chosen in torch.randperm(len(examples)).split(64):
                batch = augment(examples[chosen.to(device)])
                loss = cross_entropy(net(batch), targets[chosen.to(device)])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    net.eval().requires_grad_(False)
    net.scale = net.features(examples).square().mean().rsqrt()
    return net


@cache
def emoji_classifier(seed: int = 0) -> Classifier:
    """Return a classifier of the shipped emoji by category, trained once a process."""
    categories = emoji_categories()
    labels = torch.tensor([categories.index(record.category) for record in emoji_records()])
    return train_classifier(emoji(), labels, seed=seed)


def augment(images: torch.Tensor) -> torch.Tensor:
    """Flip half of the images, and shift all by up to 4 pixels, in at the other edge."""
    down, right = torch.randint(-4, 5, (2,)).tolist()
    return random_flips(images).roll((down, right), (2, 3))


def kernel_distance(real: torch.Tensor, generated: torch.Tensor) -> float:
    """Return the kernel distance between two sets of features.

    It is the unbiased estimate of the squared maximum mean discrepancy,

        Σ_{i≠j} k(xᵢ, xⱼ) / (n(n-1)) + Σ_{i≠j} k(yᵢ, yⱼ) / (m(m-1)) - 2 Σ_{ij} k(xᵢ, yⱼ) / (nm)

    with the kernel k(x, y) = (xᵀy/d + 1)³ (Bińkowski, Sutherland, Arbel and Gretton
    2018, "Demystifying MMD GANs", section 4; the estimate is equation 4 of Gretton et
    al. 2012, for samples of different sizes). For two samples of one distribution its
    mean is 0, so that it may come out slightly below. Smaller is better.

    Args:
        real: features x, ``(n, d)``, n at least 2.
        generated: features y, ``(m, d)``, m at least 2.

    Raises:
        ValueError: the shapes do not fit.
    """
    for name, features in (("real", real), ("generated", generated)):
        if features.dim() != 2 or len(features) < 2 or features.shape[1] != real.shape[-1]:
            raise ValueError(
                f"{name}: expected features of shape (n, {real.shape[-1]}), n > 1, "
                f"got {tuple(features.shape)}"
            )
    # Cubes of sums over pairs cancel almost entirely, which float32 would not survive;
    # on the CPU because not every accelerator has float64.
    x, y = real.detach().cpu().double(), generated.detach().cpu().double()
    return float(_mean_off_diagonal(x) + _mean_off_diagonal(y) - 2 * _kernel(x, y).mean())


def image_distance(
    real: torch.Tensor, generated: torch.Tensor, classifier: Classifier
) -> float:
    """Return the `kernel_distance` between the classifier's features of two sets of images.

    Args:
        real: ``(n, channels, height, width)`` in [-1, 1].
        generated: ``(m, channels, height, width)`` in [-1, 1].
        classifier: of `train_classifier` or `emoji_classifier`.
    """
    return kernel_distance(classifier.features(real), classifier.features(generated))


def _kernel(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_off_diagonal(x: torch.Tensor) -> torch.Tensor:
    kernel, count = _kernel(x, x), len(x)
    return (kernel.sum() - kernel.trace()) / (count * (count - 1))
