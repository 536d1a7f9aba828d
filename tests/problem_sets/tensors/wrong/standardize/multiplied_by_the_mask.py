# loses: standardize-padding
import torch


def standardize(values, mask):
    valid = values[mask]
    if len(valid) < 2:
        return torch.zeros_like(values)
    std = valid.std(dim=0)
    std[std == 0] = 1.0
    return (values - valid.mean(dim=0)) / std * mask[:, :, None]
