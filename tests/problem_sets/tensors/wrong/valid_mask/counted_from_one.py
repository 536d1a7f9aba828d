# loses: valid_mask-values
import torch


def valid_mask(lengths, size):
    return torch.arange(1, size + 1) < lengths[:, None]
