# loses: valid_mask-values
import torch


def valid_mask(lengths, size):
    return torch.arange(size) >= lengths[:, None]
