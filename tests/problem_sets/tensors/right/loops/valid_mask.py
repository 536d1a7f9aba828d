import torch


def valid_mask(lengths, size):
    mask = torch.zeros(len(lengths), size, dtype=torch.bool)
    for row, length in zip(mask, lengths.tolist(), strict=True):
        row[:length] = True
    return mask
