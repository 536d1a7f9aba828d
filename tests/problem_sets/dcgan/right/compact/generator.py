import math
from itertools import pairwise

from torch import nn


def make_generator(block, latent_dim, width, side, channels):
    widths = [width << i for i in range(int(math.log2(side)) - 2)][::-1]
    return nn.Sequential(
        nn.Flatten(),
        nn.Unflatten(-1, (latent_dim, 1, 1)),
        block(latent_dim, widths[0], kernel=4, stride=1, padding=0),
        *(block(*pair) for pair in pairwise(widths)),
        nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1, bias=False),
        nn.Tanh(),
    )
