# loses: standardize-values, standardize-padding, standardize-edges
import torch


def standardize(values, mask):
    result = torch.zeros_like(values)
    for i in range(len(values)):
        valid = values[i][mask[i]]
        if len(valid) < 2:
            continue
        std = valid.std(dim=0)
        std[std == 0] = 1.0
        result[i][mask[i]] = (valid - valid.mean(dim=0)) / std
    return result
