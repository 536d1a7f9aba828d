import torch
from torch import nn


def initialize(net):
    with torch.no_grad():
        for part in net.children():
            initialize(part)
        if isinstance(net, nn.Conv2d | nn.ConvTranspose2d):
            net.weight.copy_(0.02 * torch.randn_like(net.weight))
            if net.bias is not None:
                net.bias.zero_()
        if isinstance(net, nn.BatchNorm2d):
            net.weight.copy_(1 + 0.02 * torch.randn(net.num_features))
            net.bias.fill_(0)
    return net
