# loses: standardize-values, standardize-padding, standardize-edges
import torch


def standardize(values, mask):
    result = torch.zeros_like(values)
    valid = values[mask]
    if len(valid) < 2:
        return result
    std = valid.std(dim=0, correction=0)
    std[std == 0] = 1.0
    result[mask] = (valid - valid.mean(dim=0)) / std
    return result
