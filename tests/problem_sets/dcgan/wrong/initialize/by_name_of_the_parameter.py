# loses: initialize-norms, initialize-rest
from torch import nn


def initialize(net):
    for name, weight in net.named_parameters():
        if name.endswith("weight"):
            nn.init.normal_(weight, 0.0, 0.02)
        else:
            nn.init.zeros_(weight)
    return net
