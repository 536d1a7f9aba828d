import torch


def wrong_entries(loss, gradient, x):
    true = torch.func.grad(loss)(x)
    limit = 1e-4 * torch.maximum(torch.ones_like(true), true.abs())
    return ~torch.isfinite(gradient) | ((gradient - true).abs() > limit)
