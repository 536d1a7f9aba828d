# loses: standardize-values
import torch


def standardize(values, mask):
    result = torch.zeros(values.shape)
    valid = values[mask]
    if len(valid) < 2:
        return result
    std = valid.std(dim=0)
    result[mask] = (valid - valid.mean(dim=0)) / torch.where(std > 0, std, 1)
    return result
