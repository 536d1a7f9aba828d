# loses: wrong_entries-found, maybe wrong_entries-scale
import torch


def wrong_entries(loss, gradient, x):
    true = torch.zeros_like(x)
    for place in range(x.numel()):
        x.view(-1)[place] += 1e-5
        above = loss(x)
        x.view(-1)[place] -= 2e-5
        true.view(-1)[place] = (above - loss(x)) / 2e-5
    return ~((gradient - true).abs() <= 1e-4 * true.abs().clamp(min=1))
