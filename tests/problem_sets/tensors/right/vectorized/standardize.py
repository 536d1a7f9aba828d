import torch


def standardize(values, mask):
    chosen = mask.unsqueeze(-1)
    zero = torch.zeros((), dtype=values.dtype)
    total = mask.sum()
    mean = torch.where(chosen, values, zero).sum((0, 1)) / total.clamp(min=1)
    away = torch.where(chosen, values - mean, zero)
    deviation = (away.square().sum((0, 1)) / (total - 1).clamp(min=1)).sqrt()
    return away / torch.where(deviation > 0, deviation, torch.ones_like(deviation))
