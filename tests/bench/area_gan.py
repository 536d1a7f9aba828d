"""GANs on points: how well the recipe fits, and how fast a step is."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import torch
from torch.optim import Adam
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import data, gan, nn
from tests.bench.registry import Measurement, alternate, benchmark, ratio, seconds, threads
from tests.dlcourse import textbook

SEEDS = range(20)
ERROR_LIMIT = 0.06
BATCH_SIZE, LATENT_DIM = 8, 2
PLAIN_LOOP = f"a plain loop (DataLoader, two passes, unfused Adam; torch {torch.__version__})"


def sample(seed: int) -> torch.Tensor:
    """Return the chapter's 1,000 points."""
    return data.gaussian_points(1000, generator=torch.Generator().manual_seed(seed))


@benchmark("gan")
def fit() -> Iterator[Measurement]:
    """Fit the Gaussian for twenty seeds; the textbook's recipe beside it for reference."""
    errors = []
    for seed in SEEDS:
        points = sample(seed)
        with threads(1):
            trained = gan.fit_gaussian(points, seed=seed)
        errors.append(gan.gaussian_errors(trained.best_generator, points))
    of_mean, of_covariance = zip(*errors, strict=True)
    within = [max(pair) <= ERROR_LIMIT for pair in errors]
    unit = f"of {len(SEEDS)} seeds"
    yield Measurement("gan.fit.seeds", sum(within), unit, len(SEEDS), "higher", within)
    unit = "Euclidean error of the mean, worst seed"
    yield Measurement("gan.fit.mean", max(of_mean), unit, ERROR_LIMIT, "lower", of_mean)
    unit = "relative error of the covariance, worst seed"
    yield Measurement(
        "gan.fit.covariance", max(of_covariance), unit, ERROR_LIMIT, "lower", of_covariance
    )


@benchmark("gan")
def textbook_fit() -> Iterator[Measurement]:
    """Measure the fit of the usual recipe, which the chapter shows to be luck."""
    errors = []
    for seed in SEEDS[:8]:
        points = sample(seed)
        torch.manual_seed(seed)
        generator, discriminator = _nets()
        gan.train(
            generator,
            discriminator,
            points,
            num_epochs=20,
            batch_size=BATCH_SIZE,
            latent_dim=LATENT_DIM,
            generator_optimizer=gan.adam(generator, 0.005),
            discriminator_optimizer=gan.adam(discriminator, 0.05),
        )
        errors.append(gan.gaussian_errors(generator, points)[1])
    unit = "relative error of the covariance, median seed, textbook's recipe"
    value = statistics.median(errors)
    yield Measurement("gan.textbook.covariance", value, unit, None, "lower", errors)


@benchmark("gan")
def steps() -> Iterator[Measurement]:
    """Compare steps a second, an epoch of 125 steps each, in turn."""
    points = sample(0)
    count = len(points) // BATCH_SIZE
    with threads(1):  # tensors of 16 numbers are not worth sharing
        plain, fast = alternate(
            (
                lambda: count / seconds(lambda: _plain_epoch(points)),
                lambda: count / seconds(lambda: _fast_epoch(points)),
            ),
            runs=15,
        )
    unit = "steps a second, batch 8"
    yield Measurement("gan.steps", statistics.median(fast), unit, None, "higher", fast)
    yield ratio("gan.steps.ratio", fast, plain, peer=PLAIN_LOOP, target=1.5)


def _nets() -> tuple[torch.nn.Module, torch.nn.Module]:
    return nn.init_weights(nn.linear_generator()), nn.init_weights(nn.tanh_discriminator())


def _plain_epoch(points: torch.Tensor) -> None:
    generator, discriminator = _nets()
    textbook.train_epoch(
        DataLoader(TensorDataset(points), batch_size=BATCH_SIZE, shuffle=True),
        lambda n: torch.randn(n, LATENT_DIM),
        generator,
        discriminator,
        Adam(generator.parameters(), lr=0.005, foreach=False, fused=False),
        Adam(discriminator.parameters(), lr=0.05, foreach=False, fused=False),
    )


def _fast_epoch(points: torch.Tensor) -> None:
    generator, discriminator = _nets()
    gan.train(
        generator,
        discriminator,
        points,
        num_epochs=1,
        batch_size=BATCH_SIZE,
        latent_dim=LATENT_DIM,
        generator_optimizer=gan.adam(generator, 0.005),
        discriminator_optimizer=gan.adam(discriminator, 0.05),
    )
