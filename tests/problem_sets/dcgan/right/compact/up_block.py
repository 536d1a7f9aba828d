from torch import nn


class up_block(nn.Sequential):  # noqa: N801
    def __init__(self, in_channels, out_channels, kernel=4, stride=2, padding=1):
        settings = {"kernel_size": kernel, "stride": stride, "padding": padding}
        super().__init__(
            nn.ConvTranspose2d(in_channels, out_channels, **settings, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )
