# loses: masked_mean-empty
import torch


def masked_mean(values, mask):
    return torch.where(mask[:, :, None], values, 0.0).sum(1) / mask.sum(1)[:, None]
