import torch


def valid_mask(lengths, size):
    ones = torch.ones(len(lengths), size, dtype=torch.int64)
    return ones.cumsum(dim=1) <= lengths.unsqueeze(1)
