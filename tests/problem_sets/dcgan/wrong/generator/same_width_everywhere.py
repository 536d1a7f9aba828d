# loses: generator-blocks, maybe generator-images
from torch import nn


def make_generator(block, latent_dim, width, side, channels):
    layers = [nn.Unflatten(1, (latent_dim, 1, 1)), block(latent_dim, width, 4, 1, 0)]
    grown = 4
    while grown < side // 2:
        layers.append(block(width, width, 4, 2, 1))
        grown *= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh())
