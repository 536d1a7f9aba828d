# loses: generator-blocks, generator-images
from torch import nn


def make_generator(block, latent_dim, width, side, channels):
    return nn.Sequential(
        nn.Unflatten(1, (10, 1, 1)),
        block(10, 12, 4, 1, 0),
        block(12, 6, 4, 2, 1),
        nn.ConvTranspose2d(6, 3, 4, 2, 1),
        nn.Tanh(),
    )
