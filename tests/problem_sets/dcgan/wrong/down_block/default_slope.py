# loses: down_block-values, down_block-plain
from torch import nn


def down_block(in_channels, out_channels, slope=0.2, normalize=True):
    layers = [nn.Conv2d(in_channels, out_channels, 4, 2, 1, bias=not normalize)]
    if normalize:
        layers.append(nn.BatchNorm2d(out_channels))
    return nn.Sequential(*layers, nn.LeakyReLU())
