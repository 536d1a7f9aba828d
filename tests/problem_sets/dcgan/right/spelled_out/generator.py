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
    """Made from the last block to the first."""
    blocks, fan_out, size = [], width, side // 2
    while size > 4:
        blocks.insert(0, block(2 * fan_out, fan_out, kernel=4, stride=2, padding=1))
        fan_out, size = 2 * fan_out, size // 2
    blocks.insert(0, block(latent_dim, fan_out, 4, 1, 0))
    return Generator(blocks, width, channels)
