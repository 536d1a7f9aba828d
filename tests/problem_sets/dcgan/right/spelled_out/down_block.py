from torch import nn
from torch.nn.functional import leaky_relu


class DownBlock(nn.Module):
    def __init__(self, fan_in, fan_out, slope, normalize):
        super().__init__()
        self.slope = slope
        self.norm = None
        if normalize:
            self.convolution = nn.Conv2d(fan_in, fan_out, 4, 2, 1, bias=False)
            self.norm = nn.BatchNorm2d(fan_out)
        else:
            self.convolution = nn.Conv2d(fan_in, fan_out, 4, 2, 1)

    def forward(self, images):
        hidden = self.convolution(images)
        if self.norm is not None:
            hidden = self.norm(hidden)
        return leaky_relu(hidden, self.slope)


def down_block(in_channels, out_channels, slope=0.2, normalize=True):
    return DownBlock(in_channels, out_channels, slope, normalize)
