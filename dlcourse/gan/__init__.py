"""Generative adversarial networks: losses, updates, training, measures of fit."""

from dlcourse.gan.averaging import AveragedWeights
from dlcourse.gan.checkpoint import load_checkpoint, save_checkpoint
from dlcourse.gan.losses import (
    discriminator_loss,
    nonsaturating_generator_loss,
    saturating_generator_loss,
)
from dlcourse.gan.measures import (
    covariance_error,
    gaussian_errors,
    linear_generator_moments,
    mean_error,
)
from dlcourse.gan.optimizers import adam
from dlcourse.gan.quality import (
    emoji_classifier,
    image_distance,
    kernel_distance,
    train_classifier,
)
from dlcourse.gan.recipes import (
    EmojiRecipe,
    GaussianRecipe,
    emoji_faces,
    emoji_recipe,
    fit_gaussian,
    train_emoji,
)
from dlcourse.gan.state import History, NonFiniteLossError, Training
from dlcourse.gan.training import cosine_decay, linear_decay, train
from dlcourse.gan.updates import update_discriminator, update_generator

__all__ = [
    "AveragedWeights",
    "EmojiRecipe",
    "GaussianRecipe",
    "History",
    "NonFiniteLossError",
    "Training",
    "adam",
    "cosine_decay",
    "covariance_error",
    "discriminator_loss",
    "emoji_classifier",
    "emoji_faces",
    "emoji_recipe",
    "fit_gaussian",
    "gaussian_errors",
    "image_distance",
    "kernel_distance",
    "linear_decay",
    "linear_generator_moments",
    "load_checkpoint",
    "mean_error",
    "nonsaturating_generator_loss",
    "saturating_generator_loss",
    "save_checkpoint",
    "train",
    "train_classifier",
    "train_emoji",
    "update_discriminator",
    "update_generator",
]
