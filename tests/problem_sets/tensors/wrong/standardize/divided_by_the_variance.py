# loses: standardize-values, standardize-padding, standardize-edges
import torch


def standardize(values, mask):
    result = torch.zeros_like(values)
    valid = values[mask]
    if len(valid) < 2:
        return result
    variance = valid.var(dim=0)
    variance[variance == 0] = 1.0
    result[mask] = (valid - valid.mean(dim=0)) / variance
    return result
