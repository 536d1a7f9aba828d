import torch
from torch import nn


class UpBlock(nn.Module):
    def __init__(self, fan_in, fan_out, kernel, stride, padding):
        super().__init__()
        self.norm = nn.BatchNorm2d(fan_out)
        self.convolution = nn.ConvTranspose2d(
            fan_in, fan_out, kernel_size=kernel, stride=stride, padding=padding, bias=False
        )

    def forward(self, x):
        x = self.convolution(x)
        x = self.norm(x)
        return torch.clamp(x, min=0.0)


def up_block(in_channels, out_channels, kernel=4, stride=2, padding=1):
    return UpBlock(in_channels, out_channels, kernel, stride, padding)
