# loses: generator-images
from torch import nn


def make_generator(block, latent_dim, width, side, channels):
    fan_out = width * side // 8
    layers = [nn.Unflatten(1, (latent_dim, 1, 1)), block(latent_dim, fan_out, 4, 1, 0)]
    while fan_out > width:
        layers.append(block(fan_out, fan_out // 2, 4, 2, 1))
        fan_out //= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1))
