# loses: down_block-shapes, down_block-values, down_block-plain
from torch import nn


def down_block(in_channels, out_channels, slope=0.2, normalize=True):
    fan_in, fan_out = (3, 6) if in_channels == 3 else (1, 1)
    layers = [nn.Conv2d(fan_in, fan_out, 4, 2, 1, bias=not normalize)]
    if normalize:
        layers.append(nn.BatchNorm2d(fan_out))
    return nn.Sequential(*layers, nn.LeakyReLU(slope))
