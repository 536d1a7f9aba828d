# loses: up_block-values
from torch import nn


def up_block(in_channels, out_channels, kernel=4, stride=2, padding=1):
    return nn.Sequential(
        nn.ConvTranspose2d(in_channels, out_channels, kernel, stride, padding, bias=False),
        nn.ReLU(),
        nn.BatchNorm2d(out_channels),
    )
