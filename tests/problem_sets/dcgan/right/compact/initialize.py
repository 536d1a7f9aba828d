from torch import nn


def initialize(net):
    def start(layer):
        kind = type(layer).__name__
        if kind in ("Conv2d", "ConvTranspose2d", "BatchNorm2d"):
            layer.weight.data.normal_(float(kind == "BatchNorm2d"), 0.02)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, 0)

    return net.apply(start)
