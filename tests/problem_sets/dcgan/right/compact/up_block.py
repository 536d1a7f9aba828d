from torch import nn


class up_block(nn.Sequential):  # noqa: N801
    def __init__(self, in_channels, out_channels, kernel=4, stride=2, padding=1):
        super().__init__(
            nn.LazyConvTranspose2d(out_channels, kernel, stride, padding, bias=False),
            nn.LazyBatchNorm2d(),
            nn.ReLU(inplace=True),
        )
