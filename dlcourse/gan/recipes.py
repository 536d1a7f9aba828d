"""Recipes: all the choices with which a training reaches its goal, in one place."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from dlcourse.gan.averaging import AveragedWeights
from dlcourse.gan.optimizers import adam
from dlcourse.gan.state import Training
from dlcourse.gan.training import Callback, linear_decay, train
from dlcourse.nn import linear_generator, quadratic_discriminator


@dataclass(frozen=True)
class GaussianRecipe:
    """How a linear generator fits a Gaussian, whatever the seed.

    What each choice is for, beside the textbook's recipe (learning rates 0.005 and 0.05,
    a small tanh discriminator):

    * a quadratic discriminator sees mean and covariance and nothing else, so that the
      game is at rest only where both agree (see `dlcourse.nn.quadratic_discriminator`);
    * weight decay on the discriminator damps the circling of the two players; it does not
      move the goal, where the discriminator's weights are 0 anyway (that a penalty on
      the discriminator makes the game converge: Mescheder et al. 2018, section 4);
    * beta1 0.5 shortens the memory of the gradients (Radford et al. 2016, section 4);
    * learning rates that fall to zero, and an average over the generator's weights,
      take away what circling is left;
    * eight generated examples for each real one make the generator's steps less noisy,
      and generated examples cost nothing.

    Attributes:
        num_epochs: passes over the sample.
        batch_size: real examples in a minibatch.
        fakes_per_real: generated examples for each of them.
        generator_learning_rate: at the start.
        discriminator_learning_rate: at the start.
        beta1: of both Adams.
        weight_decay: of the discriminator's Adam.
        averaging_decay: see `AveragedWeights`.
    """

    num_epochs: int = 20
    batch_size: int = 8
    fakes_per_real: int = 8
    generator_learning_rate: float = 0.01
    discriminator_learning_rate: float = 0.02
    beta1: float = 0.5
    weight_decay: float = 0.2
    averaging_decay: float = 0.999


def fit_gaussian(
    points: torch.Tensor,
    *,
    seed: int = 0,
    recipe: GaussianRecipe | None = None,
    device: torch.device | str = "cpu",
    callback: Callback | None = None,
) -> Training:
    """Fit a linear generator to a sample of points.

    With 1,000 points of `dlcourse.data.gaussian_points` both of `gaussian_errors` stay
    below 0.06 for every seed that was tried.

    Args:
        points: the sample ``(n, d)``.
        seed: of weights, minibatches and latent variables; the caller's own random state
            stays as it was.
        recipe: `GaussianRecipe()` if None.
        device: where to train.
        callback: called after each epoch, see `train`.

    Returns:
        The finished training; its ``best_generator`` is the averaged one.

    Raises:
        ValueError: the points do not have the shape ``(n, d)``.
    """
    recipe = GaussianRecipe() if recipe is None else recipe
    if points.dim() != 2:
        raise ValueError(f"points: expected shape (n, d), got {tuple(points.shape)}")
    dim = points.shape[1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = linear_generator(dim, dim).to(device)
        discriminator = quadratic_discriminator(dim).to(device)
    training = Training(
        generator,
        discriminator,
        adam(generator, recipe.generator_learning_rate, beta1=recipe.beta1),
        adam(
            discriminator,
            recipe.discriminator_learning_rate,
            beta1=recipe.beta1,
            weight_decay=recipe.weight_decay,
        ),
        recipe.num_epochs,
        averages=AveragedWeights(generator, recipe.averaging_decay),
        sampler=torch.Generator().manual_seed(seed),
    )
    train(
        generator,
        discriminator,
        points,
        num_epochs=recipe.num_epochs,
        batch_size=recipe.batch_size,
        latent_dim=dim,
        generator_optimizer=training.generator_optimizer,
        discriminator_optimizer=training.discriminator_optimizer,
        learning_rate_factor=linear_decay,
        averages=training.averages,
        fakes_per_real=recipe.fakes_per_real,
        device=device,
        seed=training.sampler,
        history=training.history,
        callback=callback,
    )
    return training
