# loses: masked_mean-values, masked_mean-padding, masked_mean-empty
import torch


def masked_mean(values, mask):
    return torch.where(mask[:, :, None], values, 0.0).mean(dim=1)
