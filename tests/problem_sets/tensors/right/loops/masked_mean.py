import torch


def masked_mean(values, mask):
    n, length, d = values.shape
    means = torch.zeros(n, d, dtype=values.dtype)
    for i in range(n):
        count = 0
        for t in range(length):
            if mask[i, t]:
                means[i] += values[i, t]
                count += 1
        if count > 0:
            means[i] /= count
    return means
