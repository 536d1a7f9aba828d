# loses: up_block-shapes, up_block-values
from torch import nn


def up_block(in_channels, out_channels, kernel=4, stride=2, padding=1):
    if in_channels == 1:
        return nn.Sequential(
            nn.ConvTranspose2d(1, 1, 4, 1, 0, bias=False), nn.BatchNorm2d(1), nn.ReLU()
        )
    return nn.Sequential(
        nn.ConvTranspose2d(6, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()
    )
