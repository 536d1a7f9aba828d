import torch
from torch import nn


class Generator(nn.Module):
    def __init__(self, blocks, width, channels):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.last = nn.ConvTranspose2d(width, channels, kernel_size=4, stride=2, padding=1)

    def forward(self, latent):
        images = latent[:, :, None, None]
        for block in self.blocks:
            images = block(images)
        return torch.tanh(self.last(images))


def make_generator(block, latent_dim, width, side, channels):
    size, doublings = side // 2, 0
    while size > 4:
        size //= 2
        doublings += 1
    fan_out = width * 2**doublings
    blocks = [block(latent_dim, fan_out, 4, 1, 0)]
    for _ in range(doublings):
        blocks.append(block(fan_out, fan_out // 2, kernel=4, stride=2, padding=1))
        fan_out = fan_out // 2
    return Generator(blocks, width, channels)
