"""DCGAN on emoji: speed against a plain loop, memory, and the quality of its images."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator

import torch
from torch import nn
from torch.optim import Adam
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import data, gan, plot
from dlcourse import nn as nets
from tests.bench.registry import Measurement, alternate, benchmark, ratio, seconds
from tests.dlcourse import textbook

WIDTH, BATCH_SIZE, LATENT_DIM = 64, 64, 100
TORCH = f"torch {torch.__version__}"


@benchmark("dcgan")
def examples() -> Iterator[Measurement]:
    """Compare examples a second: two minibatches an epoch, after one to warm up."""
    images = data.to_unit_range(data.emoji(count=2 * BATCH_SIZE))
    plain, fast = alternate((_plain_loop(images), _fast_loop(images)), runs=5)
    unit = "examples a second, width 64, batch 64"
    yield Measurement("dcgan.examples", statistics.median(fast), unit, None, "higher", fast)
    peer = f"a plain loop (DataLoader, unfused Adam; {TORCH})"
    yield ratio("dcgan.examples.ratio", fast, plain, peer=peer, target=1.2)


@benchmark("dcgan")
def compiled() -> Iterator[Measurement]:
    """Compare the fast loop with both nets compiled, where a compiler is there."""
    images = data.to_unit_range(data.emoji(count=2 * BATCH_SIZE))
    start_up = []

    def compiled_loop() -> Callable[[], float]:
        loop = _fast_loop(images, wrap=torch.compile)
        start_up.append(seconds(loop))
        return loop

    with_compile, without = alternate((compiled_loop(), _fast_loop(images)), runs=5)
    peer = f"the same loop without torch.compile ({TORCH}), which is the default"
    yield ratio("dcgan.compile.ratio", with_compile, without, peer=peer, target=None)
    unit = "s until torch.compile was ready"
    yield Measurement("dcgan.compile.start", start_up[0], unit, None, "lower", start_up)


@benchmark("dcgan")
def memory() -> Iterator[Measurement]:
    """Measure the largest memory of training as the small profile does, in five processes."""
    peaks = [_peak_memory() for _ in range(5)]
    unit = "GiB resident at most, small profile, whole process"
    yield Measurement("dcgan.memory", statistics.median(peaks), unit, 1.5, "lower", peaks)


def _plain_loop(images: torch.Tensor) -> Callable[[], float]:
    generator, discriminator = (
        net.to(memory_format=torch.contiguous_format) for net in _dcgan()
    )
    optimizers = [
        Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999), foreach=False, fused=False)
        for net in (generator, discriminator)
    ]
    loader = DataLoader(TensorDataset(images), batch_size=BATCH_SIZE, shuffle=True)

    def epoch() -> None:
        textbook.train_epoch(
            loader, lambda n: torch.randn(n, LATENT_DIM), generator, discriminator, *optimizers
        )

    return lambda: len(images) / seconds(epoch)


def _fast_loop(
    images: torch.Tensor, wrap: Callable[[nn.Module], nn.Module] = lambda net: net
) -> Callable[[], float]:
    generator, discriminator = _dcgan()
    optimizers = [gan.adam(net, 2e-4, beta1=0.5) for net in (generator, discriminator)]
    generator, discriminator = wrap(generator), wrap(discriminator)

    def epoch() -> None:
        gan.train(
            generator,
            discriminator,
            images,
            num_epochs=1,
            batch_size=BATCH_SIZE,
            latent_dim=LATENT_DIM,
            generator_optimizer=optimizers[0],
            discriminator_optimizer=optimizers[1],
        )

    return lambda: len(images) / seconds(epoch)


def _dcgan() -> tuple[nn.Module, nn.Module]:
    return (
        nets.init_weights(nets.dcgan_generator(LATENT_DIM, WIDTH)),
        nets.init_weights(nets.dcgan_discriminator(WIDTH)),
    )


def _peak_memory() -> float:
    """Return the peak resident memory in GiB of a process that trains for an epoch."""
    code = (
        "import json, resource, sys\n"
        "from dlcourse import gan\n"
        "gan.train_emoji(gan.EmojiRecipe(num_epochs=2), device='cpu')\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(json.dumps(peak * (1 if sys.platform == 'darwin' else 1024)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1]) / 2**30


@benchmark("dcgan", long=True)
def quality() -> Iterator[Measurement]:
    """Compare the recipe's images with those of the recipe tried first, on three seeds.

    About seven minutes a seed on two cores.
    """
    ours, theirs, times = [], [], []
    for seed in range(3):
        training = gan.train_emoji(gan.EmojiRecipe(), seed=seed, device="cpu")
        ours.append(_distance(training.best_generator, seed))
        times.append(sum(training.history.seconds))
        theirs.append(_distance(_tried_recipe(seed), seed))
    unit = "kernel distance of 420 images, small profile, median seed"
    yield Measurement("dcgan.distance", statistics.median(ours), unit, None, "lower", ours)
    peer = "the recipe tried first (630 steps of 64 at 2e-4)"
    yield ratio("dcgan.distance.ratio", ours, theirs, peer=peer, target=0.5, better="lower")
    unit = "s of training, small profile, median seed"
    yield Measurement("dcgan.seconds", statistics.median(times), unit, 240, "lower", times)


def _tried_recipe(seed: int) -> nn.Module:
    """Train as the course first did; return the averaged generator with copied statistics."""
    torch.manual_seed(seed)
    width = gan.EmojiRecipe().width
    generator = nets.init_weights(nets.dcgan_generator(LATENT_DIM, width))
    discriminator = nets.init_weights(nets.dcgan_discriminator(width))
    averages = _CopiedStatistics(generator, 0.99)
    gan.train(
        generator,
        discriminator,
        data.to_unit_range(data.emoji("Smileys & Emotion", 105)).repeat(64, 1, 1, 1),
        num_epochs=6,  # 105 steps each, 630 in all
        batch_size=BATCH_SIZE,
        latent_dim=LATENT_DIM,
        generator_optimizer=gan.adam(generator, 2e-4, beta1=0.5),
        discriminator_optimizer=gan.adam(discriminator, 2e-4, beta1=0.5),
        real_target=0.9,
        averages=averages,
        transform=data.random_flips,
        device="cpu",
        seed=seed,
    )
    return averages.net


class _CopiedStatistics(gan.AveragedWeights):
    """An average that keeps the statistics of the weights in training, as once was done."""

    def refresh_statistics(self, minibatches: object) -> None:
        """Leave them."""


def _distance(generator: nn.Module, seed: int) -> float:
    latent = torch.randn(420, LATENT_DIM, generator=torch.Generator().manual_seed(seed))
    images = plot.generate(generator, latent)
    return gan.image_distance(gan.emoji_faces(), images, gan.emoji_classifier())
