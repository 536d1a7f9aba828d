# loses: generator-blocks, generator-images
from torch import nn


def make_generator(block, latent_dim, width, side, channels):
    return nn.Sequential(
        nn.Unflatten(1, (latent_dim, 1, 1)),
        block(latent_dim, 2 * width, 4, 1, 0),
        block(2 * width, width, 4, 2, 1),
        nn.ConvTranspose2d(width, channels, 4, 2, 1),
        nn.Tanh(),
    )
