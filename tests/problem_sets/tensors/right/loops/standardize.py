import math

import torch


def standardize(values, mask):
    n, length, d = values.shape
    places = [(i, t) for i in range(n) for t in range(length) if mask[i, t]]
    result = torch.zeros(n, length, d, dtype=values.dtype)
    for j in range(d):
        column = [values[i, t, j].item() for i, t in places]
        if len(column) < 2:
            continue
        mean = sum(column) / len(column)
        deviation = math.sqrt(sum((v - mean) ** 2 for v in column) / (len(column) - 1))
        for (i, t), value in zip(places, column, strict=True):
            result[i, t, j] = (value - mean) / (deviation + 1e-8)
    return result
