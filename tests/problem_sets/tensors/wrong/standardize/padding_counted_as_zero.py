# loses: standardize-values, standardize-padding, standardize-edges
import torch


def standardize(values, mask):
    clean = torch.where(mask[:, :, None], values, 0.0)
    std = clean.flatten(0, 1).std(dim=0)
    std[std == 0] = 1.0
    result = (clean - clean.mean(dim=(0, 1))) / std
    return torch.where(mask[:, :, None], result, 0.0)
