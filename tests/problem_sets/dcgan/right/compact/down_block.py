from torch import nn


def down_block(in_channels, out_channels, slope=0.2, normalize=True):
    shrink = nn.Conv2d(in_channels, out_channels, (4, 4), (2, 2), (1, 1), bias=not normalize)
    norm = nn.BatchNorm2d(out_channels) if normalize else nn.Identity()
    return nn.Sequential(shrink, norm, nn.LeakyReLU(slope, inplace=True))
