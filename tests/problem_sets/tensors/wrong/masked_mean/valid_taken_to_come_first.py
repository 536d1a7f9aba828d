# loses: masked_mean-values, masked_mean-padding, masked_mean-empty
import torch


def masked_mean(values, mask):
    means = torch.zeros(values.shape[0], values.shape[2])
    for i, count in enumerate(mask.sum(1).tolist()):
        if count:
            means[i] = values[i, :count].mean(0)
    return means
