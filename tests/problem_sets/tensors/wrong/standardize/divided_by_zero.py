# loses: standardize-edges
import torch


def standardize(values, mask):
    result = torch.zeros_like(values)
    valid = values[mask]
    result[mask] = (valid - valid.mean(dim=0)) / valid.std(dim=0)
    return result
