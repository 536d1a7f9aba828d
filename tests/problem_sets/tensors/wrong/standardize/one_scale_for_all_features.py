# loses: standardize-values, standardize-padding, standardize-edges
import torch


def standardize(values, mask):
    result = torch.zeros_like(values)
    valid = values[mask]
    if len(valid) >= 2 and valid.std() > 0:
        result[mask] = (valid - valid.mean()) / valid.std()
    return result
