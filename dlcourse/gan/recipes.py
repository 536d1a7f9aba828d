"""Recipes: all the choices with which a training reaches its goal, in one place."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from dlcourse import runtime
from dlcourse.data.images import emoji, to_unit_range
from dlcourse.gan.averaging import AveragedWeights
from dlcourse.gan.optimizers import adam
from dlcourse.gan.state import Training
from dlcourse.gan.training import Callback, linear_decay, train
from dlcourse.nn import (
    dcgan_discriminator,
    dcgan_generator,
    init_weights,
    linear_generator,
    quadratic_discriminator,
)


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


@dataclass(frozen=True)
class EmojiRecipe:
    """How a DCGAN learns to draw emoji faces; the defaults are the small profile's.

    Six hundred steps have to do (more of them bring grain back, as the discriminator gets to
    know each of the 210 images), so the learning rate is five times that of the paper
    and falls in a line to zero, which takes the grain out of the colours. Adam's beta2
    of 0.99 lets the step sizes follow gradients that change fast. The images come from
    averaged weights, with batch normalization measured for these weights.

    Attributes:
        num_faces: of the category Smileys & Emotion, from the first; each is taken as it
            is and mirrored, so that an epoch has twice as many images.
        num_epochs: passes over them.
        batch_size: images in a minibatch.
        width: of both nets, see `dlcourse.nn.dcgan_generator`.
        latent_dim: the number of latent variables.
        learning_rate: of both Adams at the start; `linear_decay` lets it fall to zero.
        beta1: of both Adams (Radford et al. 2016, section 4).
        beta2: of both Adams.
        real_target: one-sided label smoothing, see `discriminator_loss`.
        averaging_decay: see `AveragedWeights`.
    """

    num_faces: int = 105
    num_epochs: int = 100
    batch_size: int = 35
    width: int = 32
    latent_dim: int = 100
    learning_rate: float = 1e-3
    beta1: float = 0.5
    beta2: float = 0.99
    real_target: float = 0.9
    averaging_decay: float = 0.99

    @property
    def steps(self) -> int:
        """The number of updates of each net."""
        return self.num_epochs * -(-2 * self.num_faces // self.batch_size)


def emoji_recipe() -> EmojiRecipe:
    """Return the recipe of the profile: small for two CPU cores, full for a GPU."""
    return runtime.by_profile(EmojiRecipe(), EmojiRecipe(num_epochs=300, width=64))


def emoji_faces(count: int = 105) -> torch.Tensor:
    """Return the first faces and their mirror images, ``(2 count, 3, 64, 64)`` in [-1, 1]."""
    faces = to_unit_range(emoji("Smileys & Emotion", count))
    return torch.cat((faces, faces.flip(3)))


def train_emoji(
    recipe: EmojiRecipe | None = None,
    *,
    seed: int = 0,
    device: torch.device | str | None = None,
    callback: Callback | None = None,
) -> Training:
    """Train a DCGAN on emoji faces.

    Args:
        recipe: `emoji_recipe()` if None.
        seed: of weights, minibatches and latent variables; the caller's own random state
            stays as it was.
        device: where to train, `dlcourse.runtime.device()` if None.
        callback: called after each epoch, see `train`.

    Returns:
        The finished training; its ``best_generator`` is the averaged one.
    """
    recipe = emoji_recipe() if recipe is None else recipe
    device = runtime.device() if device is None else device
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = init_weights(dcgan_generator(recipe.latent_dim, recipe.width)).to(device)
        discriminator = init_weights(dcgan_discriminator(recipe.width)).to(device)
    training = Training(
        generator,
        discriminator,
        adam(generator, recipe.learning_rate, beta1=recipe.beta1, beta2=recipe.beta2),
        adam(discriminator, recipe.learning_rate, beta1=recipe.beta1, beta2=recipe.beta2),
        recipe.num_epochs,
        averages=AveragedWeights(generator, recipe.averaging_decay),
        sampler=torch.Generator().manual_seed(seed),
    )
    train(
        generator,
        discriminator,
        emoji_faces(recipe.num_faces),
        num_epochs=recipe.num_epochs,
        batch_size=recipe.batch_size,
        latent_dim=recipe.latent_dim,
        generator_optimizer=training.generator_optimizer,
        discriminator_optimizer=training.discriminator_optimizer,
        real_target=recipe.real_target,
        learning_rate_factor=linear_decay,
        averages=training.averages,
        device=device,
        seed=training.sampler,
        history=training.history,
        callback=callback,
    )
    return training
