# loses: initialize-convolutions, initialize-norms, initialize-rest
from torch import nn


def initialize(net):
    for weight in net.parameters():
        nn.init.normal_(weight, 0.0, 0.02)
    return net
